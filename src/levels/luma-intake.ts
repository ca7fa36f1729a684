import type { FrameIntake, MemoryArea } from '../base/frame.ts';
import { addressAt, libc } from '../os/libc.ts';
import { PIECE_BYTES, type KernelMemory } from './kernel-memory.ts';
import type { PictureSize } from './picture-slots.ts';

interface IntakeParts {
  readonly memory: KernelMemory;
  readonly size: PictureSize;
  readonly pixelBytes: number;
  /** Where the luma of the frame goes. */
  readonly lumaAddress: number;
  /** Whether samples can be mapped as they come; where not, as many are gathered first as there is room for. */
  readonly isReady: () => boolean;
  /** Looks at so many samples at `samples` in the memory, and maps them to `luma` there. */
  readonly map: (count: number) => void;
  /** All of the frame is mapped. */
  readonly onWhole: () => void;
}

/**
 * Takes one frame in through a room that is as large as the cache of a core bears, and maps what has come each time, so that its
 * samples never have to be fetched from memory.
 */
export class LumaIntake implements FrameIntake {
  readonly #totalSamples: number;
  /** Bytes of a pixel that is not whole; they lie at the beginning of the room. */
  #carriedBytes = 0;
  #samples = 0;

  constructor(private readonly parts: IntakeParts) {
    const { size } = parts;
    this.#totalSamples = size.widthPx * size.heightPx;
  }

  room(): MemoryArea {
    const { memory } = this.parts;
    return {
      address: memory.address(memory.offsets.samples) + this.#carriedBytes,
      sizeBytes: PIECE_BYTES - this.#carriedBytes,
    };
  }

  took(sizeBytes: number): void {
    const leftSamples = this.#totalSamples - this.#samples;
    if (leftSamples === 0) return;
    const { pixelBytes, isReady, map, onWhole } = this.parts;
    const comeBytes = this.#carriedBytes + sizeBytes;
    const comeSamples = Math.min(Math.trunc(comeBytes / pixelBytes), leftSamples);
    const isGathered = isReady() || comeBytes === PIECE_BYTES || comeSamples === leftSamples;
    const count = isGathered ? comeSamples : 0;
    if (count > 0) {
      map(count);
      this.#putDown(count);
    }
    this.#carry(count * pixelBytes, comeBytes);
    if (count === leftSamples) onWhole();
  }

  /** The rest of a pixel comes before what is received next. */
  #carry(doneBytes: number, comeBytes: number): void {
    const isWhole = this.#samples === this.#totalSamples;
    this.#carriedBytes = isWhole ? 0 : comeBytes - doneBytes;
    if (this.#carriedBytes === 0 || doneBytes === 0) return;
    const { memory } = this.parts;
    const room = memory.bytes(memory.offsets.samples, comeBytes);
    room.copyWithin(0, doneBytes, doneBytes + this.#carriedBytes);
  }

  /** Lines lie one behind the other where the width is even; where it is odd, there is a pixel between them. */
  #putDown(count: number): void {
    const { size, memory, lumaAddress } = this.parts;
    const { widthPx, strideBytes } = size;
    const luma = memory.address(memory.offsets.luma);
    const isPadded = widthPx !== strideBytes;
    for (let done = 0; done < count;) {
      const column = this.#samples % widthPx;
      const line = (this.#samples - column) / widthPx;
      const part = isPadded ? Math.min(widthPx - column, count - done) : count;
      const target = addressAt(lumaAddress, line * strideBytes + column);
      libc.memcpy(target, addressAt(luma, done), part);
      this.#samples += part;
      done += part;
    }
  }
}
