import { crc32 } from './crc32.ts';
import { byteAt, PACKET_BYTES, PID_COUNT, pidOf } from './packet.ts';
import { CRC_BYTES, PMT_ENTRIES, PMT_ENTRY_BYTES, PMT_TABLE, lengthAt, pidAt, sectionOf } from './tables.ts';

/** What a section ends with where no other follows in its packet (ISO/IEC 13818-1, 2.4.4). */
const STUFFING = 0xff;
/** Of the version, in the byte that it shares with two others: 5 bits. */
const VERSION_INDEX = 5;
const VERSION_MASK = 0x3e;
const VERSION_STEP = 0x02;
/** PIDs from here on are used for nothing but null packets. */
const NULL_PID = PID_COUNT - 1;

/**
 * The first PID from `fromPid` on that no stream has in the program map table that begins in this packet, nor the table
 * itself, nor the clock; undefined where no whole one begins in it.
 */
export function freePid(packets: Uint8Array, packetOffset: number, fromPid: number): number | undefined {
  const section = sectionOf(packets, packetOffset, PMT_TABLE);
  if (!section) return undefined;
  const used = new Set([pidOf(packets, packetOffset), pidAt(section, 8), ...streamPids(section)]);
  for (let pid = fromPid; pid < NULL_PID; pid += 1) if (!used.has(pid)) return pid;
  return undefined;
}

function streamPids(section: Uint8Array): number[] {
  const pids: number[] = [];
  const end = section.length - CRC_BYTES;
  let index = PMT_ENTRIES + lengthAt(section, 10);
  while (index + PMT_ENTRY_BYTES <= end) {
    pids.push(pidAt(section, index + 1));
    index += PMT_ENTRY_BYTES + lengthAt(section, index + 3);
  }
  return pids;
}

/**
 * Names one more stream, without descriptors, in the program map table that begins in this packet, in place. It becomes the
 * next version of the table, so that a receiver that knows the one without the stream reads this one.
 * @returns false, and changes nothing, where no whole table begins in it, or it has no room
 */
export function addStream(packets: Uint8Array, packetOffset: number, type: number, pid: number): boolean {
  const section = sectionOf(packets, packetOffset, PMT_TABLE);
  if (!section) return false;
  const begin = section.byteOffset - packets.byteOffset;
  const end = begin + section.length + PMT_ENTRY_BYTES;
  if (end > packetOffset + PACKET_BYTES) return false;
  const isFree = packets.subarray(begin + section.length, end).every((byte) => byte === STUFFING);
  if (!isFree) return false;
  write(packets.subarray(begin, end), type, pid);
  return true;
}

/** @param section with the room for the entry behind its CRC */
function write(section: Uint8Array, type: number, pid: number): void {
  const lengthBytes = lengthAt(section, 1) + PMT_ENTRY_BYTES;
  section[1] = (byteAt(section, 1) & 0xf0) | (lengthBytes >> 8);
  section[2] = lengthBytes & 0xff;
  const versions = byteAt(section, VERSION_INDEX);
  section[VERSION_INDEX] = (versions & ~VERSION_MASK) | ((versions + VERSION_STEP) & VERSION_MASK);
  const crcAt = section.length - CRC_BYTES;
  section.set([type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0], crcAt - PMT_ENTRY_BYTES);
  const crc = crc32(section.subarray(0, crcAt));
  section.set([crc >>> 24, (crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff], crcAt);
}
