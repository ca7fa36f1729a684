/**
 * What several outputs and the recorder come to: a recorder on a full disk, at SIGKILL, and what it costs; the silent track; one
 * output in a black hole beside another; a silence of the source with COSMOS_VIDEO_IDLE=hold. Prints what was measured, each held
 * to what is to be reached, and writes dist/bench/outputs.json.
 *
 * bun test/bench/outputs.ts [--quick] [--only recorder-full|recorder-kill|recorder-cost|silent-track|two-outputs|hold]
 *   BENCH_PROGRAM  the program, where it is not the one that was built last
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchStage } from './bench-stage.ts';
import { runInterruptibly } from './interruption.ts';
import { Trials } from './link/trials.ts';
import { describeMachine, machineLine } from './machine.ts';
import { measureHold } from './outputs/hold.ts';
import {
  costLines,
  fullLines,
  holdLines,
  killLines,
  outputsHead,
  silentLines,
  twoLines,
} from './outputs/outputs-table.ts';
import { judgeOutputs, type OutputsOutcomes } from './outputs/outputs-targets.ts';
import { measureRecorderCost } from './outputs/recorder-cost.ts';
import { canMount, measureFull } from './outputs/recorder-full.ts';
import { measureKills } from './outputs/recorder-kill.ts';
import { measureSilentTrack } from './outputs/silent-track.ts';
import { measureBlackHole } from './outputs/two-outputs.ts';
import { PROGRAM } from './program.ts';
import { busyLines } from './run-table.ts';
import { targetTable } from './targets.ts';
import { BENCH_FOLDER } from './tools.ts';
import { TELLS_OF_XADD } from './xadd-times.ts';

const QUICK = {
  full: { quotaS: 25, fullS: 3, afterS: 5 },
  kills: 3,
  cost: { warmUpS: 5, settleS: 2, measureS: 5, rounds: 2 },
  silent: { warmUpS: 4, settleS: 2, measureS: 5, rounds: 2 },
  hole: { settleS: 5, beforeS: 10, holeS: 10 },
  hold: { beforeS: 5, silenceS: 12, afterS: 5 },
};
const WHOLE: typeof QUICK = {
  full: { quotaS: 60, fullS: 15, afterS: 20 },
  kills: 20,
  cost: { warmUpS: 60, settleS: 3, measureS: 20, rounds: 8 },
  silent: { warmUpS: 60, settleS: 3, measureS: 20, rounds: 5 },
  hole: { settleS: 30, beforeS: 60, holeS: 60 },
  hold: { beforeS: 15, silenceS: 60, afterS: 10 },
};

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

await runInterruptibly(measure);

async function measure(signal: AbortSignal): Promise<number> {
  const machine = describeMachine();
  await using stage = await BenchStage.open(signal, 'socket', ...TELLS_OF_XADD);
  print(machineLine(machine), ...outputsHead());
  const trials = new Trials(stage, 1);
  const outcomes = await measureAll(stage, trials);
  const targets = judgeOutputs(outcomes);
  const streams = [...outcomes.full, ...outcomes.two, ...outcomes.hold].map(({ stream }) => stream);
  const windows = [
    ...streams,
    ...outcomes.costs.flatMap((cost) => cost.windows),
    ...outcomes.silent
      .flatMap(({ delays }) => delays.flatMap((delay) => delay.othersCpuPercent))
      .map((othersCpuPercent) => ({ othersCpuPercent })),
  ];
  print('', ...targetTable(targets), ...trials.failures, ...busyLines(windows));
  mkdirSync(BENCH_FOLDER, { recursive: true });
  const path = join(BENCH_FOLDER, 'outputs.json');
  const taken = new Date().toISOString();
  const { failures } = trials;
  const result = { taken, options, machine, program: PROGRAM, ...outcomes, targets, failures };
  await Bun.write(path, `${JSON.stringify(result, undefined, 2)}\n`);
  print('', `all figures: ${path}`);
  return failures.length === 0 ? 0 : 1;
}

async function measureAll(stage: BenchStage, trials: Trials): Promise<OutputsOutcomes> {
  const durations = options.quick ? QUICK : WHOLE;
  const one = async <Outcome>(
    name: string,
    measureIt: () => Promise<Outcome>,
    lines: (outcome: Outcome) => string[],
  ): Promise<Outcome[]> => {
    if (!isWanted(name)) return [];
    const outcomes = await trials.measure([{ name, measure: measureIt }]);
    print(...outcomes.flatMap(lines));
    return outcomes;
  };
  return {
    full: isFullPossible()
      ? await one('recorder-full', () => measureFull(stage, durations.full), fullLines)
      : [],
    kills: await one('recorder-kill', () => measureKills(stage, durations.kills), killLines),
    costs: await one('recorder-cost', () => measureRecorderCost(stage, durations.cost), costLines),
    silent: await one('silent-track', () => measureSilentTrack(stage, durations.silent), silentLines),
    two: await one('two-outputs', () => measureBlackHole(stage, durations.hole), twoLines),
    hold: await one('hold', () => measureHold(stage, durations.hold), holdLines),
  };
}

/** It needs a disk of its own. */
function isFullPossible(): boolean {
  const isPossible = isWanted('recorder-full') && canMount();
  if (isWanted('recorder-full') && !isPossible)
    print('recorder-full: left out, only root may mount a disk for it');
  return isPossible;
}

function isWanted(name: string): boolean {
  return name.includes(options.only);
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
