import { maxSample, type GrayFormat } from '../base/gray-format.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import type { Counting, Kernel } from './kernel.ts';
import { BINS, type KernelMemory } from './kernel-memory.ts';
import type { PictureSize } from './picture-slots.ts';
import { percentileOf, shareAbove, shareBelow, type SampleCounts } from './sample-counts.ts';
import type { Window } from './window.ts';

/** About so many samples of a frame are looked at: enough for percentiles to half a percent of the range between them. */
const SAMPLES_A_FRAME = 16_384;
/** 99 % of the samples lie between these percentiles: what lies outside may be hot pixels. */
const SEEN_PERCENT = { low: 0.5, high: 99.5 } as const;
/** Sums of the kernel, 64 bits each: between neighbours and between far ones, as they are read and with their bytes swapped. */
const SUMS = 4;
const NONE_YET = -1;

/** Looks at a part of the samples of each frame. */
export class SampleStatistics {
  readonly counts: SampleCounts;
  readonly #counting: Counting;
  readonly #countingAlone: Counting;
  #isMeasured = false;
  readonly #sums: BigInt64Array;
  /** The sample that others are compared with as a far one, and how many were looked at. */
  readonly #far: Int32Array;
  /** How far into what comes next the next sample lies that is looked at. */
  #next = 0;
  /** Of the frames since the last report. */
  #seen: Window | undefined;

  constructor(
    memory: KernelMemory,
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
    this.#countingAlone = { ...this.#counting, sums: 0 };
    this.counts = { fine: memory.counters(fine, largest + 1), coarse: memory.counters(coarse, BINS), bits };
    this.#sums = new BigInt64Array(memory.wasm.buffer, sums, SUMS);
    this.#far = new Int32Array(memory.wasm.buffer, sums + SUMS * 8, 2);
  }

  /**
   * Another frame begins; the counts are those of the one before it until then.
   * @param isMeasured whether its roughness is measured, which costs as much again as counting
   */
  begin(isMeasured: boolean): void {
    this.#isMeasured = isMeasured;
    const { fine, coarse, bits } = this.counts;
    const width = 2 ** (bits - 8);
    fine.fill(0, coarse.findIndex(isUsed) * width, (coarse.findLastIndex(isUsed) + 1) * width);
    coarse.fill(0);
    this.#sums.fill(0n);
    this.#far.set([NONE_YET, 0]);
    this.#next = 0;
  }

  /** So many samples have come, from `source` on in memory. */
  add(source: number, count: number): void {
    const counting = this.#isMeasured ? this.#counting : this.#countingAlone;
    this.#next = this.kernel.countSamples(source, count, this.#next, counting);
  }

  /** All of the frame was looked at. */
  end(): void {
    const low = percentileOf(this.counts, SEEN_PERCENT.low) ?? 0;
    const high = percentileOf(this.counts, SEEN_PERCENT.high) ?? 0;
    const seen = this.#seen ?? { low, high };
    this.#seen = { low: Math.min(seen.low, low), high: Math.max(seen.high, high) };
  }

  /** What was seen since the last report; to be asked for at the end of a frame whose roughness was measured. */
  takeReport(window: Window): LevelsReport {
    const seen = this.#seen ?? window;
    this.#seen = undefined;
    const [near = 0, nearSwapped = 0, far = 0, farSwapped = 0] = Array.from(this.#sums, Number);
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

function isUsed(count: number): boolean {
  return count !== 0;
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
