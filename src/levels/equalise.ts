import { countBelow, type SampleCounts } from './sample-counts.ts';
import { CURVE_LENGTH, remainder, type Window } from './window.ts';

/** The steepest that the curve gets, as a multiple of the straight one: what noise is amplified by at most. */
export const GAIN_LIMIT = 4;

/**
 * The flattest that the curve gets, likewise. Without it, what has samples that few others have would be all one level: a
 * small thing that was not among the samples that are counted, and one that comes into view, until the curve has followed.
 */
const MIN_GAIN = 1 / 8;

/**
 * The curve is made of so many straight pieces, one for about each level of the output. Finer ones would be noisier, and
 * steep for so few samples each that a narrow peak would gain nothing.
 */
const SEGMENTS = 256;

/** A level that is no further off stays where it is: 1.7 output levels, three times the noise of a frame's counts. */
const DEAD_BAND = 1 / 128;

/**
 * Plateau equalisation: where there are more samples the curve is steeper, up to a limit. Writes the level, 0 to 1, of each
 * index over the window. What was counted outside the window has no part in it. Straight where nothing was counted inside.
 * @param into CURVE_LENGTH entries
 */
export function equalise(counts: SampleCounts, window: Window, into: Float32Array): void {
  drawCurve(knotLevels(segmentCounts(counts, window)), into);
}

/**
 * The number of samples in each segment. A sample takes up the room from half a sample below it to half a sample above it,
 * so that it may belong to several segments in part.
 */
function segmentCounts(counts: SampleCounts, { low, high }: Window): Float64Array {
  const inSegment = new Float64Array(SEGMENTS);
  let before = countUpTo(counts, low);
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const end = countUpTo(counts, low + ((high - low) * (segment + 1)) / SEGMENTS);
    inSegment[segment] = end - before;
    before = end;
  }
  return inSegment;
}

function countUpTo(counts: SampleCounts, position: number): number {
  const sample = Math.floor(position + 0.5);
  return countBelow(counts, sample) + (position + 0.5 - sample) * (counts.fine[sample] ?? 0);
}

/**
 * The level at the end of each segment. What is cut off above the plateau is given to all segments evenly. That is at most
 * as much as the straight curve has, so with a plateau of one less than the limit, no segment gets above the limit.
 */
function knotLevels(inSegment: Float64Array): Float64Array {
  const gains = plateauGains(inSegment);
  let sum = 0;
  for (const gain of gains) sum += gain;
  const evenGain = 1 - sum / SEGMENTS;
  const levels = new Float64Array(SEGMENTS + 1);
  for (let segment = 0; segment < SEGMENTS; segment++) {
    levels[segment + 1] = (levels[segment] ?? 0) + ((gains[segment] ?? 0) + evenGain) / SEGMENTS;
  }
  return levels;
}

/** The gain that each segment gets for its own samples. */
function plateauGains(inSegment: Float64Array): Float64Array {
  let total = 0;
  for (const count of inSegment) total += count;
  const gainOfOne = total > 0 ? ((1 - MIN_GAIN) * SEGMENTS) / total : 0;
  return inSegment.map((count) => Math.min(count * gainOfOne, GAIN_LIMIT - 1));
}

function drawCurve(levels: Float64Array, into: Float32Array): void {
  const last = CURVE_LENGTH - 1;
  for (let index = 0; index < last; index++) {
    const position = (index * SEGMENTS) / last;
    const segment = Math.trunc(position);
    const start = levels[segment] ?? 0;
    into[index] = start + ((levels[segment + 1] ?? 1) - start) * (position - segment);
  }
  into[last] = 1;
}

/**
 * Brings `current`, in place, as near to `target` as a window would have come in `elapsedMs`. What both keep of order, of
 * gain and of the ends, is kept.
 * @param dampingMs 0 = at once
 */
export function dampedCurve(
  current: Float32Array,
  target: Float32Array,
  elapsedMs: number,
  dampingMs: number,
): void {
  const deadBand = dampingMs > 0 ? DEAD_BAND : 0;
  const passed = 1 - remainder(elapsedMs, dampingMs);
  for (let index = 0; index < current.length; index++) {
    const level = current[index] ?? 0;
    const distance = (target[index] ?? 0) - level;
    const excess = distance - Math.min(Math.max(distance, -deadBand), deadBand);
    current[index] = level + passed * excess;
  }
}
