import type { AccessUnit } from './access-unit.ts';
import { isRandomAccess, PACKET_BYTES, pidOf } from './packet.ts';
import { dtsOffset, ptsOffset } from './pes.ts';
import { TableReader, type Tables } from './tables.ts';
import { readTimestamp } from './ticks.ts';

const NONE: readonly AccessUnit[] = [];

/** Follows a stream with one video in it, packet by packet: its tables, and where its pictures begin. It changes nothing. */
export class StreamFollower {
  readonly #reader = new TableReader();
  #known: Tables | undefined;
  #tables: Uint8Array | undefined;

  /**
   * The packets that a receiver needs before anything else: program association table and program map table, 376 bytes, a
   * copy. Undefined until both have come. Other tables are other bytes: what was given before stays as it is.
   */
  get tables(): Uint8Array | undefined {
    return this.#tables;
  }

  /**
   * @param packets whole packets, one behind the other; those of other streams than the video may be among them
   * @returns the pictures that begin in them, in the order in which they lie there. One without a time is left out: ffmpeg
   * and GStreamer write one for each. So are those that come before the tables.
   */
  follow(packets: Uint8Array): readonly AccessUnit[] {
    let units: AccessUnit[] | undefined;
    for (let offset = 0; offset + PACKET_BYTES <= packets.length; offset += PACKET_BYTES) {
      this.#reader.read(packets, offset);
      if (pidOf(packets, offset) !== this.#reader.tables?.videoPid) continue;
      const unit = accessUnit(packets, offset);
      if (unit) (units ??= []).push(unit);
    }
    this.#keepTables();
    return units ?? NONE;
  }

  #keepTables(): void {
    const tables = this.#reader.tables;
    if (!tables || tables === this.#known) return;
    this.#known = tables;
    this.#tables = new Uint8Array(2 * PACKET_BYTES);
    this.#tables.set(tables.patPacket);
    this.#tables.set(tables.pmtPacket, PACKET_BYTES);
  }
}

/** The picture that begins in this packet of the video; undefined where none does. */
function accessUnit(packets: Uint8Array, offsetBytes: number): AccessUnit | undefined {
  const ptsAt = ptsOffset(packets, offsetBytes);
  if (ptsAt < 0) return undefined;
  const dtsAt = dtsOffset(packets, ptsAt);
  const ptsTicks = readTimestamp(packets, ptsAt);
  const dtsTicks = dtsAt < 0 ? ptsTicks : readTimestamp(packets, dtsAt);
  return { offsetBytes, isKeyframe: isRandomAccess(packets, offsetBytes), ptsTicks, dtsTicks };
}
