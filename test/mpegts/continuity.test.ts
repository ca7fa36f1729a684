import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Continuity } from '../../src/mpegts/continuity.ts';
import { continuityCounter, hasPayload, PACKET_BYTES, pidOf } from '../../src/mpegts/packet.ts';
import { clockOnly, joined, packet } from './made-packets.ts';

function counters(packets: Uint8Array): number[] {
  return Array.from({ length: packets.length / PACKET_BYTES }, (_, index) =>
    continuityCounter(packets, index * PACKET_BYTES),
  );
}

const PACKETS = fc.array(
  fc.record({ pid: fc.constantFrom(0, 0x100, 0x101, 0x1fff), counter: fc.nat(15), isEmpty: fc.boolean() }),
  { maxLength: 100 },
);

describe('counters', () => {
  test('begin at 0 and go on over all calls, whatever they were', () => {
    const continuity = new Continuity();
    const first = joined(Array.from({ length: 10 }, () => packet({ pid: 5, counter: 9, payload: [] })));
    continuity.restamp(first);
    expect(counters(first)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const second = joined(Array.from({ length: 8 }, () => packet({ pid: 5, counter: 3, payload: [] })));
    continuity.restamp(second);
    expect(counters(second)).toEqual([10, 11, 12, 13, 14, 15, 0, 1]);
  });

  test('stand still where there is no payload', () => {
    const packets = joined([
      packet({ pid: 5, payload: [] }),
      clockOnly(1, 5),
      packet({ pid: 5, payload: [] }),
    ]);
    new Continuity().restamp(packets);
    expect(counters(packets)).toEqual([0, 0, 1]);
  });

  test('are counted for each PID, and nothing else is changed', () => {
    fc.assert(
      fc.property(PACKETS, (parts) => {
        const packets = joined(
          parts.map(({ pid, counter, isEmpty }) =>
            isEmpty ? clockOnly(counter, pid) : packet({ pid, counter, payload: [counter] }),
          ),
        );
        const before = packets.slice();
        new Continuity().restamp(packets);
        const seen = new Map<number, number>();
        counters(packets).forEach((counter, index) => {
          const offset = index * PACKET_BYTES;
          const count = (seen.get(pidOf(packets, offset)) ?? 0) + (hasPayload(packets, offset) ? 1 : 0);
          seen.set(pidOf(packets, offset), count);
          expect(counter).toBe((count + 15) % 16);
          before[offset + 3] = ((before[offset + 3] ?? 0) & 0xf0) | counter;
        });
        expect(packets).toEqual(before);
      }),
    );
  });
});
