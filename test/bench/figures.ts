import type { FrameRecord } from './frame-records.ts';
import { percentile, slopeOf, spreadOf, type Spread } from './statistics.ts';

/** What the frames that came to the encoder say. */
export interface FrameFigures {
  readonly frames: number;
  readonly dup: number;
  /** Numbers between the first and the last one that never came. */
  readonly lost: number;
  readonly backwards: number;
  /** Frames that end with the pixels of another one. */
  readonly torn: number;
  /** How far the rate is off the one asked for, in percent of it; above 0 is too fast. */
  readonly rateErrorPercent: number;
  /** Distance of a frame's first byte from its place in the ideal schedule. */
  readonly deviation: Spread;
  /** From the source's beginning to send a frame to the last byte of it at the encoder; repeated frames do not count. */
  readonly latency: Spread;
  /** Median and largest latency of the last third less those of the first third. */
  readonly latencyGrowth: { readonly p50Ms: number; readonly maxMs: number };
}

/** @param records in the order of arrival; @param fps the rate asked for */
export function figuresOf(records: readonly FrameRecord[], fps: number): FrameFigures {
  const steps = records.slice(1).map((record, index) => record.number - (records[index]?.number ?? 0));
  const fresh = records.filter((_, index) => index > 0 && (steps[index - 1] ?? 0) > 0);
  const latenciesMs = fresh.map(latencyMs);
  const arrivalsMs = records.map((record) => record.firstByteMs);
  return {
    frames: records.length,
    dup: steps.filter((step) => step === 0).length,
    lost: steps.filter((step) => step > 1).reduce((sum, step) => sum + step - 1, 0),
    backwards: steps.filter((step) => step < 0).length,
    torn: records.filter(({ isTorn }) => isTorn).length,
    rateErrorPercent: (1000 / fps / slopeOf(arrivalsMs) - 1) * 100,
    deviation: spreadOf(deviationsMs(arrivalsMs, 1000 / fps)),
    latency: spreadOf(latenciesMs),
    latencyGrowth: growthOf(latenciesMs),
  };
}

export function latencyMs(record: FrameRecord): number {
  return record.lastByteMs - record.sentMs;
}

/** The schedule's origin is where half of the frames are early and half are late. */
function deviationsMs(arrivalsMs: readonly number[], periodMs: number): number[] {
  const offsetsMs = arrivalsMs.map((arrivalMs, index) => arrivalMs - index * periodMs);
  const originMs = percentile(offsetsMs, 50);
  return offsetsMs.map((offsetMs) => Math.abs(offsetMs - originMs));
}

function growthOf(latenciesMs: readonly number[]): { p50Ms: number; maxMs: number } {
  const third = Math.floor(latenciesMs.length / 3);
  const first = spreadOf(latenciesMs.slice(0, third));
  const last = spreadOf(latenciesMs.slice(latenciesMs.length - third));
  return { p50Ms: last.p50Ms - first.p50Ms, maxMs: last.maxMs - first.maxMs };
}

/** A source that was silent for longer than this has a backlog to send at once. */
const HICCUP_GAP_MS = 500;
/** A burst counts if the frames after it can be seen for so long. */
const OBSERVED_MS = 6_000;
/** So many new frames in a row within the limit show that the latency is back. */
const RECOVERED_FRAMES = 12;

/**
 * For each hiccup of the source, the seconds from its burst until the latency is back within the limit for good;
 * infinite where it did not come back.
 */
export function recoveriesS(records: readonly FrameRecord[], limitMs: number): number[] {
  const fresh = records.filter((record, index) => record.number !== records[index - 1]?.number);
  const bursts = fresh.flatMap((record, index) =>
    record.sentMs - (fresh[index - 1]?.sentMs ?? record.sentMs) > HICCUP_GAP_MS ? [index] : [],
  );
  const endMs = fresh.at(-1)?.lastByteMs ?? 0;
  const seen = bursts.filter((index) => endMs - (fresh[index]?.sentMs ?? 0) > OBSERVED_MS);
  return seen.map((index) => recoveryS(fresh.slice(index), limitMs));
}

function recoveryS(fromBurst: readonly FrameRecord[], limitMs: number): number {
  let inARow = 0;
  for (const [index, record] of fromBurst.entries()) {
    inARow = latencyMs(record) <= limitMs ? inARow + 1 : 0;
    const back = fromBurst[index - RECOVERED_FRAMES + 1];
    if (inARow === RECOVERED_FRAMES && back) return (back.lastByteMs - (fromBurst[0]?.sentMs ?? 0)) / 1000;
  }
  return Number.POSITIVE_INFINITY;
}
