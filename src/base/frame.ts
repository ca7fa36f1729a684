/**
 * The bytes of a frame: the runtime's, or a place in memory that only system calls reach, which the runtime's collector
 * need not count.
 */
export type Pixels = Uint8Array | NativePixels;

export interface NativePixels {
  readonly address: number;
  readonly sizeBytes: number;
}

/** One picture as it came out of the stream, of exactly the size that its format asks for. */
export interface Frame {
  /** Id of the stream entry, e.g. `1700000000000-0`. */
  readonly id: string;
  /** Valid until the frame is released to the reader that gave it. */
  readonly pixels: Pixels;
  /** Monotonic time in nanoseconds at which the entry was written, by its id; absent where ids are no times. */
  readonly writtenNs?: bigint;
}
