import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PacketSplitter } from '../../src/mpegts/packet-splitter.ts';
import { PACKET_BYTES, SYNC_BYTE } from '../../src/mpegts/packet.ts';
import { cutAt, joined, packet } from './made-packets.ts';

const CUTS = fc.array(fc.nat(6_000), { maxLength: 40 });
/** Often the sync byte, which is what misleads. */
const GARBAGE = fc.array(fc.oneof(fc.constant(SYNC_BYTE), fc.nat(255)), { maxLength: 700 });

function numbered(count: number): Uint8Array {
  return joined(Array.from({ length: count }, (_, index) => packet({ pid: index, payload: [index & 0xff] })));
}

function splitAll(pieces: readonly Uint8Array[]) {
  const splitter = new PacketSplitter();
  const parts = pieces.map((piece) => splitter.split(piece));
  return { parts, bytes: joined(parts), lostBytes: splitter.lostBytes };
}

describe('whole packets come out', () => {
  test('as they came in, however the bytes were cut', () => {
    const stream = numbered(30);
    fc.assert(
      fc.property(CUTS, (places) => {
        const { parts, bytes, lostBytes } = splitAll(cutAt(stream, places));
        expect(bytes).toEqual(stream);
        expect(parts.every((part) => part.length % PACKET_BYTES === 0)).toBe(true);
        expect(lostBytes).toBe(0);
      }),
    );
  });

  test('as soon as they are whole', () => {
    const stream = numbered(3);
    const { parts } = splitAll(cutAt(stream, [187, 188, 375, 377]));
    expect(parts.map((part) => part.length)).toEqual([0, 188, 0, 188, 188]);
  });

  test('without a copy where nothing was left over', () => {
    const splitter = new PacketSplitter();
    const aligned = numbered(2);
    const same = splitter.split(aligned);
    expect([same.buffer, same.byteOffset, same.length]).toEqual([
      aligned.buffer,
      aligned.byteOffset,
      aligned.length,
    ]);
    const cut = numbered(3).subarray(0, 500);
    expect(splitter.split(cut).buffer).toBe(cut.buffer);
    // What is carried over is no longer needed of the read.
    cut.fill(0);
    expect(splitter.split(numbered(3).subarray(500))).toEqual(numbered(3).subarray(376));
  });

  test('of nothing comes nothing', () => {
    expect(new PacketSplitter().split(new Uint8Array(0))).toHaveLength(0);
  });
});

describe('where packets do not begin as they must', () => {
  test('what lies between is thrown away and counted', () => {
    const garbage = new Uint8Array(100).fill(1);
    const { bytes, lostBytes } = splitAll([joined([numbered(2), garbage, numbered(3)])]);
    expect(bytes).toEqual(joined([numbered(2), numbered(3)]));
    expect(lostBytes).toBe(100);
  });

  test('a sync byte that stands alone is not taken for a packet', () => {
    const garbage = new Uint8Array(100).fill(1);
    garbage[40] = SYNC_BYTE;
    const { bytes, lostBytes } = splitAll([joined([garbage, numbered(3)])]);
    expect(bytes).toEqual(numbered(3));
    expect(lostBytes).toBe(100);
  });

  test('one packet alone is not enough to tell: it waits for the next one', () => {
    const stream = joined([new Uint8Array(5), numbered(2)]);
    const { parts, lostBytes } = splitAll(cutAt(stream, [5 + PACKET_BYTES]));
    expect(parts.map((part) => part.length)).toEqual([0, 2 * PACKET_BYTES]);
    expect(lostBytes).toBe(5);
  });

  test('a packet that begins at once is taken although the next is none', () => {
    const { bytes } = splitAll([joined([numbered(1), new Uint8Array(500)])]);
    expect(bytes).toEqual(numbered(1));
  });

  test('the same is found however garbage was cut', () => {
    fc.assert(
      fc.property(GARBAGE, GARBAGE, CUTS, (before, between, places) => {
        const stream = joined([Uint8Array.from(before), numbered(4), Uint8Array.from(between), numbered(5)]);
        const whole = splitAll([stream.slice()]);
        const cut = splitAll(cutAt(stream, places));
        expect(cut.bytes).toEqual(whole.bytes);
        expect(cut.lostBytes).toBe(whole.lostBytes);
        expect(whole.bytes.length % PACKET_BYTES).toBe(0);
        for (let offset = 0; offset < whole.bytes.length; offset += PACKET_BYTES) {
          expect(whole.bytes[offset]).toBe(SYNC_BYTE);
        }
        // What is neither whole nor lost waits: one packet at the most.
        const waiting = stream.length - whole.bytes.length - whole.lostBytes;
        expect(waiting).toBeGreaterThanOrEqual(0);
        expect(waiting).toBeLessThanOrEqual(PACKET_BYTES);
      }),
    );
  });

  test('what is thrown away is less than what lies between and the packets at its border', () => {
    fc.assert(
      fc.property(GARBAGE, CUTS, (between, places) => {
        const stream = joined([numbered(4), Uint8Array.from(between), numbered(20)]);
        const { bytes } = splitAll(cutAt(stream, places));
        const last = numbered(20).subarray(10 * PACKET_BYTES, 19 * PACKET_BYTES);
        expect(Buffer.from(bytes).includes(last)).toBe(true);
      }),
    );
  });
});
