/** One picture as it came out of the stream, of exactly the size that its format asks for. */
export interface Frame {
  /** Id of the stream entry, e.g. `1700000000000-0`. */
  readonly id: string;
  /** Valid until the frame is released to the reader that gave it. */
  readonly pixels: Uint8Array;
  /** Monotonic time in nanoseconds at which the entry was written, by its id; absent where ids are no times. */
  readonly writtenNs?: bigint;
}
