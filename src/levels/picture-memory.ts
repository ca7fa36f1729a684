import { ptr } from 'bun:ffi';
import { encodedSize, type FrameFormat } from '../base/frame-format.ts';
import type { FrameSlot, MemoryArea } from '../base/frame.ts';
import { BLACK_LUMA, NEUTRAL_CHROMA } from '../base/gray-format.ts';
import { FrameSlots, SLOT_COUNT, slotsBytes } from '../os/frame-slots.ts';
import { giveBackPages, hugePageRoomBytes, inHugePages } from '../os/mapped-memory.ts';
import { CURVE_LENGTH } from './window.ts';

const PAGE_BYTES = 4_096;
/** A WebAssembly memory is made of pages of this size (webassembly.github.io/spec/core/exec/runtime.html#page-size). */
const WASM_PAGE_BYTES = 65_536;
/** What is received is mapped in pieces of this size, while they are still in the cache of the core. */
export const STAGING_BYTES = 262_144;
/** What a piece may have of a pixel that is not whole, and a turn of a loop reads beyond the last one. */
const STAGING_MARGIN_BYTES = 64;
/** Chroma of a picture without colours is all the same: a piece of it is handed over as often as it takes. */
const NEUTRAL_BYTES = 65_536;
const LARGEST_SAMPLES = 65_536;
const COUNTER_BYTES = 4;
const BINS = 256;
const SUMS_BYTES = 64;

/** Offsets of what there is one of. The first page stays empty, so that no offset is 0. */
const CURVE = PAGE_BYTES;
const U_OF_LUMA = CURVE + CURVE_LENGTH;
const V_OF_LUMA = U_OF_LUMA + BINS;
const SUMS = V_OF_LUMA + BINS;
const COARSE = SUMS + SUMS_BYTES;
const FINE = inPages(COARSE + BINS * COUNTER_BYTES);
const STAGING = FINE + LARGEST_SAMPLES * COUNTER_BYTES;
const NEUTRAL = inPages(STAGING + STAGING_BYTES + STAGING_MARGIN_BYTES);
const FIXED_BYTES = NEUTRAL + NEUTRAL_BYTES;

/** The size of a picture in 4:2:0: a plane of luma, and two of a quarter of it. */
export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
  /** From one line of luma to the next: the width, made even. */
  readonly strideBytes: number;
  readonly lumaBytes: number;
  /** Of both planes. */
  readonly chromaBytes: number;
}

/** The size of the picture that is made of frames of this format. */
export function pictureSize(format: Pick<FrameFormat, 'widthPx' | 'heightPx'>): PictureSize {
  const even = encodedSize(format);
  const lumaBytes = even.widthPx * even.heightPx;
  const { widthPx, heightPx } = format;
  return { widthPx, heightPx, strideBytes: even.widthPx, lumaBytes, chromaBytes: lumaBytes / 2 };
}

/**
 * The one memory of WebAssembly in which pictures are made: tables, room for what is received, and slots for luma, with room for
 * the chroma of each, which is touched only where there are colours. The slots own it.
 */
export class PictureMemory {
  readonly slots: FrameSlots;
  readonly wasm: WebAssembly.Memory;
  readonly staging: MemoryArea;
  readonly offsets = {
    staging: STAGING,
    curve: CURVE,
    uOfLuma: U_OF_LUMA,
    vOfLuma: V_OF_LUMA,
    fine: FINE,
    coarse: COARSE,
    sums: SUMS,
  } as const;
  readonly #base: number;
  readonly #slotsOffset: number;
  readonly #neutral: readonly MemoryArea[];

  /** Throws where there is no memory. */
  constructor(private readonly size: PictureSize) {
    const lumaBytes = slotsBytes(size.lumaBytes);
    const slotBytes = lumaBytes + SLOT_COUNT * inPages(size.chromaBytes);
    const mostBytes = FIXED_BYTES + hugePageRoomBytes(lumaBytes) + slotBytes;
    const pages = Math.ceil(mostBytes / WASM_PAGE_BYTES);
    this.wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#base = ptr(this.wasm.buffer);
    const address = inHugePages(this.#base + FIXED_BYTES, lumaBytes);
    this.#slotsOffset = address - this.#base;
    const unmap = () => giveBackPages(this.#base, pages * WASM_PAGE_BYTES);
    this.slots = new FrameSlots(size.lumaBytes, SLOT_COUNT, { address, unmap });
    this.staging = this.#area(STAGING, STAGING_BYTES);
    this.bytes(NEUTRAL, NEUTRAL_BYTES).fill(NEUTRAL_CHROMA);
    this.#neutral = repeated(this.#area(NEUTRAL, NEUTRAL_BYTES), size.chromaBytes);
    this.#blackenPadding();
  }

  /** A view of some of the memory. */
  bytes(offset: number, sizeBytes: number): Uint8Array {
    return new Uint8Array(this.wasm.buffer, offset, sizeBytes);
  }

  /** Counters of 32 bits. */
  counters(offset: number, count: number): Uint32Array {
    return new Uint32Array(this.wasm.buffer, offset, count);
  }

  /** Where the luma of a slot begins. */
  lumaOffset(slot: FrameSlot): number {
    return slot.address - this.#base;
  }

  /** Where both planes of chroma begin that belong to a slot. */
  chromaOffset(slot: FrameSlot): number {
    const lumaBytes = slotsBytes(this.size.lumaBytes);
    const index = (this.lumaOffset(slot) - this.#slotsOffset) / (lumaBytes / SLOT_COUNT);
    return this.#slotsOffset + lumaBytes + index * inPages(this.size.chromaBytes);
  }

  /** The chroma of a picture: that of the slot, or that of one without colours. */
  chromaAreas(slot: FrameSlot, hasColours: boolean): readonly MemoryArea[] {
    return hasColours ? [this.#area(this.chromaOffset(slot), this.size.chromaBytes)] : this.#neutral;
  }

  #area(offset: number, sizeBytes: number): MemoryArea {
    return { address: this.#base + offset, sizeBytes };
  }

  /** The column or line that makes an odd size even: nothing is ever mapped to it. */
  #blackenPadding(): void {
    const { widthPx, heightPx, strideBytes, lumaBytes } = this.size;
    for (let index = 0; index < SLOT_COUNT; index += 1) {
      const luma = this.bytes(this.#slotsOffset + (index * slotsBytes(lumaBytes)) / SLOT_COUNT, lumaBytes);
      luma.fill(BLACK_LUMA, heightPx * strideBytes);
      if (widthPx === strideBytes) continue;
      for (let at = widthPx; at < lumaBytes; at += strideBytes) luma[at] = BLACK_LUMA;
    }
  }
}

/** So many bytes, of one area over and over. */
function repeated(area: MemoryArea, sizeBytes: number): MemoryArea[] {
  const count = Math.ceil(sizeBytes / area.sizeBytes);
  return Array.from({ length: count }, (_, index) => ({
    address: area.address,
    sizeBytes: Math.min(area.sizeBytes, sizeBytes - index * area.sizeBytes),
  }));
}

function inPages(sizeBytes: number): number {
  return Math.ceil(sizeBytes / PAGE_BYTES) * PAGE_BYTES;
}
