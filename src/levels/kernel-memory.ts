import { ptr } from 'bun:ffi';
import { maxSample, type GrayFormat } from '../base/gray-format.ts';
import { CURVE_LENGTH } from './window.ts';

/** A WebAssembly memory is made of pages of this size (webassembly.github.io/spec/core/exec/runtime.html#page-size). */
const WASM_PAGE_BYTES = 65_536;
/**
 * What is received is mapped in pieces of this size, while they are still in the cache of the core. A unix socket holds at most 219 KB
 * by default (net.core.wmem_default), all of which then comes at once.
 */
export const PIECE_BYTES = 229_376;
/** Keeps luma apart from samples. */
const MARGIN_BYTES = 64;
const COUNTER_BYTES = 4;
/** A table for each value of a byte. */
export const BINS = 256;
const SUMS_BYTES = 64;
/** Room for what is mapped: of a piece of luma, both planes of its chroma take half. */
const LEAST_LUMA_PART = 2;

/** Where what does not depend on the format lies. No offset is 0. */
const CURVE = 1_024;
const U_OF_LUMA = CURVE + CURVE_LENGTH;
const V_OF_LUMA = U_OF_LUMA + BINS;
const SUMS = V_OF_LUMA + BINS;
const COARSE = SUMS + SUMS_BYTES;
const FINE = COARSE + BINS * COUNTER_BYTES;

/**
 * The memory of WebAssembly in which pieces of a frame are mapped, with the tables that this takes. It is small whatever the size of
 * a frame: the runtime's collector counts it twice, and leaves three times as much lying about.
 */
export class KernelMemory {
  readonly wasm: WebAssembly.Memory;
  /** What lies where. */
  readonly offsets: Readonly<
    Record<'curve' | 'uOfLuma' | 'vOfLuma' | 'sums' | 'coarse' | 'fine' | 'samples' | 'luma', number>
  >;
  readonly #base: number;

  constructor(format: Pick<GrayFormat, 'bits' | 'pixelBytes'>) {
    const samples = FINE + (maxSample(format) + 1) * COUNTER_BYTES;
    const luma = samples + PIECE_BYTES + MARGIN_BYTES;
    const endBytes = luma + PIECE_BYTES / Math.min(format.pixelBytes, LEAST_LUMA_PART);
    const pages = Math.ceil(endBytes / WASM_PAGE_BYTES);
    this.wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.offsets = {
      curve: CURVE,
      uOfLuma: U_OF_LUMA,
      vOfLuma: V_OF_LUMA,
      sums: SUMS,
      coarse: COARSE,
      fine: FINE,
      samples,
      luma,
    };
    this.#base = ptr(this.wasm.buffer);
  }

  /** Where an offset lies for a system call. A memory that cannot grow stays where it is. */
  address(offset: number): number {
    return this.#base + offset;
  }

  /** A view of some of the memory. */
  bytes(offset: number, sizeBytes: number): Uint8Array {
    return new Uint8Array(this.wasm.buffer, offset, sizeBytes);
  }

  /** Counters of 32 bits. */
  counters(offset: number, count: number): Uint32Array {
    return new Uint32Array(this.wasm.buffer, offset, count);
  }
}
