import type { Pointer } from 'bun:ffi';
import { addressAt, pinned } from './libc.ts';

/** vmsplice hands over whole pages; frames that begin on one share none. */
const PAGE_BYTES = 4_096;
/** Behind each value Redis sends a line break; it comes with the last piece of the frame. */
const TAIL_BYTES = 2;
/**
 * The frame that is repeated, the one for the next tick, and the one that is being read. Pages of a fourth may still be in
 * the pipe for a moment, for which a read then waits. The first free slot is taken, so that memory of the others is
 * touched only when they are needed.
 */
const SLOT_COUNT = 3;

/** Room for one frame, allocated once. */
export interface FrameSlot {
  readonly pixels: Uint8Array;
  readonly address: Pointer;
}

/** Tells whether the pipe still holds pages of a slot, which must not be written to then. */
export type IsInPipe = (slot: FrameSlot) => boolean;

/** A small ring of places for frames, so that nothing is allocated for a frame. */
export class FrameSlots {
  readonly #slots: readonly FrameSlot[];
  readonly #taken = new Set<FrameSlot>();
  readonly #memory: Uint8Array;

  constructor(sizeBytes: number) {
    const strideBytes = Math.ceil((sizeBytes + TAIL_BYTES) / PAGE_BYTES) * PAGE_BYTES;
    const { view, address } = pinned(strideBytes * SLOT_COUNT + PAGE_BYTES);
    this.#memory = view;
    const startBytes = (PAGE_BYTES - (address % PAGE_BYTES)) % PAGE_BYTES;
    this.#slots = Array.from({ length: SLOT_COUNT }, (_, index) => {
      const offsetBytes = startBytes + index * strideBytes;
      return {
        pixels: this.#memory.subarray(offsetBytes, offsetBytes + sizeBytes),
        address: addressAt(address, offsetBytes),
      };
    });
  }

  /** Takes a slot that nobody holds; undefined while there is none. */
  acquire(isInPipe: IsInPipe): FrameSlot | undefined {
    const slot = this.#slots.find((candidate) => !this.#taken.has(candidate) && !isInPipe(candidate));
    if (slot) this.#taken.add(slot);
    return slot;
  }

  /** The slot that these pixels are in; throws for pixels that are in none. */
  slotOf(pixels: Uint8Array): FrameSlot {
    const slot = this.#slots.find((candidate) => candidate.pixels === pixels);
    if (!slot) throw new Error('these pixels are in none of the slots');
    return slot;
  }

  release(pixels: Uint8Array): void {
    this.#taken.delete(this.slotOf(pixels));
  }
}
