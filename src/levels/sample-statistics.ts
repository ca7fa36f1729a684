import { maxSample, type GrayFormat } from '../base/gray-format.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import type { Counting, Kernel } from './kernel.ts';
import type { PictureMemory, PictureSize } from './picture-memory.ts';
import { percentileOf, shareAbove, shareBelow, type SampleCounts } from './sample-counts.ts';
import type { Window } from './window.ts';

/** About so many samples of a frame are looked at: enough for percentiles to half a percent of the range between them. */
const SAMPLES_A_FRAME = 16_384;
/** 99 % of the samples lie between these percentiles: what lies outside may be hot pixels. */
const SEEN_PERCENT = { low: 0.5, high: 99.5 } as const;
const BINS = 256;
/** Sums of the kernel, 64 bits each: between neighbours and between far ones, as they are read and with their bytes swapped. */
const SUMS = 4;

/** Looks at a part of the samples of each frame. */
export class SampleStatistics {
  readonly counts: SampleCounts;
  readonly #counting: Counting;
  readonly #sums: BigInt64Array;
  readonly #last: Int32Array;
  /** How far into what comes next the next sample lies that is looked at. */
  #next = 0;
  /** Of the frames since the last report. */
  #seen: Window | undefined;
  #roughness = { near: 0, nearSwapped: 0, far: 0, farSwapped: 0 };

  constructor(
    memory: PictureMemory,
    private readonly kernel: Kernel,
    private readonly format: GrayFormat,
    size: PictureSize,
  ) {
    const { fine, coarse, sums } = memory.offsets;
    const { bits } = format;
    const largest = maxSample(format);
    this.#counting = {
      step: stepFor(size),
      maxSample: largest,
      coarseShift: bits - 8,
      fine,
      coarse,
      sums,
    };
    this.counts = { fine: memory.counters(fine, largest + 1), coarse: memory.counters(coarse, BINS), bits };
    this.#sums = new BigInt64Array(memory.wasm.buffer, sums, SUMS);
    this.#last = new Int32Array(memory.wasm.buffer, sums + SUMS * 8, 1);
  }

  /** Another frame begins; the counts are those of the one before it until then. */
  begin(): void {
    const { fine, coarse, bits } = this.counts;
    const width = 2 ** (bits - 8);
    for (let bin = 0; bin < BINS; bin += 1) {
      if (coarse[bin] !== 0) fine.fill(0, bin * width, (bin + 1) * width);
    }
    coarse.fill(0);
    this.#sums.fill(0n);
    this.#last[0] = -1;
    this.#next = 0;
  }

  /** So many samples have come, from `source` on in memory. */
  add(source: number, count: number): void {
    this.#next = this.kernel.countSamples(source, count, this.#next, this.#counting);
  }

  /** All of the frame was looked at. */
  end(): void {
    const low = percentileOf(this.counts, SEEN_PERCENT.low) ?? 0;
    const high = percentileOf(this.counts, SEEN_PERCENT.high) ?? 0;
    const seen = this.#seen ?? { low, high };
    this.#seen = { low: Math.min(seen.low, low), high: Math.max(seen.high, high) };
    const [near = 0, nearSwapped = 0, far = 0, farSwapped = 0] = Array.from(this.#sums, Number);
    const before = this.#roughness;
    this.#roughness = {
      near: before.near + near,
      nearSwapped: before.nearSwapped + nearSwapped,
      far: before.far + far,
      farSwapped: before.farSwapped + farSwapped,
    };
  }

  /** What was seen since the last report, with the counts as they are now; undefined where no whole frame has come since. */
  takeReport(window: Window): LevelsReport | undefined {
    const seen = this.#seen;
    if (!seen) return undefined;
    const { near, nearSwapped, far, farSwapped } = this.#roughness;
    this.#seen = undefined;
    this.#roughness = { near: 0, nearSwapped: 0, far: 0, farSwapped: 0 };
    const roughness = { asRead: ratio(near, far), swapped: ratio(nearSwapped, farSwapped) };
    return {
      maxSample: this.#counting.maxSample,
      window,
      seen,
      histogram: Array.from(this.counts.coarse),
      clipped: { low: shareBelow(this.counts, window.low), high: shareAbove(this.counts, window.high) },
      ...(this.format.sampleBytes === 2 && { roughness }),
    };
  }
}

/** Of a picture that is all one sample, no neighbours differ. */
function ratio(near: number, far: number): number {
  return far === 0 ? 0 : near / far;
}

/** A distance that has no factor in common with the width, so that the samples lie in all columns. */
function stepFor({ widthPx, heightPx }: PictureSize): number {
  let step = Math.max(1, Math.round((widthPx * heightPx) / SAMPLES_A_FRAME));
  while (greatestCommonDivisor(step, widthPx) > 1) step += 1;
  return step;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
