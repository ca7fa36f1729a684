import { describe, expect, test } from 'bun:test';
import { UdpWay } from './udp-way.ts';

const PACKET_BYTES = 1316;
/** With the headers. */
const PACKET_BITS = (PACKET_BYTES + 28) * 8;

/** When each of some packets comes out that come in one a millisecond. */
function outOf(way: UdpWay, count: number): (number | undefined)[] {
  return Array.from({ length: count }, (_, index) => way.outMs(PACKET_BYTES, index));
}

test('a network without faults passes everything at once', () => {
  const way = new UdpWay(1);
  expect(outOf(way, 5)).toEqual([0, 1, 2, 3, 4]);
  expect(way.counts).toEqual({ passed: 5, lost: 0 });
});

describe('losses', () => {
  test('come to the share that is asked for', () => {
    const way = new UdpWay(1, { lossShare: 0.05 });
    outOf(way, 20_000);
    expect(way.counts.lost / 20_000).toBeCloseTo(0.05, 2);
    expect(way.counts.lost + way.counts.passed).toBe(20_000);
  });

  test('are the same with the same seed, and others with another one', () => {
    const [first, again, other] = [7, 7, 8].map((seed) => outOf(new UdpWay(seed, { lossShare: 0.3 }), 100));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('of everything is everything', () => {
    expect(outOf(new UdpWay(1, { lossShare: 1 }), 3)).toEqual([undefined, undefined, undefined]);
  });
});

test('a delay that becomes less lets no packet overtake another one', () => {
  const way = new UdpWay(1, { delayMs: 50 });
  expect(way.outMs(PACKET_BYTES, 0)).toBe(50);
  way.impair({ delayMs: 10 });
  expect(way.outMs(PACKET_BYTES, 1)).toBe(50);
  expect(way.outMs(PACKET_BYTES, 60)).toBe(70);
});

describe('a narrow link', () => {
  const bitsPerS = 100 * PACKET_BITS;

  test('carries one packet after the other', () => {
    const way = new UdpWay(1, { bitsPerS, delayMs: 5 });
    expect([0, 0, 0].map((nowMs) => way.outMs(PACKET_BYTES, nowMs))).toEqual([15, 25, 35]);
    expect(way.outMs(PACKET_BYTES, 100)).toBe(115);
  });

  test('loses what its queue has no room for, and nothing before', () => {
    const way = new UdpWay(1, { bitsPerS, queueMs: 100 });
    const first = outOf(way, 200);
    expect(first.findIndex((outMs) => outMs === undefined)).toBe(12);
    const waits = first.map((outMs, nowMs) => (outMs ?? nowMs) - nowMs);
    expect(Math.max(...waits)).toBeGreaterThan(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(110);
    // It passes what it can carry: a packet each 10 ms, and what its queue has taken in at first.
    expect(way.counts.passed).toBeGreaterThanOrEqual(20 + 9);
    expect(way.counts.passed).toBeLessThanOrEqual(20 + 12);
  });

  test('that is wide again empties its queue at the pace that it was taken in at', () => {
    const way = new UdpWay(1, { bitsPerS });
    expect(way.outMs(PACKET_BYTES, 0)).toBe(10);
    way.impair({});
    expect(way.outMs(PACKET_BYTES, 0)).toBe(10);
    expect(way.outMs(PACKET_BYTES, 20)).toBe(20);
  });
});
