/**
 * What the levels stage saves: the program and the state before it, the same pictures, a real ffmpeg, in turns. CPU of program
 * and ffmpeg together, context switches and memory; with the encoder and without it. Prints tables and writes
 * dist/bench/levels.json.
 *
 * bun test/bench/levels.ts [--quick] [--only PART-OF-A-NAME]
 *   BENCH_BEFORE   an executable of the state before; without it, it is built from the repository's history
 *   BENCH_PROGRAM  the program, where it is not the one that was built last
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchStage } from './bench-stage.ts';
import { runInterruptibly } from './interruption.ts';
import { programBefore, type Before } from './levels/before.ts';
import { compare, compareStarts, type Outcome } from './levels/compare.ts';
import type { ContenderParts } from './levels/contender.ts';
import { levelsTableHead, levelsTableRows, startLines } from './levels/levels-table.ts';
import { judgeLevels } from './levels/levels-targets.ts';
import { MEASURES, type LevelsDurations } from './levels/measures.ts';
import { describeMachine, machineLine } from './machine.ts';
import { PROGRAM } from './program.ts';
import { busyLines } from './run-table.ts';
import { targetTable } from './targets.ts';
import { BENCH_FOLDER } from './tools.ts';

const QUICK: LevelsDurations = { warmUpS: 4, settleS: 1, measureS: 4, rounds: 1, starts: 3 };
const WHOLE: LevelsDurations = { warmUpS: 60, settleS: 3, measureS: 15, rounds: 5, starts: 10 };
/** A start is measured from its beginning on, as soon as its first seconds are over. */
const START: Pick<LevelsDurations, 'settleS' | 'measureS'> = { settleS: 2, measureS: 8 };

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

await runInterruptibly(measure);

async function measure(signal: AbortSignal): Promise<number> {
  const machine = describeMachine();
  const before = await programBefore();
  await using stage = await BenchStage.open(signal, 'socket');
  print(machineLine(machine), ...introduction(before), ...levelsTableHead());
  const parts = await contenderParts(stage, before);
  const outcomes = await comparisons(stage, parts);
  const starts = await startsOf(stage, parts);
  const targets = judgeLevels(outcomes, starts);
  const all = starts ? [...outcomes, starts] : outcomes;
  print('', ...targetTable(targets), ...busyLines(all.flatMap(({ windows }) => windows)));
  const path = join(BENCH_FOLDER, 'levels.json');
  const taken = new Date().toISOString();
  const result = { taken, options, machine, before, program: PROGRAM, outcomes, starts, targets };
  await Bun.write(path, `${JSON.stringify(result, undefined, 2)}\n`);
  print('', `all figures: ${path}`);
  return all.every(({ complaints }) => complaints.length === 0) ? 0 : 1;
}

function introduction(before: Before): string[] {
  if (before.kind === 'none') return [`NOT COMPARED with the state before: ${before.reason}`, ''];
  return [`before: ${before.path}`, `after: ${PROGRAM}`, ''];
}

/** The state before makes the pictures where there is one, since what it draws does not change any more. */
async function contenderParts(stage: BenchStage, before: Before): Promise<ContenderParts[]> {
  const redisPid = Number(/process_id:(\d+)/.exec(await stage.redis.info('server'))?.[1]);
  const after = { state: 'after', executable: PROGRAM, source: PROGRAM, redisPid } as const;
  if (before.kind === 'none') return [after];
  const source = before.path;
  return [
    { state: 'before', executable: before.path, source, redisPid },
    { ...after, source },
  ];
}

async function comparisons(stage: BenchStage, parts: readonly ContenderParts[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const each of MEASURES.filter(({ name }) => name.includes(options.only))) {
    const compared = await compare(stage, each, parts, options.quick ? QUICK : WHOLE);
    outcomes.push(...compared);
    print(...compared.flatMap(levelsTableRows));
  }
  return outcomes;
}

/** Of the program as it is now alone: whether its starts differ is all that is asked. */
async function startsOf(stage: BenchStage, parts: readonly ContenderParts[]): Promise<Outcome | undefined> {
  const after = parts.find(({ state }) => state === 'after');
  if (!after || !'starts'.includes(options.only)) return undefined;
  const starts = await compareStarts(stage, after, options.quick ? QUICK : { ...WHOLE, ...START });
  print(...levelsTableRows(starts), ...startLines(starts));
  return starts;
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
