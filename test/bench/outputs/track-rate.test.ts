import { expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { writeTimestamp } from '../../../src/mpegts/ticks.ts';
import { TsMaker } from '../../support/ts-packets.ts';
import { trackBitsPerS } from './track-rate.ts';

/** A packet of a stream; with a time it begins a PES packet. */
function packet(pid: number, ptsTicks?: number): Uint8Array {
  const bytes = new Uint8Array(PACKET_BYTES).fill(0xff);
  const isStart = ptsTicks !== undefined;
  bytes.set([0x47, (isStart ? 0x40 : 0) | (pid >> 8), pid & 0xff, 0x10]);
  if (!isStart) return bytes;
  bytes.set([0, 0, 1, 0xc0, 0, 0, 0x80, 0x80, 5, 0x20], 4);
  writeTimestamp(bytes, 4 + 9, ptsTicks);
  return bytes;
}

test('a track has the bits of all its packets, from its first time to its last', () => {
  const second = [
    packet(0x101, 0),
    packet(0x101),
    packet(0x101, 45_000),
    packet(0x101, 90_000),
    packet(0x101),
  ];
  const video = new TsMaker().picture({ isKeyframe: true });
  const rates = trackBitsPerS(Buffer.concat([video, ...second]));
  expect([...rates]).toEqual([[0x101, 3 * PACKET_BYTES * 8]]);
});

test('time that begins again after 2^33 goes on', () => {
  const bytes = Buffer.concat([packet(0x101, 2 ** 33 - 45_000), packet(0x101, 45_000)]);
  expect(trackBitsPerS(bytes).get(0x101)).toBe(PACKET_BYTES * 8);
});

test('a video without a track has none', () => {
  expect(trackBitsPerS(new TsMaker().picture({ isKeyframe: true })).size).toBe(0);
});
