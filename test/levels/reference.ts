import { BLACK_LUMA, WHITE_LUMA, type GrayFormat } from '../../src/base/gray-format.ts';
import type { Factors } from '../../src/levels/factors.ts';
import type { Counting, Kernel } from '../../src/levels/kernel.ts';
import { CURVE_LENGTH } from '../../src/levels/window.ts';

/** What is mapped, where it lies and where it goes, as the kernel is told. */
type Run = Parameters<Kernel['mapLinear']>[0];
type ChromaRun = Parameters<Kernel['mapChroma']>[0];

/** Numbers with 7 and 3 bits behind the point. */
const LUMA_STEP = 128;
const PLACE_STEP = 8;

const FAR_LOOKS = 256;

/** Where the sums of a count lie, from its `sums` on. */
const SUMS = { adjacent: 0, adjacentSwapped: 8, far: 16, farSwapped: 24, farSample: 32, looks: 36 } as const;

/**
 * What the kernel does, a sample at a time, in any memory: its specification, exact to the bit. `src/levels/assembly/kernel.ts` does
 * the same with eight or sixteen at once.
 */
export class ReferenceKernel implements Pick<
  Kernel,
  'mapLinear' | 'mapCurve' | 'mapChroma' | 'countSamples'
> {
  readonly #view: DataView;

  constructor(
    private readonly memory: Uint8Array,
    private readonly format: GrayFormat,
  ) {
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  }

  /** Luma that is linear over a window: a place in it, less what lies behind the point. */
  mapLinear({ source, target, count }: Run, factors: Factors): void {
    for (let index = 0; index < count; index += 1) {
      const y = Math.floor(placeOf(this.#sample(source, index), factors) / LUMA_STEP);
      this.memory[target + index] = clamped(y, BLACK_LUMA, WHITE_LUMA);
    }
  }

  /** The same place, of 4096, is what is looked up in the curve. */
  mapCurve({ source, target, count }: Run, factors: Factors, curve: number): void {
    for (let index = 0; index < count; index += 1) {
      const place = Math.floor(placeOf(this.#sample(source, index), factors) / PLACE_STEP);
      this.memory[target + index] = this.#byte(curve + clamped(place, 0, CURVE_LENGTH - 1));
    }
  }

  /** The mean of 2x2 lumas, rounded, is what is looked up. What has no neighbour at an odd edge stands for it. */
  mapChroma({ luma, strideBytes, widthPx, heightPx, u, v, uOfLuma, vOfLuma }: ChromaRun): void {
    const lumaAt = (x: number, y: number) =>
      this.#byte(luma + Math.min(y, heightPx - 1) * strideBytes + Math.min(x, widthPx - 1));
    let index = 0;
    for (let y = 0; y < heightPx; y += 2) {
      for (let x = 0; x < widthPx; x += 2) {
        const sum = lumaAt(x, y) + lumaAt(x + 1, y) + lumaAt(x, y + 1) + lumaAt(x + 1, y + 1);
        const mean = Math.floor((sum + 2) / 4);
        this.memory[u + index] = this.#byte(uOfLuma + mean);
        this.memory[v + index] = this.#byte(vOfLuma + mean);
        index += 1;
      }
    }
  }

  /** Counts every `step`th sample. One with bits that the format does not have counts as the largest that it has. */
  countSamples(source: number, count: number, first: number, counting: Counting): number {
    const { step, maxSample, coarseShift, fine, coarse } = counting;
    let index = first;
    for (; index < count; index += step) {
      const sample = Math.min(this.#sample(source, index), maxSample);
      this.#increment(fine + sample * 4);
      this.#increment(coarse + (sample >> coarseShift) * 4);
      if (this.format.sampleBytes === 2 && counting.sums !== 0)
        this.#addDistances(source, count, index, counting.sums);
    }
    return index - count;
  }

  /** How far a sample is from the one beside it, and from a far one, where there are both. Each 256th that is looked at is the next far one. */
  #addDistances(source: number, count: number, index: number, sums: number): void {
    const sample = this.#sample(source, index);
    const far = this.#view.getInt32(sums + SUMS.farSample, true);
    const looks = this.#view.getInt32(sums + SUMS.looks, true);
    if (looks % FAR_LOOKS === 0) this.#view.setInt32(sums + SUMS.farSample, sample, true);
    this.#view.setInt32(sums + SUMS.looks, looks + 1, true);
    if (far < 0 || index + 1 >= count) return;
    const beside = this.#sample(source, index + 1);
    this.#add(sums + SUMS.adjacent, Math.abs(sample - beside));
    this.#add(sums + SUMS.adjacentSwapped, Math.abs(swapped(sample) - swapped(beside)));
    this.#add(sums + SUMS.far, Math.abs(sample - far));
    this.#add(sums + SUMS.farSwapped, Math.abs(swapped(sample) - swapped(far)));
  }

  #sample(source: number, index: number): number {
    const { sampleBytes, pixelBytes, isBigEndian } = this.format;
    const at = source + index * pixelBytes;
    return sampleBytes === 1 ? this.#byte(at) : this.#view.getUint16(at, !isBigEndian);
  }

  #byte(at: number): number {
    return this.#view.getUint8(at);
  }

  #increment(at: number): void {
    this.#view.setUint32(at, this.#view.getUint32(at, true) + 1, true);
  }

  #add(at: number, distance: number): void {
    this.#view.setBigInt64(at, this.#view.getBigInt64(at, true) + BigInt(distance), true);
  }
}

/** Where a sample lies in the window: below it at the beginning, above it at the end. See `Factors`. */
function placeOf(sample: number, { low, span, scale, mul, offset }: Factors): number {
  const above = Math.min(Math.max(sample - low, 0), span) * scale;
  return Math.floor(((above - 0x8000) * mul + 0x4000) / 0x8000) + offset;
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function swapped(sample: number): number {
  return (sample & 0xff) * 256 + (sample >> 8);
}
