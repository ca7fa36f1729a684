import type { FrameIntake, MemoryArea } from '../base/frame.ts';
import { STAGING_BYTES, type PictureMemory, type PictureSize } from './picture-memory.ts';

/** Samples that lie one behind the other, and where their luma goes: offsets in the picture's memory. */
export interface SampleRun {
  readonly source: number;
  readonly target: number;
  readonly count: number;
}

interface IntakeParts {
  readonly memory: PictureMemory;
  readonly size: PictureSize;
  readonly pixelBytes: number;
  /** Where the luma of the frame begins. */
  readonly lumaOffset: number;
  /** Whole samples have come, before they are mapped: they are still where they were received. */
  readonly onSamples: (source: number, count: number) => void;
  readonly map: (run: SampleRun) => void;
  /** All of the frame is mapped. */
  readonly onWhole: () => void;
}

/**
 * Takes one frame in through a room that is as large as the cache of a core bears, and maps what has come each time, so that its
 * samples never have to be fetched from memory.
 */
export class LumaIntake implements FrameIntake {
  readonly #staging: Uint8Array;
  readonly #totalSamples: number;
  /** Bytes of a pixel that is not whole; they lie at the beginning of the room. */
  #carriedBytes = 0;
  #samples = 0;

  constructor(private readonly parts: IntakeParts) {
    const { memory, size } = parts;
    this.#staging = memory.bytes(memory.offsets.staging, STAGING_BYTES);
    this.#totalSamples = size.widthPx * size.heightPx;
  }

  room(): MemoryArea {
    const { address, sizeBytes } = this.parts.memory.staging;
    return { address: address + this.#carriedBytes, sizeBytes: sizeBytes - this.#carriedBytes };
  }

  took(sizeBytes: number): void {
    if (this.#samples === this.#totalSamples) return;
    const { pixelBytes, memory, onSamples, onWhole } = this.parts;
    const comeBytes = this.#carriedBytes + sizeBytes;
    const count = Math.min(Math.trunc(comeBytes / pixelBytes), this.#totalSamples - this.#samples);
    this.#carriedBytes = comeBytes;
    if (count === 0) return;
    const { staging } = memory.offsets;
    onSamples(staging, count);
    this.#map(staging, count);
    this.#staging.copyWithin(0, count * pixelBytes, comeBytes);
    this.#carriedBytes = comeBytes - count * pixelBytes;
    if (this.#samples < this.#totalSamples) return;
    this.#carriedBytes = 0;
    onWhole();
  }

  /** Lines lie one behind the other where the width is even; where it is odd, there is a pixel between them. */
  #map(source: number, count: number): void {
    const { size, pixelBytes, lumaOffset, map } = this.parts;
    const { widthPx, strideBytes } = size;
    if (widthPx === strideBytes) {
      map({ source, target: lumaOffset + this.#samples, count });
      this.#samples += count;
      return;
    }
    for (let done = 0; done < count;) {
      const column = this.#samples % widthPx;
      const line = (this.#samples - column) / widthPx;
      const inLine = Math.min(widthPx - column, count - done);
      const target = lumaOffset + line * strideBytes + column;
      map({ source: source + done * pixelBytes, target, count: inLine });
      this.#samples += inLine;
      done += inLine;
    }
  }
}
