import type { BenchStage } from '../bench-stage.ts';
import { Contender, type ContenderParts, type State } from './contender.ts';
import { measureCost, medianCost, type Cost } from './cost.ts';
import { UNENCODED, type LevelsDurations, type Measure } from './measures.ts';

/** What came of one program. */
export interface Outcome {
  readonly name: string;
  readonly state: State;
  readonly windows: readonly Cost[];
  readonly median: Cost;
  /** What the program had to warn of, and frames that did not come. */
  readonly complaints: readonly string[];
}

/** Part of the frames by which a window may be off: one at either end, of a few seconds. */
const OFF_PART = 0.05;

/**
 * Measures each program in turn, window by window, so that whatever else the machine does hits all of them; they warm up
 * together.
 */
export async function compare(
  stage: BenchStage,
  measure: Measure,
  parts: readonly ContenderParts[],
  durations: LevelsDurations,
): Promise<Outcome[]> {
  await stage.clear();
  await using run = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const each of parts) contenders.push(run.use(await Contender.start(stage, measure, each)));
  await Promise.all(
    contenders.map((contender) => contender.whileStreaming(() => stage.pause(durations.warmUpS))),
  );
  const windows = new Map<Contender, Cost[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < durations.rounds; round += 1) {
    // Who is first changes, so that a machine that gets slower and slower favours nobody.
    const turns = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of turns) windows.get(contender)?.push(await oneWindow(stage, contender, durations));
  }
  return [...windows].map(([contender, costs]) =>
    outcome(measure.name, measure, contender.state, costs, contender.complaints),
  );
}

/**
 * Starts a program over and over, each time anew: where it and ffmpeg spin on the mutex of their pipe, they do so from the
 * start of a session to its end, or not at all.
 */
export async function compareStarts(
  stage: BenchStage,
  parts: ContenderParts,
  durations: LevelsDurations,
): Promise<Outcome> {
  const windows: Cost[] = [];
  const complaints: string[] = [];
  for (let start = 0; start < durations.starts; start += 1) {
    await stage.clear();
    await using contender = await Contender.start(stage, UNENCODED, parts);
    windows.push(await oneWindow(stage, contender, durations));
    complaints.push(...contender.complaints);
  }
  const name = `${UNENCODED.size.name}/${durations.starts} starts`;
  return outcome(name, UNENCODED, parts.state, windows, complaints);
}

async function oneWindow(
  stage: BenchStage,
  contender: Contender,
  { settleS, measureS }: LevelsDurations,
): Promise<Cost> {
  return await contender.whileStreaming(async (processes) => {
    await stage.pause(settleS);
    return await measureCost(stage, processes, measureS);
  });
}

function outcome(
  name: string,
  { size }: Measure,
  state: State,
  windows: readonly Cost[],
  complaints: readonly string[],
): Outcome {
  const off = windows.flatMap(({ frames, seconds }) => {
    const expected = seconds * size.fps;
    if (Math.abs(frames - expected) <= expected * OFF_PART) return [];
    return [`${frames.toFixed(1)} frames came to ffmpeg, not ${expected.toFixed(1)}`];
  });
  return { name, state, windows, median: medianCost(windows), complaints: [...complaints, ...off] };
}
