const PACKET_BYTES = 188;
/** ffmpeg gives its first stream, our only one, this identifier. */
const VIDEO_PID = 256;

/** Counts in an MPEG transport stream how many pictures have begun to arrive; takes it in pieces of any size. */
export class PictureStarts {
  #offsetBytes = 0;
  readonly #head = new Uint8Array(3);

  /** @returns how many pictures begin in this piece */
  take(chunk: Uint8Array): number {
    let count = 0;
    for (const byte of headBytes(chunk, this.#offsetBytes)) {
      this.#head[byte.index] = byte.value;
      if (byte.index === 2 && this.#isStart()) count += 1;
    }
    this.#offsetBytes = (this.#offsetBytes + chunk.length) % PACKET_BYTES;
    return count;
  }

  /** payload_unit_start_indicator is set, and it is the video's packet. */
  #isStart(): boolean {
    const [, high = 0, low = 0] = this.#head;
    return (high & 0x40) !== 0 && (((high & 0x1f) << 8) | low) === VIDEO_PID;
  }
}

/** The first three bytes of each packet, as far as they lie in this piece. */
function* headBytes(chunk: Uint8Array, offsetBytes: number): Generator<{ index: number; value: number }> {
  for (let start = -offsetBytes; start < chunk.length; start += PACKET_BYTES) {
    for (let index = 0; index < 3; index += 1) {
      const value = chunk[start + index];
      if (value !== undefined) yield { index, value };
    }
  }
}
