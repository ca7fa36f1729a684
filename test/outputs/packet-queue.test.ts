import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PacketQueue } from '../../src/outputs/packet-queue.ts';

function taken(queue: PacketQueue, mostBytes: number): number[] {
  const room = new Uint8Array(mostBytes);
  return [...room.subarray(0, queue.takeInto(room))];
}

function queueOf(...pieces: readonly number[][]): PacketQueue {
  const queue = new PacketQueue();
  for (const [index, piece] of pieces.entries()) queue.push(Uint8Array.from(piece), BigInt(index));
  return queue;
}

describe('packets that wait', () => {
  test('come out in order, however much is taken at once', () => {
    const queue = queueOf([1, 2, 3], [4, 5], [6]);
    expect([taken(queue, 2), taken(queue, 3), taken(queue, 9), taken(queue, 9)]).toEqual([
      [1, 2],
      [3, 4, 5],
      [6],
      [],
    ]);
  });

  test('have places that go on while they come and go', () => {
    const queue = queueOf([1, 2, 3], [4, 5]);
    taken(queue, 4);
    queue.push(Uint8Array.of(6), 9n);
    expect([queue.begin, queue.end, queue.sizeBytes]).toEqual([4, 6, 2]);
  });

  test('have an age: that of the piece whose turn it is', () => {
    const queue = queueOf([1, 2, 3], [4, 5]);
    taken(queue, 2);
    expect(queue.oldestNs).toBe(0n);
    taken(queue, 1);
    expect(queue.oldestNs).toBe(1n);
    taken(queue, 2);
    expect(queue.oldestNs).toBeUndefined();
  });

  test('are what a plain list of bytes would be, whatever is put in, taken and cut off', () => {
    const step = fc.oneof(
      fc.record({ push: fc.nat(5) }),
      fc.record({ take: fc.nat(7) }),
      fc.record({ cut: fc.nat(12) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = new PacketQueue();
        let list: number[] = [];
        let next = 0;
        for (const one of steps) {
          if ('push' in one) {
            const piece = Array.from({ length: one.push }, () => (next += 1) & 0xff);
            queue.push(Uint8Array.from(piece), 0n);
            list.push(...piece);
          } else if ('take' in one) expect(taken(queue, one.take)).toEqual(list.splice(0, one.take));
          else {
            queue.cut(queue.begin + one.cut);
            list = list.slice(0, one.cut);
          }
          expect(queue.sizeBytes).toBe(list.length);
          expect(queue.oldestNs === undefined).toBe(list.length === 0);
        }
        expect(taken(queue, 1_000)).toEqual(list);
      }),
    );
  });
});
