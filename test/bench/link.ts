/**
 * What it means that the program sends the video itself: beside ffmpeg writing srt:// (the same executable, from which libsrt is
 * hidden) the time from a frame to the last byte of its picture at the receiver, CPU and memory, and the last pictures at the stop;
 * then how links that break, ffmpeg that dies, and other settings are got over. Prints tables and writes dist/bench/link.json.
 *
 * bun test/bench/link.ts [--quick] [--only senders|stops|outages|kills|changes]
 *   BENCH_PROGRAM  the program, where it is not the one that was built last
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchStage } from './bench-stage.ts';
import { runInterruptibly } from './interruption.ts';
import { compareSenders } from './link/compare-senders.ts';
import { CHANGES, measureChange, measureKill } from './link/encoder-changes.ts';
import { senderTableHead, senderTableRows, stopLine } from './link/link-table.ts';
import { judgeLink, type LinkOutcomes } from './link/link-targets.ts';
import { measureOutage, OUTAGES } from './link/outages.ts';
import type { TurnDurations } from './link/sender-windows.ts';
import { compileHiding, SENDERS } from './link/sender.ts';
import { measureStop } from './link/stops.ts';
import { Trials, type Trial } from './link/trials.ts';
import { describeMachine, machineLine } from './machine.ts';
import { PROGRAM } from './program.ts';
import { busyLines } from './run-table.ts';
import { targetTable } from './targets.ts';
import { BENCH_FOLDER } from './tools.ts';
import { TELLS_OF_XADD } from './xadd-times.ts';

const QUICK: TurnDurations = { warmUpS: 4, settleS: 2, measureS: 5, rounds: 1 };
const WHOLE: TurnDurations = { warmUpS: 60, settleS: 3, measureS: 20, rounds: 5 };
/** Each fault is a matter of luck by a tick or a packet: several of each. */
const ROUNDS = { quick: 1, whole: 3 } as const;
const STOP_AFTER_S = 3;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

await runInterruptibly(measure);

async function measure(signal: AbortSignal): Promise<number> {
  const machine = describeMachine();
  await compileHiding();
  await using stage = await BenchStage.open(signal, 'socket', ...TELLS_OF_XADD);
  print(machineLine(machine), ...senderTableHead());
  const trials = new Trials(stage, options.quick ? ROUNDS.quick : ROUNDS.whole);
  const outcomes = await measureAll(stage, trials);
  const targets = judgeLink(outcomes);
  const windows = outcomes.senders.flatMap((sender) => sender.windows.map(({ cost }) => cost));
  print('', ...targetTable(targets), ...trials.failures, ...busyLines(windows));
  const path = join(BENCH_FOLDER, 'link.json');
  const taken = new Date().toISOString();
  const { failures } = trials;
  const result = { taken, options, machine, program: PROGRAM, ...outcomes, targets, failures };
  await Bun.write(path, `${JSON.stringify(result, undefined, 2)}\n`);
  print('', `all figures: ${path}`);
  const complaints = [...failures, ...outcomes.senders.flatMap((sender) => sender.complaints)];
  return complaints.length === 0 ? 0 : 1;
}

async function measureAll(stage: BenchStage, trials: Trials): Promise<LinkOutcomes> {
  const senders = isWanted('senders') ? await compareSenders(stage, options.quick ? QUICK : WHOLE) : [];
  print(...senders.flatMap(senderTableRows));
  const stops = await measureWanted(
    trials,
    'stops',
    SENDERS.map((sender) => ({ name: sender, measure: () => measureStop(stage, sender, STOP_AFTER_S) })),
  );
  print(...stops.map(stopLine));
  const outages = await measureWanted(
    trials,
    'outages',
    OUTAGES.map((outage) => ({ name: outage.name, measure: () => measureOutage(stage, outage) })),
  );
  const kills = await measureWanted(trials, 'kills', [
    { name: 'ffmpeg killed', measure: () => measureKill(stage) },
  ]);
  const changes = await measureWanted(
    trials,
    'changes',
    CHANGES.map((change) => ({ name: change.name, measure: () => measureChange(stage, change) })),
  );
  return { senders, stops, outages, kills, changes };
}

async function measureWanted<Outcome>(
  trials: Trials,
  name: string,
  wanted: readonly Trial<Outcome>[],
): Promise<Outcome[]> {
  return isWanted(name) ? await trials.measure(wanted) : [];
}

function isWanted(name: string): boolean {
  return name.includes(options.only);
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
