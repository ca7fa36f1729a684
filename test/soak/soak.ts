/**
 * The program for a long time, with faults by chance: of Redis, ffmpeg, the links, the disk, the sensor, and reloads. Prints a table, and
 * ends with status 1 where counts do not add up, something grows, or the video does not come back. Its log, and segments that do not
 * decode, are kept in dist/soak.
 *
 * bun test/soak/soak.ts [--minutes N] [--seed N] [--only PART-OF-A-KIND]
 *   --seed: of a run before, which it printed; the same faults then come at the same times
 *   --only: the kinds of faults whose names have this in them
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runInterruptibly } from '../bench/interruption.ts';
import { describeMachine, machineLine } from '../bench/machine.ts';
import { FAULT_KINDS, planFaults } from './plan.ts';
import { SegmentDecoder } from './segments.ts';
import { runSoak, type Lengths } from './soak-run.ts';
import { SoakStage } from './soak-stage.ts';
import { soakTable } from './soak-table.ts';
import { judge } from './verdict.ts';

const SOAK_FOLDER = join(import.meta.dir, '../../dist/soak');
const SHORTEST_MINUTES = 2;
/** In a short run a smaller part of it is the warm-up; the program is done with it after 45 s. */
const WARM_UP_MS = 50_000;
const WARM_UP_PART = 0.2;
const CALM_BEFORE_MS = 10_000;
/** Long enough for the longest waits of the program, after which each receiver must have its pictures again. */
const CALM_AFTER_MS = 25_000;
const SEEDS = 2 ** 31;

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  },
});

await runInterruptibly(soak);

async function soak(signal: AbortSignal): Promise<number> {
  const minutes = Number(options.minutes);
  if (!(minutes >= SHORTEST_MINUTES)) throw new Error(`MINUTES must be at least ${SHORTEST_MINUTES}`);
  const seed = options.seed === '' ? Math.floor(Math.random() * SEEDS) : Number(options.seed);
  if (!Number.isSafeInteger(seed)) throw new Error('SEED must be a whole number');
  const lengths = lengthsOf(minutes);
  const faultsMs = minutes * 60_000 - Object.values(lengths).reduce((sum, ms) => sum + ms, 0);
  const kinds = FAULT_KINDS.filter((kind) => kind.includes(options.only));
  const plan = planFaults(seed, faultsMs, kinds);
  print(machineLine(describeMachine()));
  print(
    `SEED=${seed} MINUTES=${minutes}: ${plan.length} faults; the same again: make soak MINUTES=${minutes} SEED=${seed}`,
  );
  rmSync(SOAK_FOLDER, { recursive: true, force: true });
  mkdirSync(SOAK_FOLDER, { recursive: true });
  await using stage = await SoakStage.open(seed);
  try {
    const decoder = new SegmentDecoder(SOAK_FOLDER);
    const result = await runSoak(stage, plan, lengths, { decoder, stop: signal, print });
    const segments = await decoder.check(result.segments);
    const verdict = judge(result, segments);
    print(...soakTable(result, verdict, segments));
    return verdict.reasons.length === 0 ? 0 : 1;
  } finally {
    const path = join(SOAK_FOLDER, 'program.log');
    await Bun.write(path, `${stage.parts.program.text}\n`);
    print('', `what the program said: ${path}`);
  }
}

function lengthsOf(minutes: number): Lengths {
  const warmUpMs = Math.min(WARM_UP_MS, minutes * 60_000 * WARM_UP_PART);
  return { warmUpMs, calmBeforeMs: CALM_BEFORE_MS, calmAfterMs: CALM_AFTER_MS };
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
