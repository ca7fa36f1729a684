/** How often each sample was seen among those of a frame that were looked at. Both tables count the same samples. */
export interface SampleCounts {
  /** A counter for each sample that the format has room for. */
  readonly fine: Uint32Array;
  /** 256 counters, each for that part of the format's range: sample >> (bits - 8). */
  readonly coarse: Uint32Array;
  /** Significant bits of a sample. */
  readonly bits: number;
}

/** The sample at a share of all samples, with how many there are of it and how many lie below it. */
interface RankedSample {
  readonly sample: number;
  readonly below: number;
  readonly same: number;
}

/** A rank that should be a whole number may come out a little larger, since percents are binary fractions. */
const RANK_TOLERANCE = 1e-6;

/** How many samples were looked at. */
export function totalOf({ coarse }: SampleCounts): number {
  let total = 0;
  for (const count of coarse) total += count;
  return total;
}

/** How many samples one coarse counter is for: a 256th of the format's range. */
export function binSamples({ bits }: Pick<SampleCounts, 'bits'>): number {
  return 2 ** (bits - 8);
}

/** The smallest sample with at least so many percent of all at or below it: the lowest seen for 0; undefined for none. */
export function percentileOf(counts: SampleCounts, percent: number): number | undefined {
  return rankedSample(counts, (percent * totalOf(counts)) / 100)?.sample;
}

/**
 * The sample with the given rank: 1 is the lowest, that of the total the highest, and ranks between two count as the
 * upper one. Undefined where there are not so many. At most 512 steps.
 */
export function rankedSample(counts: SampleCounts, rank: number): RankedSample | undefined {
  const wanted = Math.max(1, Math.ceil(rank - RANK_TOLERANCE));
  let below = 0;
  for (let bin = 0; bin < counts.coarse.length; bin++) {
    const here = counts.coarse[bin] ?? 0;
    if (below + here >= wanted) return rankedInBin(counts, bin, below, wanted);
    below += here;
  }
  return undefined;
}

function rankedInBin(
  counts: SampleCounts,
  bin: number,
  belowBin: number,
  wanted: number,
): RankedSample | undefined {
  const end = (bin + 1) * binSamples(counts);
  let below = belowBin;
  for (let sample = bin * binSamples(counts); sample < end; sample++) {
    const same = counts.fine[sample] ?? 0;
    if (below + same >= wanted) return { sample, below, same };
    below += same;
  }
  return undefined;
}

/** How many samples are smaller than `sample`, a whole number. At most 512 steps. */
export function countBelow({ fine, coarse, bits }: SampleCounts, sample: number): number {
  const end = Math.min(Math.max(sample, 0), fine.length);
  const bins = end >> (bits - 8);
  let count = 0;
  for (let bin = 0; bin < bins; bin++) count += coarse[bin] ?? 0;
  for (let at = bins << (bits - 8); at < end; at++) count += fine[at] ?? 0;
  return count;
}

/** The share, 0 to 1, of the samples that are smaller than `value`; 0 where there are none. */
export function shareBelow(counts: SampleCounts, value: number): number {
  const total = totalOf(counts);
  return total === 0 ? 0 : countBelow(counts, Math.ceil(value)) / total;
}

/** The share, 0 to 1, of the samples that are larger than `value`; 0 where there are none. */
export function shareAbove(counts: SampleCounts, value: number): number {
  const total = totalOf(counts);
  return total === 0 ? 0 : (total - countBelow(counts, Math.floor(value) + 1)) / total;
}
