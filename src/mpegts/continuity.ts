import { hasPayload, PACKET_BYTES, PID_COUNT, pidOf, setContinuityCounter } from './packet.ts';

/** The continuity counters of one receiver's stream, so that it sees none missing whatever it is put together from. */
export class Continuity {
  /** The last counter of each PID: the first one that is written is 0. */
  readonly #last = new Uint8Array(PID_COUNT).fill(0x0f);

  /**
   * Writes the counters of whole packets in place: for each PID they go on by one with each packet that has a payload, and
   * stand still with one that has none (ISO/IEC 13818-1, 2.4.3.3).
   */
  restamp(packets: Uint8Array): void {
    for (let offset = 0; offset + PACKET_BYTES <= packets.length; offset += PACKET_BYTES) {
      const pid = pidOf(packets, offset);
      const last = this.#last[pid] ?? 0;
      const counter = hasPayload(packets, offset) ? (last + 1) & 0x0f : last;
      this.#last[pid] = counter;
      setContinuityCounter(packets, offset, counter);
    }
  }
}
