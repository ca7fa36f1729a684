import type { MemoryArea } from '../base/frame.ts';
import { pinned } from './libc.ts';

/** struct iovec: address and length, 8 bytes each (readv(2)). */
const IOVEC_BYTES = 16;
/** As many areas as one call is given, of the 1024 that it would take: a picture of 3840x2160 has 65. */
const MOST_AREAS = 128;

/** What is still to be written of some areas of memory, in the form in which the kernel takes it. */
export class IoVector {
  readonly #memory = pinned(MOST_AREAS * IOVEC_BYTES);
  readonly #words = new BigUint64Array(this.#memory.view.buffer);
  readonly address = this.#memory.address;
  #areas: readonly MemoryArea[] = [];
  #index = 0;
  /** Bytes of the area at `#index` that are written. */
  #doneBytes = 0;
  #filledBytes = 0;

  /** Begins with these areas, of which none is empty. */
  begin(areas: readonly MemoryArea[]): void {
    this.#areas = areas;
    this.#index = 0;
    this.#doneBytes = 0;
  }

  get isDone(): boolean {
    return this.#index === this.#areas.length;
  }

  /** Bytes of the areas that `fill` has put at `address`. */
  get filledBytes(): number {
    return this.#filledBytes;
  }

  /** Puts what comes next at `address`, at most so many bytes. @returns the number of areas */
  fill(mostBytes: number): number {
    let count = 0;
    let leftBytes = mostBytes;
    let doneBytes = this.#doneBytes;
    for (let index = this.#index; count < MOST_AREAS && leftBytes > 0; index += 1) {
      const area = this.#areas[index];
      if (!area) break;
      const sizeBytes = Math.min(area.sizeBytes - doneBytes, leftBytes);
      this.#words[count * 2] = BigInt(area.address + doneBytes);
      this.#words[count * 2 + 1] = BigInt(sizeBytes);
      leftBytes -= sizeBytes;
      doneBytes = 0;
      count += 1;
    }
    this.#filledBytes = mostBytes - leftBytes;
    return count;
  }

  /** So many bytes were written. */
  advance(sizeBytes: number): void {
    let leftBytes = sizeBytes;
    for (;;) {
      const area = this.#areas[this.#index];
      if (!area || leftBytes < area.sizeBytes - this.#doneBytes) break;
      leftBytes -= area.sizeBytes - this.#doneBytes;
      this.#index += 1;
      this.#doneBytes = 0;
    }
    this.#doneBytes += leftBytes;
  }
}
