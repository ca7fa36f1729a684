/** One frame as it came to the encoder; times are CLOCK_MONOTONIC in milliseconds. */
export interface FrameRecord {
  /** Given by the source, from 0. */
  readonly number: number;
  /** When the source began to send it to Redis. */
  readonly sentMs: number;
  readonly firstByteMs: number;
  readonly lastByteMs: number;
  /** The number at the frame's end is another one than at its beginning. */
  readonly isTorn: boolean;
}

/** `struct record` of frame-clock.c: five 64-bit numbers. */
const RECORD_BYTES = 40;

/** Reads what frame-clock has written, in the order in which the frames came. */
export async function readFrameRecords(path: string): Promise<FrameRecord[]> {
  const view = new DataView(await Bun.file(path).arrayBuffer());
  return Array.from({ length: Math.floor(view.byteLength / RECORD_BYTES) }, (_, index) => {
    const integer = (field: number) => Number(view.getBigUint64(index * RECORD_BYTES + field * 8, true));
    return {
      number: integer(0),
      sentMs: integer(1) / 1e6,
      firstByteMs: integer(2) / 1e6,
      lastByteMs: integer(3) / 1e6,
      isTorn: integer(4) !== integer(0),
    };
  });
}
