import type { Pointer } from 'bun:ffi';
import type { NativePixels, Pixels } from '../base/frame.ts';
import { addressAt } from './libc.ts';
import { mapMemory, type MappedMemory } from './mapped-memory.ts';

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
export interface FrameSlot extends NativePixels {
  readonly address: Pointer;
}

/** Tells whether the pipe still holds pages of a slot, which must not be written to then. */
export type IsInPipe = (slot: FrameSlot) => boolean;

/**
 * A small ring of places for frames, so that nothing is allocated for a frame. The memory is the system's, not an array
 * of the runtime's: the collector takes the size of those for a measure of what it may leave lying about.
 */
export class FrameSlots {
  readonly #slots: readonly FrameSlot[];
  readonly #taken = new Set<FrameSlot>();
  readonly #memory: MappedMemory;

  /** Throws where there is no memory for the frames. */
  constructor(sizeBytes: number) {
    const strideBytes = Math.ceil((sizeBytes + TAIL_BYTES) / PAGE_BYTES) * PAGE_BYTES;
    this.#memory = mapMemory(strideBytes * SLOT_COUNT);
    this.#slots = Array.from({ length: SLOT_COUNT }, (_, index) => ({
      address: addressAt(this.#memory.address, index * strideBytes),
      sizeBytes,
    }));
  }

  /** Takes a slot that nobody holds; undefined while there is none. */
  acquire(isInPipe: IsInPipe): FrameSlot | undefined {
    const slot = this.#slots.find((candidate) => !this.#taken.has(candidate) && !isInPipe(candidate));
    if (slot) this.#taken.add(slot);
    return slot;
  }

  /** The slot that these pixels are; throws for pixels that are none. */
  slotOf(pixels: Pixels): FrameSlot {
    const slot = this.#slots.find((candidate) => candidate === pixels);
    if (!slot) throw new Error('these pixels are in none of the slots');
    return slot;
  }

  release(pixels: Pixels): void {
    this.#taken.delete(this.slotOf(pixels));
  }

  /** Gives the memory back; no slot is used any more. */
  close(): void {
    this.#memory.unmap();
  }
}
