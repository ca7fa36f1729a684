import { byteAt, hasPayload, PACKET_BYTES, payloadOffset, startsUnit } from './packet.ts';

/** A PES header (ISO/IEC 13818-1, 2.4.3.6) up to the first time in it. */
const FIXED_BYTES = 9;
const TIMESTAMP_BYTES = 5;
const HAS_PTS = 0x80;
const HAS_DTS = 0x40;
/** Streams whose PES packets have no such header: maps, padding, private data without times, control, directory. */
const BARE_STREAMS: ReadonlySet<number> = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff]);

/**
 * Where in the packets the PTS lies of the PES packet that begins in this one; -1 where none begins, or without a time. A
 * header that goes on in the next packet is not read: neither ffmpeg nor GStreamer makes one.
 */
export function ptsOffset(packets: Uint8Array, packetOffset: number): number {
  if (!startsUnit(packets, packetOffset) || !hasPayload(packets, packetOffset)) return -1;
  const begin = payloadOffset(packets, packetOffset);
  const offset = begin + FIXED_BYTES;
  const flags = byteAt(packets, begin + 7);
  const needsBytes = (flags & HAS_DTS) === 0 ? TIMESTAMP_BYTES : 2 * TIMESTAMP_BYTES;
  if (offset + needsBytes > packetOffset + PACKET_BYTES) return -1;
  if (!isPesHeader(packets, begin) || (flags & HAS_PTS) === 0) return -1;
  return byteAt(packets, begin + 8) < needsBytes ? -1 : offset;
}

function isPesHeader(packets: Uint8Array, begin: number): boolean {
  const startsWithCode =
    byteAt(packets, begin) === 0 && byteAt(packets, begin + 1) === 0 && byteAt(packets, begin + 2) === 1;
  if (!startsWithCode || BARE_STREAMS.has(byteAt(packets, begin + 3))) return false;
  return (byteAt(packets, begin + 6) & 0xc0) === 0x80;
}

/** Where the DTS lies that belongs to the PTS that lies here; -1 where the two are the same and only one is written. */
export function dtsOffset(packets: Uint8Array, ptsOffsetBytes: number): number {
  const flags = byteAt(packets, ptsOffsetBytes - 2);
  return (flags & HAS_DTS) === 0 ? -1 : ptsOffsetBytes + TIMESTAMP_BYTES;
}
