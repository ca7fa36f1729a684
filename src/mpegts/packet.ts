/** A packet of a transport stream (ISO/IEC 13818-1, 2.4.3.2); all of them have this size. */
export const PACKET_BYTES = 188;
/** The first byte of every packet. */
export const SYNC_BYTE = 0x47;
/** Times in it count this often a second (2.4.3.7). */
export const TICKS_PER_SECOND = 90_000;
/** PIDs have 13 bits. */
export const PID_COUNT = 0x2000;

const HEADER_BYTES = 4;
const STARTS_UNIT = 0x40;
const HAS_ADAPTATION = 0x20;
const HAS_PAYLOAD = 0x10;
/** In the byte behind the length of the adaptation field (2.4.3.4). */
const DISCONTINUITY = 0x80;
const RANDOM_ACCESS = 0x40;
const HAS_PCR = 0x10;
/** Of the adaptation field: the flags, and the clock behind them. */
const FLAGS_BYTES = 1;
const PCR_BYTES = 6;

/** The byte at `index`, 0 outside: whatever comes in, nothing here throws. */
export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** Which stream of the many in it the packet belongs to. */
export function pidOf(packets: Uint8Array, packetOffset: number): number {
  return ((byteAt(packets, packetOffset + 1) & 0x1f) << 8) | byteAt(packets, packetOffset + 2);
}

/** Whether a PES packet or a section begins in it (`payload_unit_start_indicator`). */
export function startsUnit(packets: Uint8Array, packetOffset: number): boolean {
  return (byteAt(packets, packetOffset + 1) & STARTS_UNIT) !== 0;
}

/** Whether it carries anything beside its header and its adaptation field. */
export function hasPayload(packets: Uint8Array, packetOffset: number): boolean {
  return (byteAt(packets, packetOffset + 3) & HAS_PAYLOAD) !== 0;
}

/** Where its payload begins, which is the end of the packet at the latest; also where it has none. */
export function payloadOffset(packets: Uint8Array, packetOffset: number): number {
  const begin = packetOffset + HEADER_BYTES;
  if ((byteAt(packets, packetOffset + 3) & HAS_ADAPTATION) === 0) return begin;
  return Math.min(begin + 1 + byteAt(packets, begin), packetOffset + PACKET_BYTES);
}

/** Bytes of its adaptation field behind the length: 0 where it has none, or one that is only the length. */
function adaptationBytes(packets: Uint8Array, packetOffset: number): number {
  const hasIt = (byteAt(packets, packetOffset + 3) & HAS_ADAPTATION) !== 0;
  return hasIt ? byteAt(packets, packetOffset + HEADER_BYTES) : 0;
}

function flagsOf(packets: Uint8Array, packetOffset: number): number {
  const hasFlags = adaptationBytes(packets, packetOffset) >= FLAGS_BYTES;
  return hasFlags ? byteAt(packets, packetOffset + HEADER_BYTES + 1) : 0;
}

/** Whether decoding can begin with it (`random_access_indicator`). */
export function isRandomAccess(packets: Uint8Array, packetOffset: number): boolean {
  return (flagsOf(packets, packetOffset) & RANDOM_ACCESS) !== 0;
}

/** Whether time does not simply go on with it (`discontinuity_indicator`). */
export function isDiscontinuity(packets: Uint8Array, packetOffset: number): boolean {
  return (flagsOf(packets, packetOffset) & DISCONTINUITY) !== 0;
}

/** Says that time does not simply go on with it. Without effect on a packet that has no room for saying so. */
export function setDiscontinuity(packets: Uint8Array, packetOffset: number): void {
  if (adaptationBytes(packets, packetOffset) < FLAGS_BYTES) return;
  const index = packetOffset + HEADER_BYTES + 1;
  packets[index] = byteAt(packets, index) | DISCONTINUITY;
}

/** Where in the packets the clock of this one lies (`program_clock_reference`); -1 where it carries none. */
export function pcrOffset(packets: Uint8Array, packetOffset: number): number {
  const hasRoom = adaptationBytes(packets, packetOffset) >= FLAGS_BYTES + PCR_BYTES;
  if (!hasRoom || (flagsOf(packets, packetOffset) & HAS_PCR) === 0) return -1;
  return packetOffset + HEADER_BYTES + 1 + FLAGS_BYTES;
}

/** The counter by which a receiver sees that packets are missing, 0 to 15 (`continuity_counter`). */
export function continuityCounter(packets: Uint8Array, packetOffset: number): number {
  return byteAt(packets, packetOffset + 3) & 0x0f;
}

/** Writes the counter: its lowest 4 bits. */
export function setContinuityCounter(packets: Uint8Array, packetOffset: number, counter: number): void {
  const index = packetOffset + 3;
  packets[index] = (byteAt(packets, index) & 0xf0) | (counter & 0x0f);
}
