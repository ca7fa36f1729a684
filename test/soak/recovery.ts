import type { PastFault } from './fault-run.ts';
import { areaOf, type Area } from './faults.ts';

/** How long it took after a fault until something was there again. */
export interface Recovery {
  readonly fault: PastFault;
  /** From the end of the fault on; infinite where it was not there again by the end. */
  readonly afterMs: number;
}

/** Where a fault there holds up the pictures at the first receiver. */
export const PICTURE_AREAS: readonly Area[] = ['first link', 'ffmpeg'];
/** Where a fault there holds up new frames in the video. */
export const FRAME_AREAS: readonly Area[] = ['redis', 'sensor', 'ffmpeg'];

/**
 * How long after each fault something was there again. A fault is left out during whose recovery another one was under way in one of
 * the areas that hold it up: that one is measured after its own end.
 * @param timesMs when it was there, in order
 */
export function recoveriesOf(
  faults: readonly PastFault[],
  timesMs: readonly number[],
  areas: readonly Area[],
): Recovery[] {
  return faults.flatMap((fault) => {
    const foundMs = firstFrom(timesMs, fault.endMs);
    const isHeldUp = faults.some(
      (other) =>
        other !== fault &&
        areas.includes(areaOf(other.fault)) &&
        other.beginMs <= foundMs &&
        other.endMs >= fault.endMs,
    );
    return isHeldUp ? [] : [{ fault, afterMs: foundMs - fault.endMs }];
  });
}

/** The longest; undefined where there is none. */
export function worstOf(recoveries: readonly Recovery[]): Recovery | undefined {
  return recoveries.toSorted((a, b) => b.afterMs - a.afterMs)[0];
}

/** A time without a picture. */
export interface Gap {
  readonly lengthMs: number;
  /** When the picture after it came. */
  readonly atMs: number;
}

/**
 * The longest time without a picture that no fault in these areas was under way in, nor shortly before it; 0 for less than two pictures.
 * @param settleMs for so long after its end a fault may still show
 */
export function longestGap(
  timesMs: readonly number[],
  faults: readonly PastFault[],
  areas: readonly Area[],
  settleMs: number,
): Gap {
  const relevant = faults.filter(({ fault }) => areas.includes(areaOf(fault)));
  let longest: Gap = { lengthMs: 0, atMs: 0 };
  for (const [index, atMs] of timesMs.entries()) {
    const beforeMs = timesMs[index - 1] ?? atMs;
    if (atMs - beforeMs <= longest.lengthMs) continue;
    const isExplained = relevant.some(
      ({ beginMs, endMs }) => beginMs <= atMs && endMs + settleMs >= beforeMs,
    );
    if (!isExplained) longest = { lengthMs: atMs - beforeMs, atMs };
  }
  return longest;
}

/** The first time at or after `fromMs`; infinite where there is none. */
function firstFrom(timesMs: readonly number[], fromMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return timesMs[low] ?? Number.POSITIVE_INFINITY;
}
