/**
 * By how much one thing is more than another, and what chance may make of that: twice the standard error. Both by medians, so that
 * one window in which the machine was busy with something else is in neither.
 */
export interface Difference {
  readonly more: number;
  /** NaN where there are too few figures to say. */
  readonly noise: number;
}

const STANDARD_ERRORS = 2;
/** Of what is spread as chance spreads it: standard deviations in the median distance from the middle. */
const DEVIATIONS_IN_DISTANCE = 1.4826;
/** And by how much a median is less certain than a mean. */
const MEDIAN_TO_MEAN = 1.2533;

/** Of figures that were taken in pairs, one shortly after the other: what changes slowly is in neither figure. */
export function pairedDifference(values: readonly number[], others: readonly number[]): Difference {
  const differences = values.slice(0, others.length).map((value, index) => value - (others[index] ?? value));
  return { more: middleOf(differences), noise: STANDARD_ERRORS * standardError(differences) };
}

/** Of figures that were taken at different times, so many of the one and so many of the other. */
export function difference(values: readonly number[], others: readonly number[]): Difference {
  const error = Math.hypot(standardError(values), standardError(others));
  return { more: middleOf(values) - middleOf(others), noise: STANDARD_ERRORS * error };
}

/** What of it chance does not explain: at least 0. All of it where nothing is known of chance. */
export function beyondNoise({ more, noise }: Difference): number {
  return Math.max(0, more - (Number.isNaN(noise) ? 0 : noise));
}

/** The median; of an even number the middle between both; NaN for none. */
function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}

/** Of the median; NaN for fewer than two. */
function standardError(values: readonly number[]): number {
  const middle = middleOf(values);
  const distance = middleOf(values.map((value) => Math.abs(value - middle)));
  const deviation = DEVIATIONS_IN_DISTANCE * distance;
  return values.length < 2 ? Number.NaN : (MEDIAN_TO_MEAN * deviation) / Math.sqrt(values.length);
}
