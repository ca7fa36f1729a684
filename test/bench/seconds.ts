import { latencyMs } from './figures.ts';
import type { FrameRecord } from './frame-records.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** One second of a session, as a viewer sees it. */
export interface SecondFigures {
  /** Seconds from the session's first frame to the beginning of this one. */
  readonly atS: number;
  /** Of its new frames; NaN where there were none. */
  readonly latency: Spread;
  readonly dup: number;
  /** Numbers passed over: frames that were trimmed or never came. */
  readonly lost: number;
}

/** The seconds in which viewers are worst off, which percentiles of a long run hide. */
export interface WorstSeconds {
  /** The second with the largest median of the latency; undefined where no new frame came. */
  readonly oldest: SecondFigures | undefined;
  /** Most repeated frames in one second. */
  readonly dup: number;
}

/** How a session begins. */
export interface StartFigures {
  readonly seconds: readonly SecondFigures[];
  readonly latencyMaxMs: number;
  readonly dup: number;
  readonly lost: number;
}

/** These frames are as old as the destination was slow to open, which says nothing about those after them. */
const OPENING_FRAMES = 2;
const START_S = 5;

/**
 * A session in seconds from its first frame on, without the frames that waited for the destination to open.
 *
 * @param records all of the session, in the order of arrival
 */
export function secondsOf(records: readonly FrameRecord[]): SecondFigures[] {
  const originMs = records[0]?.firstByteMs ?? 0;
  const frames = records.slice(OPENING_FRAMES).map((record, index) => ({
    record,
    step: record.number - (records[index + OPENING_FRAMES - 1]?.number ?? 0),
    atS: Math.floor((record.firstByteMs - originMs) / 1000),
  }));
  return [...Map.groupBy(frames, ({ atS }) => atS)].map(([atS, second]) => ({
    atS,
    latency: spreadOf(second.filter(({ step }) => step > 0).map(({ record }) => latencyMs(record))),
    dup: second.filter(({ step }) => step === 0).length,
    lost: second.reduce((sum, { step }) => sum + Math.max(0, step - 1), 0),
  }));
}

export function worstOf(seconds: readonly SecondFigures[]): WorstSeconds {
  const measured = seconds.filter(({ latency }) => !Number.isNaN(latency.p50Ms));
  const oldest = measured.toSorted((a, b) => b.latency.p50Ms - a.latency.p50Ms)[0];
  return { oldest, dup: Math.max(0, ...seconds.map(({ dup }) => dup)) };
}

/** The first five seconds, which a mean over a minute makes invisible. */
export function startOf(seconds: readonly SecondFigures[]): StartFigures {
  const first = seconds.filter(({ atS }) => atS < START_S);
  const largestMs = first.map(({ latency }) => latency.maxMs).filter((ms) => !Number.isNaN(ms));
  return {
    seconds: first,
    latencyMaxMs: largestMs.length === 0 ? Number.NaN : Math.max(...largestMs),
    dup: first.reduce((sum, { dup }) => sum + dup, 0),
    lost: first.reduce((sum, { lost }) => sum + lost, 0),
  };
}
