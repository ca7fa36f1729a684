import { byteAt } from './packet.ts';

/** Times in a transport stream have 33 bits, and begin again after 26.5 hours. */
const TICKS_MODULUS = 2 ** 33;

/** The time as it is written: 33 bits. `ticks` is any whole number. */
export function wrapped(ticks: number): number {
  return ((ticks % TICKS_MODULUS) + TICKS_MODULUS) % TICKS_MODULUS;
}

/** How far it is from one written time to another, the short way round: less than 13.3 hours, forward or back. */
export function ticksBetween(fromTicks: number, toTicks: number): number {
  const forward = wrapped(toTicks - fromTicks);
  return forward < TICKS_MODULUS / 2 ? forward : forward - TICKS_MODULUS;
}

/** Reads a PTS or DTS of a PES header (2.4.3.6): 33 bits in three pieces, each with a marker bit behind it. */
export function readTimestamp(bytes: Uint8Array, offset: number): number {
  const high = (byteAt(bytes, offset) >> 1) & 0x07;
  const middle = (byteAt(bytes, offset + 1) << 7) | (byteAt(bytes, offset + 2) >> 1);
  const low = (byteAt(bytes, offset + 3) << 7) | (byteAt(bytes, offset + 4) >> 1);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** Writes a PTS or DTS of 33 bits in place; the bits before it, which say which of the two it is, stay. */
export function writeTimestamp(bytes: Uint8Array, offset: number, ticks: number): void {
  const high = Math.floor(ticks / 2 ** 30);
  const rest = ticks % 2 ** 30;
  const middle = rest >> 15;
  const low = rest & 0x7fff;
  bytes[offset] = (byteAt(bytes, offset) & 0xf0) | (high << 1) | 1;
  bytes[offset + 1] = middle >> 7;
  bytes[offset + 2] = ((middle << 1) & 0xff) | 1;
  bytes[offset + 3] = low >> 7;
  bytes[offset + 4] = ((low << 1) & 0xff) | 1;
}

/** Reads the part of a PCR that counts in ticks (2.4.3.4): the first 33 bits. */
export function readPcr(bytes: Uint8Array, offset: number): number {
  const high = byteAt(bytes, offset) * 2 ** 24 + (byteAt(bytes, offset + 1) << 16);
  const low = (byteAt(bytes, offset + 2) << 8) | byteAt(bytes, offset + 3);
  return (high + low) * 2 + (byteAt(bytes, offset + 4) >> 7);
}

/** Writes that part in place; the extension, which counts 27 MHz within a tick, stays. */
export function writePcr(bytes: Uint8Array, offset: number, ticks: number): void {
  const half = Math.floor(ticks / 2);
  bytes[offset] = Math.floor(half / 2 ** 24);
  bytes[offset + 1] = (half >> 16) & 0xff;
  bytes[offset + 2] = (half >> 8) & 0xff;
  bytes[offset + 3] = half & 0xff;
  bytes[offset + 4] = (byteAt(bytes, offset + 4) & 0x7f) | ((ticks % 2) << 7);
}
