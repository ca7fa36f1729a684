import { read } from 'bun:ffi';
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { MemoryArea } from '../../src/base/frame.ts';
import { IoVector } from '../../src/os/io-vector.ts';

/** What the kernel would find: addresses and lengths, eight bytes each. */
function found(vector: IoVector, count: number): MemoryArea[] {
  return Array.from({ length: count }, (_, index) => ({
    address: Number(read.u64(vector.address, index * 16)),
    sizeBytes: Number(read.u64(vector.address, index * 16 + 8)),
  }));
}

/** All single bytes of areas, by their addresses. */
function bytesOf(areas: readonly MemoryArea[]): number[] {
  return areas.flatMap(({ address, sizeBytes }) =>
    Array.from({ length: sizeBytes }, (_, index) => address + index),
  );
}

describe('areas are handed over', () => {
  test('as they are, up to so many bytes', () => {
    const vector = new IoVector();
    vector.begin([
      { address: 4_096, sizeBytes: 100 },
      { address: 2 ** 40, sizeBytes: 50 },
    ]);
    expect(found(vector, vector.fill(120))).toEqual([
      { address: 4_096, sizeBytes: 100 },
      { address: 2 ** 40, sizeBytes: 20 },
    ]);
    expect(vector.filledBytes).toBe(120);
  });

  test('in any portions, and each byte once, in its order', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 });
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 900 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(sizes, steps, (sizesBytes, portions) => {
        const areas = sizesBytes.map((sizeBytes, index) => ({ address: (index + 1) * 4_096, sizeBytes }));
        const vector = new IoVector();
        vector.begin(areas);
        const written: number[] = [];
        for (let turn = 0; !vector.isDone; turn += 1) {
          const [mostBytes, wantedBytes] = portions[turn % portions.length] ?? [1, 1];
          const offered = bytesOf(found(vector, vector.fill(mostBytes)));
          expect(offered.length).toBe(vector.filledBytes);
          // At the end all of it is taken, or it would never end.
          const takenBytes = turn > 500 ? offered.length : Math.min(wantedBytes, offered.length);
          written.push(...offered.slice(0, takenBytes));
          vector.advance(takenBytes);
        }
        expect(written).toEqual(bytesOf(areas));
      }),
    );
  });

  test('again from the beginning, after others were handed over in part', () => {
    const vector = new IoVector();
    vector.begin([{ address: 4_096, sizeBytes: 100 }]);
    vector.fill(10);
    vector.advance(10);
    vector.begin([{ address: 8_192, sizeBytes: 7 }]);
    expect(found(vector, vector.fill(100))).toEqual([{ address: 8_192, sizeBytes: 7 }]);
  });
});
