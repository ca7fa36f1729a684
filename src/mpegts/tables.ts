import { crc32 } from './crc32.ts';
import { byteAt, hasPayload, PACKET_BYTES, payloadOffset, pidOf, startsUnit } from './packet.ts';

/** What the tables of a stream say, and the packets that they came in. */
export interface Tables {
  /** The program association table, one packet. */
  readonly patPacket: Uint8Array;
  /** The program map table, one packet. */
  readonly pmtPacket: Uint8Array;
  readonly pmtPid: number;
  /** The PID whose packets carry the clock. */
  readonly pcrPid: number;
  readonly videoPid: number;
}

const PAT_PID = 0;
const PAT_TABLE = 0;
/** Of program map tables. */
export const PMT_TABLE = 2;
/** What a section ends with. */
export const CRC_BYTES = 4;
/** Of a section up to the byte behind its length, and up to its entries (ISO/IEC 13818-1, 2.4.4.3 and 2.4.4.8). */
const LENGTH_END = 3;
const PAT_ENTRIES = 8;
/** Up to the descriptors of the program, which come before the entries of its streams. */
export const PMT_ENTRIES = 12;
const PAT_ENTRY_BYTES = 4;
/** Of an entry without its descriptors. */
export const PMT_ENTRY_BYTES = 5;
/** Stream types of video (table 2-34): MPEG-1, MPEG-2, MPEG-4, H.264, H.265. */
const VIDEO_TYPES: ReadonlySet<number> = new Set([0x01, 0x02, 0x10, 0x1b, 0x24]);
/** The header up to the counter: that goes on while the table stays. */
const HEADER_BYTES = 4;

interface Pat {
  readonly packet: Uint8Array;
  readonly pmtPid: number;
}

/**
 * Keeps the newest tables of a stream with one program. Each must fit in one packet, which is room for 33 streams: longer
 * ones are ignored, as are damaged ones.
 */
export class TableReader {
  #pat: Pat | undefined;
  #tables: Tables | undefined;

  /** Undefined until both tables have come; another object whenever what they say has changed. */
  get tables(): Tables | undefined {
    return this.#tables;
  }

  /** Looks at one packet, whichever it is. */
  read(packets: Uint8Array, packetOffset: number): void {
    if (!startsUnit(packets, packetOffset)) return;
    const pid = pidOf(packets, packetOffset);
    if (pid === PAT_PID) this.#readPat(packets, packetOffset);
    else if (pid === this.#pat?.pmtPid) this.#readPmt(this.#pat, packets, packetOffset);
  }

  #readPat(packets: Uint8Array, packetOffset: number): void {
    if (this.#pat && isSame(this.#pat.packet, packets, packetOffset)) return;
    const section = sectionOf(packets, packetOffset, PAT_TABLE);
    const pmtPid = section && pmtPidOf(section);
    if (pmtPid === undefined) return;
    this.#pat = { packet: copyOf(packets, packetOffset), pmtPid };
    this.#tables = undefined;
  }

  #readPmt(pat: Pat, packets: Uint8Array, packetOffset: number): void {
    if (this.#tables && isSame(this.#tables.pmtPacket, packets, packetOffset)) return;
    const section = sectionOf(packets, packetOffset, PMT_TABLE);
    const videoPid = section && videoPidOf(section);
    if (!section || videoPid === undefined) return;
    const pmtPacket = copyOf(packets, packetOffset);
    const pcrPid = pidAt(section, 8);
    this.#tables = { patPacket: pat.packet, pmtPacket, pmtPid: pat.pmtPid, pcrPid, videoPid };
  }
}

/** Of a packet, whatever becomes of the others; `slice` would be no copy where they lie in a `Buffer`. */
function copyOf(packets: Uint8Array, packetOffset: number): Uint8Array {
  return Uint8Array.from(packets.subarray(packetOffset, packetOffset + PACKET_BYTES));
}

/** Whether a packet is the one that was kept, but for its counter. */
function isSame(kept: Uint8Array, packets: Uint8Array, packetOffset: number): boolean {
  for (let index = HEADER_BYTES; index < PACKET_BYTES; index += 1) {
    if (kept[index] !== packets[packetOffset + index]) return false;
  }
  return true;
}

/**
 * The section of this table that begins in the packet, without a copy; undefined where none does, it is not whole, or it is
 * damaged.
 */
export function sectionOf(packets: Uint8Array, packetOffset: number, table: number): Uint8Array | undefined {
  if (!hasPayload(packets, packetOffset)) return undefined;
  const pointer = payloadOffset(packets, packetOffset);
  const begin = pointer + 1 + byteAt(packets, pointer);
  const end = begin + LENGTH_END + (((byteAt(packets, begin + 1) & 0x0f) << 8) | byteAt(packets, begin + 2));
  if (end > packetOffset + PACKET_BYTES || byteAt(packets, begin) !== table) return undefined;
  const section = packets.subarray(begin, end);
  return crc32(section) === 0 ? section : undefined;
}

/** The PID at this place of a section. */
export function pidAt(section: Uint8Array, index: number): number {
  return ((byteAt(section, index) & 0x1f) << 8) | byteAt(section, index + 1);
}

/** That of the first program; program 0 names the network instead. */
function pmtPidOf(section: Uint8Array): number | undefined {
  const end = section.length - CRC_BYTES;
  for (let index = PAT_ENTRIES; index + PAT_ENTRY_BYTES <= end; index += PAT_ENTRY_BYTES) {
    if (byteAt(section, index) !== 0 || byteAt(section, index + 1) !== 0) return pidAt(section, index + 2);
  }
  return undefined;
}

/** That of the first video stream. */
function videoPidOf(section: Uint8Array): number | undefined {
  const end = section.length - CRC_BYTES;
  let index = PMT_ENTRIES + lengthAt(section, 10);
  while (index + PMT_ENTRY_BYTES <= end) {
    if (VIDEO_TYPES.has(byteAt(section, index))) return pidAt(section, index + 1);
    index += PMT_ENTRY_BYTES + lengthAt(section, index + 3);
  }
  return undefined;
}

/** Of a section, or of descriptors: 12 bits, of which the upper two are 0. */
export function lengthAt(section: Uint8Array, index: number): number {
  return ((byteAt(section, index) & 0x0f) << 8) | byteAt(section, index + 1);
}
