/**
 * What moving frames costs, and how exactly they come: the program between a real Redis and a stand-in for ffmpeg that
 * notes the time, against a pump in C as the floor. Prints a table and writes dist/bench/bench.json.
 *
 * bun test/bench/bench.ts [--quick] [--tcp | --tls] [--only PART-OF-A-NAME]
 *   --tcp: program and floor reach Redis over TCP on loopback; without it over its unix socket, as the package has it
 *   --tls: the program reaches it over TLS on loopback, the floor over the socket
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchStage } from './bench-stage.ts';
import { runInterruptibly } from './interruption.ts';
import { describeMachine, machineLine } from './machine.ts';
import { ratiosTo } from './ratios.ts';
import { runFlatOut, type FlatOutResult } from './run-flat-out.ts';
import { runProgram, runPump, type Durations, type RunResult } from './run-scenario.ts';
import { busyLines, isSound, runTableHead, runTableRows, type MeasuredRun } from './run-table.ts';
import { allScenarios, quickScenarios, SIZES, type FrameSize } from './scenarios.ts';
import { judge, targetTable } from './targets.ts';
import { BENCH_FOLDER, compileTools } from './tools.ts';

const QUICK: Durations = { idleS: 0.5, warmUpS: 1.5, measureS: 4 };
const WHOLE: Durations = { idleS: 3, warmUpS: 5, measureS: 20 };
/** The figures that are to hold over a minute. */
const LONG: Durations = { ...WHOLE, measureS: 60 };
const LONG_RUN = '1920x1080/scale/constant';
const FLAT_OUT_S = { quick: 1, whole: 10 } as const;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    tcp: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});

await runInterruptibly(bench);

async function bench(signal: AbortSignal): Promise<number> {
  const machine = describeMachine();
  await compileTools();
  const way = options.tls ? 'tls' : options.tcp ? 'tcp' : 'socket';
  await using stage = await BenchStage.open(signal, way);
  print(machineLine(machine), ...runTableHead());
  const { floors, runs } = await runScenarios(stage);
  const flatOut = await runFlatOuts(stage);
  const targets = judge(runs, flatOut);
  print('', ...targetTable(targets), ...busyLines(runs));
  const path = join(BENCH_FOLDER, 'bench.json');
  const taken = new Date().toISOString();
  const result = { taken, options, machine, floors, runs, flatOut, targets };
  await Bun.write(path, `${JSON.stringify(result, undefined, 2)}\n`);
  print('', `all figures: ${path}`);
  return runs.every(isSound) ? 0 : 1;
}

/** Each scenario in turn; before the first of each size the floor for it. */
async function runScenarios(stage: BenchStage) {
  const scenarios = (options.quick ? quickScenarios() : allScenarios()).filter(isWanted);
  const floors = new Map<FrameSize, RunResult>();
  const runs: MeasuredRun[] = [];
  for (const scenario of scenarios) {
    const floor = floors.get(scenario.size) ?? (await runFloor(stage, scenario.size));
    floors.set(scenario.size, floor);
    const run = await runProgram(stage, scenario, durationsOf(scenario.name));
    const compared = { ...run, toFloor: ratiosTo(floor, run) };
    runs.push(compared);
    print(...runTableRows(compared));
  }
  return { floors: [...floors.values()], runs };
}

function isWanted({ name }: { readonly name: string }): boolean {
  return name.includes(options.only);
}

function durationsOf(name: string): Durations {
  if (options.quick) return QUICK;
  return name === LONG_RUN ? LONG : WHOLE;
}

async function runFloor(stage: BenchStage, size: FrameSize): Promise<RunResult> {
  const floor = await runPump(stage, size, durationsOf(''));
  print(...runTableRows(floor));
  return floor;
}

async function runFlatOuts(stage: BenchStage): Promise<FlatOutResult[]> {
  const sizes = [SIZES.full, SIZES.large].filter(({ name }) => isWanted({ name: `${name}/flat-out` }));
  const seconds = options.quick ? FLAT_OUT_S.quick : FLAT_OUT_S.whole;
  const results: FlatOutResult[] = [];
  for (const size of sizes) {
    const result = await runFlatOut(stage, size, seconds);
    results.push(result);
    print(flatOutLine(result));
  }
  return results;
}

function flatOutLine({ name, fps, floorFps }: FlatOutResult): string {
  return `${name}: ${fps} frames a second without a pace, the floor ${floorFps}`;
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
