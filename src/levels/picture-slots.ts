import { encodedSize, type FrameFormat } from '../base/frame-format.ts';
import type { FrameSlot, MemoryArea } from '../base/frame.ts';
import { BLACK_LUMA, NEUTRAL_CHROMA } from '../base/gray-format.ts';
import { FrameSlots, SLOT_COUNT } from '../os/frame-slots.ts';
import { addressAt, libc } from '../os/libc.ts';
import { mapMemory, type MappedMemory } from '../os/mapped-memory.ts';

const PAGE_BYTES = 4_096;
/** Chroma of a picture without colours is all the same: a piece of it is handed over as often as it takes. */
const NEUTRAL_BYTES = 65_536;

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

/** The memory of pictures: slots for luma, and for each of them room for chroma, which is touched only where there are colours. */
export class PictureSlots {
  /** Hold luma. */
  readonly luma: FrameSlots;
  readonly #chroma: MappedMemory;
  readonly #neutral: MappedMemory;
  readonly #neutralAreas: readonly MemoryArea[];
  /** The places of the slots in the memory of chroma, from when they are first used. */
  readonly #places = new Map<FrameSlot, number>();

  /** Throws where there is no memory. */
  constructor(private readonly size: PictureSize) {
    this.luma = new FrameSlots(size.lumaBytes);
    this.#chroma = mapMemory(SLOT_COUNT * inPages(size.chromaBytes));
    this.#neutral = mapMemory(NEUTRAL_BYTES);
    libc.memset(this.#neutral.address, NEUTRAL_CHROMA, NEUTRAL_BYTES);
    const neutral = { address: this.#neutral.address, sizeBytes: NEUTRAL_BYTES };
    this.#neutralAreas = repeated(neutral, size.chromaBytes);
  }

  /** To be called before luma is put into a slot. The padding of an odd size is made once: nothing is ever mapped to it. */
  prepare(slot: FrameSlot): void {
    if (this.#places.has(slot)) return;
    this.#places.set(slot, this.#places.size);
    this.#blackenPadding(slot);
  }

  /** Where both planes of chroma begin that belong to a slot. */
  chromaAddress(slot: FrameSlot): number {
    const place = this.#places.get(slot);
    if (place === undefined) throw new Error('this slot was not prepared');
    return this.#chroma.address + place * inPages(this.size.chromaBytes);
  }

  /** The chroma of a picture: that of the slot, or that of one without colours. */
  chromaAreas(slot: FrameSlot, hasColours: boolean): readonly MemoryArea[] {
    if (!hasColours) return this.#neutralAreas;
    return [{ address: this.chromaAddress(slot), sizeBytes: this.size.chromaBytes }];
  }

  /** Gives the memory back. */
  close(): void {
    this.luma.close();
    this.#chroma.unmap();
    this.#neutral.unmap();
  }

  /** The column or line that makes an odd size even. */
  #blackenPadding({ address }: FrameSlot): void {
    const { widthPx, heightPx, strideBytes, lumaBytes } = this.size;
    const bodyBytes = heightPx * strideBytes;
    const blacken = (offset: number, sizeBytes: number) =>
      void libc.memset(addressAt(address, offset), BLACK_LUMA, sizeBytes);
    if (bodyBytes < lumaBytes) blacken(bodyBytes, lumaBytes - bodyBytes);
    if (widthPx === strideBytes) return;
    for (let line = 0; line < heightPx; line += 1) blacken(line * strideBytes + widthPx, 1);
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
