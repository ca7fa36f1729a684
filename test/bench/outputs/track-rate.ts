import { PACKET_BYTES, pidOf, TICKS_PER_SECOND } from '../../../src/mpegts/packet.ts';
import { ptsOffset } from '../../../src/mpegts/pes.ts';
import { readTimestamp, ticksBetween } from '../../../src/mpegts/ticks.ts';

/** ffmpeg gives its first stream, the video, this identifier. */
const VIDEO_PID = 0x100;

/**
 * Bits a second, with all headers, of the streams beside the video that have times: from the first PES packet of each to its
 * last one, by their times.
 * @param bytes whole packets
 */
export function trackBitsPerS(bytes: Uint8Array): Map<number, number> {
  const tracks = new Map<number, Track>();
  for (let offset = 0; offset + PACKET_BYTES <= bytes.length; offset += PACKET_BYTES) {
    const pid = pidOf(bytes, offset);
    const ptsAt = ptsOffset(bytes, offset);
    if (pid === VIDEO_PID) continue;
    const track = tracks.get(pid) ?? new Track();
    if (ptsAt >= 0) tracks.set(pid, track);
    track.take(ptsAt < 0 ? undefined : readTimestamp(bytes, ptsAt));
  }
  return new Map([...tracks].map(([pid, track]) => [pid, track.bitsPerS]));
}

class Track {
  #packets = 0;
  /** Those before the PES packet that began last. */
  #countedPackets = 0;
  #ticks = 0;
  #lastTicks: number | undefined;

  /** @param ptsTicks where a PES packet begins: its time */
  take(ptsTicks?: number): void {
    if (ptsTicks !== undefined) {
      this.#ticks += this.#lastTicks === undefined ? 0 : ticksBetween(this.#lastTicks, ptsTicks);
      this.#lastTicks = ptsTicks;
      this.#countedPackets = this.#packets;
    }
    this.#packets += 1;
  }

  /** NaN where there are fewer than two PES packets. */
  get bitsPerS(): number {
    return (this.#countedPackets * PACKET_BYTES * 8 * TICKS_PER_SECOND) / this.#ticks;
  }
}
