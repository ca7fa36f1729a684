import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { countBelow, percentileOf, shareAbove, shareBelow, totalOf } from '../../src/levels/sample-counts.ts';
import { countsOf } from './scene.ts';

const BITS = fc.constantFrom(8, 9, 10, 12, 14, 16);

/** Samples of a format, of which many are near each other or the same. */
const FRAMES = BITS.chain((bits) =>
  fc.record({
    bits: fc.constant(bits),
    samples: fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 2 ** bits - 1 }),
        fc.integer({ min: 100, max: 120 }),
        fc.constantFrom(0, 2 ** bits - 1),
      ),
      { minLength: 1, maxLength: 300 },
    ),
  }),
);

describe('a percentile', () => {
  test('is the smallest sample that so many are at or below', () => {
    fc.assert(
      fc.property(FRAMES, fc.integer({ min: 0, max: 1_000 }), ({ bits, samples }, permille) => {
        const sorted = samples.toSorted((a, b) => a - b);
        const rank = Math.max(Math.ceil((permille * samples.length) / 1_000), 1);
        expect(percentileOf(countsOf(samples, bits), permille / 10)).toBe(sorted[rank - 1]);
      }),
    );
  });

  test('of 0 is the lowest sample seen, of 100 the highest', () => {
    const counts = countsOf([310, 400, 3_970], 12);
    expect(percentileOf(counts, 0)).toBe(310);
    expect(percentileOf(counts, 100)).toBe(3_970);
  });

  test('takes a rank as whole that is one', () => {
    const counts = countsOf(Array.from({ length: 1_000 }, (_, index) => index));
    for (let permille = 1; permille <= 1_000; permille++) {
      expect(percentileOf(counts, permille / 10)).toBe(permille - 1);
    }
  });

  test('is not there without samples', () => {
    expect(percentileOf(countsOf([]), 50)).toBeUndefined();
  });
});

describe('a share', () => {
  test('is exact below and above any value', () => {
    const values = fc.oneof(
      fc.integer({ min: -2, max: 70_000 }),
      fc.double({ min: 90, max: 130, noNaN: true }),
    );
    fc.assert(
      fc.property(FRAMES, values, ({ bits, samples }, value) => {
        const counts = countsOf(samples, bits);
        expect(shareBelow(counts, value)).toBe(samples.filter((s) => s < value).length / samples.length);
        expect(shareAbove(counts, value)).toBe(samples.filter((s) => s > value).length / samples.length);
      }),
    );
  });

  test('of nothing is nothing', () => {
    expect(shareBelow(countsOf([]), 65_535)).toBe(0);
    expect(shareAbove(countsOf([]), 0)).toBe(0);
  });
});

test('samples are counted in all, and below one of them', () => {
  const counts = countsOf([0, 0, 5, 255], 8);
  expect(totalOf(counts)).toBe(4);
  expect([-1, 0, 1, 5, 6, 255, 256, 1_000].map((sample) => countBelow(counts, sample))).toEqual([
    0, 0, 2, 2, 3, 3, 4, 4,
  ]);
});
