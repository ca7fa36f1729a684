import { readFileSync } from 'node:fs';
import type { GrayFormat } from '../base/gray-format.ts';
import type { Factors } from './factors.ts';
import scalarPath from './kernel-scalar.wasm' with { type: 'file' };
import simdPath from './kernel.wasm' with { type: 'file' };

/** What is mapped: so many samples, from `source` to `target` on. */
interface Run {
  readonly source: number;
  readonly target: number;
  readonly count: number;
}

/** Where luma lies, and where the chroma that belongs to it goes. */
interface ChromaRun {
  readonly luma: number;
  readonly strideBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly u: number;
  readonly v: number;
  /** Tables of 256 bytes. */
  readonly uOfLuma: number;
  readonly vOfLuma: number;
}

/** Where samples are counted, and which. */
export interface Counting {
  /** Every so many samples one is looked at. */
  readonly step: number;
  readonly maxSample: number;
  /** From a sample to its bin in `coarse`. */
  readonly coarseShift: number;
  /** A counter of 32 bits for each sample that there can be. */
  readonly fine: number;
  /** 256 counters of 32 bits. */
  readonly coarse: number;
  /**
   * Four sums of 64 bits; then 32 bits each: the sample that is taken for a far one, -1 for none, and how many were looked at.
   * 0 where nothing is to be added up.
   */
  readonly sums: number;
}

/** What `assembly/kernel.ts` exports. Addresses are offsets in the memory. */
interface KernelExports {
  mapLinear(...args: number[]): void;
  mapCurve(...args: number[]): void;
  mapChroma(...args: number[]): void;
  countSamples(...args: number[]): number;
}

/** How samples lie in memory, as the kernel numbers it. */
const LAYOUTS = {
  bytes: 0,
  bytesWithAlpha: 1,
  wordsLe: 2,
  wordsBe: 3,
  wordsLeWithAlpha: 4,
  wordsBeWithAlpha: 5,
} as const;

/** The loops over samples, compiled to WebAssembly: what goes in and out lies in the memory, at offsets from its beginning. */
export class Kernel {
  readonly #exports: KernelExports;
  readonly #layout: number;

  /** @param build one of `kernelBuilds` */
  constructor(memory: WebAssembly.Memory, format: GrayFormat, build = fittingBuild()) {
    const module = new WebAssembly.Module(build);
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    // The two are compiled from one repository; a test calls each of them.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    this.#exports = exports as unknown as KernelExports;
    this.#layout = layoutOf(format);
  }

  /** Luma that is linear over a window. */
  mapLinear({ source, target, count }: Run, { low, span, scale, mul, offset }: Factors): void {
    this.#exports.mapLinear(this.#layout, source, target, count, low, span, scale, mul, offset);
  }

  /** Luma by way of a curve of 4096 bytes. */
  mapCurve({ source, target, count }: Run, { low, span, scale, mul, offset }: Factors, curve: number): void {
    this.#exports.mapCurve(this.#layout, source, target, count, low, span, scale, mul, offset, curve);
  }

  /** Chroma at half the resolution, by the mean luma of each 2x2 pixels. */
  mapChroma({ luma, strideBytes, widthPx, heightPx, u, v, uOfLuma, vOfLuma }: ChromaRun): void {
    this.#exports.mapChroma(luma, strideBytes, widthPx, heightPx, u, v, uOfLuma, vOfLuma);
  }

  /** Counts samples from the `first` on. @returns how far behind the end the next one to be looked at lies */
  countSamples(source: number, count: number, first: number, counting: Counting): number {
    const { step, maxSample, coarseShift, fine, coarse, sums } = counting;
    return this.#exports.countSamples(
      this.#layout,
      source,
      count,
      first,
      step,
      maxSample,
      coarseShift,
      fine,
      coarse,
      sums,
    );
  }
}

/** The two builds of the kernel: with SIMD, and a sample at a time. */
export function kernelBuilds() {
  return { simd: readFileSync(simdPath), scalar: readFileSync(scalarPath) };
}

/** The runtime has no SIMD on x86-64 processors without AVX, which those for small boxes have not had for long. */
function fittingBuild(): Uint8Array {
  const { simd, scalar } = kernelBuilds();
  return WebAssembly.validate(simd) ? simd : scalar;
}

function layoutOf({ sampleBytes, pixelBytes, isBigEndian }: GrayFormat): number {
  const hasAlpha = pixelBytes > sampleBytes;
  if (sampleBytes === 1) return hasAlpha ? LAYOUTS.bytesWithAlpha : LAYOUTS.bytes;
  if (isBigEndian) return hasAlpha ? LAYOUTS.wordsBeWithAlpha : LAYOUTS.wordsBe;
  return hasAlpha ? LAYOUTS.wordsLeWithAlpha : LAYOUTS.wordsLe;
}
