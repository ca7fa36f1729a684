import type { FrameSlot } from '../base/frame.ts';
import { addressAt } from './libc.ts';
import { mapMemory, type MappedMemory } from './mapped-memory.ts';

/** vmsplice hands over whole pages; frames that begin on one share none. */
const PAGE_BYTES = 4_096;
/** Behind each value Redis sends a line break; it comes with the last piece of the frame. */
export const TAIL_BYTES = 2;
/**
 * The frame that is repeated, the one for the next tick, and the one that is being read. Pages of a fourth may still be in
 * the pipe for a moment, for which a read then waits. The first free slot is taken, so that memory of the others is
 * touched only when they are needed.
 */
export const SLOT_COUNT = 3;

/** A pipe that pages of slots are put into. */
export interface PagePipe {
  /** How many of all bytes that were put in have been read; Infinity once none of them matters any more. */
  readBytes(): number;
}

/** A pipe with the pages of a slot in it. */
interface PipeHold {
  readonly pipe: PagePipe;
  /** What `readBytes` of the pipe is once it has been read past the slot. */
  endBytes: number;
}

/**
 * Who holds a slot: the reader or the frame holder with the frame in it, and pipes with its pages; two where the frame is repeated
 * for another ffmpeg while the one before has not read it.
 */
interface Holding extends FrameSlot {
  isTaken: boolean;
  holds: PipeHold[];
}

/**
 * The owner of the frames' memory: a small ring of places, so that nothing is allocated for a frame. One that somebody
 * holds is not given out.
 */
export class FrameSlots {
  readonly #slots: readonly Holding[];
  readonly #memory: MappedMemory;
  #isClosed = false;

  /** Throws where there is no memory for so many frames of this size. */
  constructor(sizeBytes: number, count = SLOT_COUNT) {
    const strideBytes = Math.ceil((sizeBytes + TAIL_BYTES) / PAGE_BYTES) * PAGE_BYTES;
    this.#memory = mapMemory(strideBytes * count);
    this.#slots = Array.from({ length: count }, (_, index) => ({
      address: addressAt(this.#memory.address, index * strideBytes),
      sizeBytes,
      isTaken: false,
      holds: [],
    }));
  }

  /** Takes a slot that nobody holds; undefined while there is none, and once the memory was given back. */
  acquire(): FrameSlot | undefined {
    if (this.#isClosed) return undefined;
    const slot = this.#slots.find((candidate) => !candidate.isTaken && !isInPipe(candidate));
    if (slot) slot.isTaken = true;
    return slot;
  }

  /** The frame in it is not needed any more; its pages may still be in a pipe. */
  release(slot: FrameSlot): void {
    this.#holdingOf(slot).isTaken = false;
  }

  /** Pages of the slot are in a pipe from now on, until it has been read up to `endBytes`. */
  putInto(pipe: PagePipe, slot: FrameSlot, endBytes: number): void {
    const { holds } = this.#holdingOf(slot);
    const hold = holds.find((other) => other.pipe === pipe);
    if (hold) hold.endBytes = endBytes;
    else holds.push({ pipe, endBytes });
  }

  /** Gives the memory back; what is in the slots is not used any more. */
  close(): void {
    this.#isClosed = true;
    this.#memory.unmap();
  }

  #holdingOf(slot: FrameSlot): Holding {
    const holding = this.#slots.find((candidate) => candidate === slot);
    if (!holding) throw new Error('this is none of the slots');
    return holding;
  }
}

/** Asks pipes, which is a system call each, only for a slot that would be free otherwise. */
function isInPipe(slot: Holding): boolean {
  if (slot.holds.length === 0) return false;
  slot.holds = slot.holds.filter(({ pipe, endBytes }) => pipe.readBytes() < endBytes);
  return slot.holds.length > 0;
}
