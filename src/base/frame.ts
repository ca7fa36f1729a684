import type { DropCause } from './counts.ts';

/** Memory that lies together. */
export interface MemoryArea {
  readonly address: number;
  readonly sizeBytes: number;
}

/**
 * Room in memory for the pixels of one frame. Only system calls reach it: the runtime's collector, which would take its
 * size for a measure of what it may leave lying about, knows nothing of it.
 */
export interface FrameSlot extends MemoryArea {}

/** Takes in the bytes of one frame, in pieces as they come. */
export interface FrameIntake {
  /** Where the next bytes go: room for what is left of the frame and of the line break behind it, or for a part of that. */
  room(): MemoryArea;
  /** So many bytes have come there; those of the line break are of no account. */
  took(sizeBytes: number): void;
}

/** One picture as it came out of the stream, of exactly the size that its format asks for. */
export interface Frame {
  /** Id of the stream entry, e.g. `1700000000000-0`. */
  readonly id: string;
  /** Valid until the frame is given back to its owner. */
  readonly pixels: FrameSlot;
  /** Monotonic time in nanoseconds at which the entry was written, by its id; absent where ids are no times. */
  readonly writtenNs?: bigint;
}

/** Owns the memory of the frames: whoever holds one gives it back here, once. */
export interface FrameOwner {
  /** Takes a frame back; its pixels are not valid from then on. */
  release(frame: Pick<Frame, 'pixels'>): void;
  /** The same for a frame that was read, but never sent. */
  drop(frame: Pick<Frame, 'pixels'>, cause: DropCause): void;
}

/** Takes frames at our pace. */
export interface FrameSink {
  /** Resolves once the whole frame has been handed over; the caller keeps the pixels as they are until then. */
  write(frame: Frame): Promise<void>;
}
