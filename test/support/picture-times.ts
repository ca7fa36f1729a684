const PACKET_BYTES = 188;
/** ffmpeg gives its first stream, our only one, this identifier. */
const VIDEO_PID = 256;

/** When a picture came: its first packet, and the last one so far; in the time that was handed in. */
export interface PictureTime {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Notes of an MPEG transport stream when each of its pictures came; takes it in pieces of any size. */
export class PictureTimes {
  readonly #times: { firstMs: number; lastMs: number }[] = [];
  #rest = new Uint8Array();

  /** The last one may not be whole yet. */
  get times(): readonly PictureTime[] {
    return this.#times;
  }

  /** @param atMs when the last byte of this piece came */
  take(chunk: Uint8Array, atMs: number): void {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    const whole = bytes.length - (bytes.length % PACKET_BYTES);
    for (let at = 0; at < whole; at += PACKET_BYTES)
      this.#takePacket(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, atMs);
    this.#rest = bytes.slice(whole);
  }

  /** A picture begins with the packet of the video that has payload_unit_start_indicator set. */
  #takePacket(high: number, low: number, atMs: number): void {
    if ((((high & 0x1f) << 8) | low) !== VIDEO_PID) return;
    if ((high & 0x40) !== 0) this.#times.push({ firstMs: atMs, lastMs: atMs });
    const last = this.#times.at(-1);
    if (last) last.lastMs = atMs;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
