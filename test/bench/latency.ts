/**
 * The figures with a real encoder and a real receiver: how exactly frames come to ffmpeg at 1920x1080, how soon the
 * latency is back after a burst, and the time from XADD to a decoded picture behind SRT at 1280x720. Prints two tables
 * and writes dist/bench/latency.json.
 *
 * bun test/bench/latency.ts [--quick] [--only PART-OF-A-NAME]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SrtReceiver } from '../support/receiver.ts';
import { BenchStage } from './bench-stage.ts';
import { runInterruptibly } from './interruption.ts';
import { describeMachine, machineLine } from './machine.ts';
import { measurePictureLatency } from './picture-latency.ts';
import { runProgram, type Durations } from './run-scenario.ts';
import { busyLines, isSound, runTableHead, runTableRows, type MeasuredRun } from './run-table.ts';
import { scenario, SIZES, type Scenario, type SourceTiming } from './scenarios.ts';
import { judge, targetTable } from './targets.ts';
import { BENCH_FOLDER, compileTools } from './tools.ts';

const SRT_LATENCY_MS = 120;
const QUICK: Durations = { idleS: 0.5, warmUpS: 3, measureS: 12 };
const WHOLE: Durations = { idleS: 3, warmUpS: 5, measureS: 60 };
const PICTURES_S = { quick: 12, whole: 60 } as const;

const TIMINGS: readonly SourceTiming[] = [
  { name: 'constant', pattern: 'constant', fps: 24 },
  { name: 'half', pattern: 'constant', fps: 12 },
  { name: 'hiccup', pattern: 'hiccup', fps: 24 },
];

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

await runInterruptibly(measure);

async function measure(signal: AbortSignal): Promise<number> {
  const machine = describeMachine();
  await compileTools();
  print(
    machineLine(machine),
    'with ffmpeg, preset ultrafast, and an SRT receiver on loopback',
    ...runTableHead(),
  );
  const runs = await encodedRuns(signal);
  const isWanted = 'pictures'.includes(options.only);
  const seconds = options.quick ? PICTURES_S.quick : PICTURES_S.whole;
  const pictures = isWanted ? await measurePictureLatency(signal, seconds, SRT_LATENCY_MS) : undefined;
  if (pictures) print('', ...pictures.lines);
  const targets = [...judge(runs, []), ...(pictures?.targets ?? [])];
  print('', ...targetTable(targets), ...busyLines(runs));
  const path = join(BENCH_FOLDER, 'latency.json');
  const taken = new Date().toISOString();
  const result = { taken, options, machine, runs, pictures: pictures?.figures, targets };
  await Bun.write(path, `${JSON.stringify(result, undefined, 2)}\n`);
  print('', `all figures: ${path}`);
  return runs.every(isSound) ? 0 : 1;
}

async function encodedRuns(signal: AbortSignal): Promise<MeasuredRun[]> {
  await using stage = await BenchStage.open(signal, 'socket');
  const runs: MeasuredRun[] = [];
  for (const each of scenarios()) {
    const run = await encodedRun(stage, each);
    runs.push(run);
    print(...runTableRows(run));
  }
  return runs;
}

function scenarios(): Scenario[] {
  const all = TIMINGS.map((timing) => scenario(SIZES.full, 'scale', timing));
  return all.filter(({ name }) => name.includes(options.only));
}

async function encodedRun(stage: BenchStage, each: Scenario): Promise<MeasuredRun> {
  const parameters = `latency=${SRT_LATENCY_MS}`;
  await using receiver = await SrtReceiver.start(stage.folder.file('received.ts'), { parameters });
  const output = { destination: receiver.address, isEncoded: true };
  return await runProgram(stage, each, options.quick ? QUICK : WHOLE, output);
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
