import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import {
  formatFrameRate,
  framesPerSecond,
  periodNs,
  tickOffsetNs,
  type FrameRate,
} from '../../src/base/frame-rate.ts';

const positive = fc.bigInt({ min: 1n, max: 1_000_000n });
const rate: fc.Arbitrary<FrameRate> = fc.record({ numerator: positive, denominator: positive });

describe('a frame rate', () => {
  test.each([
    [24n, 1n, '24'],
    [30_000n, 1_001n, '30000/1001'],
    [1n, 7n, '1/7'],
  ])('of %s/%s is written for ffmpeg as %s', (numerator, denominator, text) => {
    expect(formatFrameRate({ numerator, denominator })).toBe(text);
  });

  test('is frames a second as a number', () => {
    expect(framesPerSecond({ numerator: 2_997n, denominator: 100n })).toBe(29.97);
  });

  test.each([
    [24n, 1n, 41_666_666n],
    [30_000n, 1_001n, 33_366_666n],
    [1n, 7n, 7_000_000_000n],
    [240n, 1n, 4_166_666n],
  ])('of %s/%s has a period of %s ns, rounded down', (numerator, denominator, expected) => {
    expect(periodNs({ numerator, denominator })).toBe(expected);
  });

  test('puts each tick at the last whole nanosecond that is not behind the exact time', () => {
    fc.assert(
      fc.property(rate, fc.bigInt({ min: 0n, max: 10n ** 12n }), (value, index) => {
        const exact = index * 1_000_000_000n * value.denominator;
        const rounded = tickOffsetNs(value, index) * value.numerator;
        expect(rounded <= exact && exact < rounded + value.numerator).toBe(true);
      }),
    );
  });

  test('has exactly as many ticks in a long time as it says', () => {
    fc.assert(
      fc.property(rate, fc.bigInt({ min: 0n, max: 1_000_000n }), (value, times) => {
        const seconds = times * value.denominator;
        expect(tickOffsetNs(value, times * value.numerator)).toBe(seconds * 1_000_000_000n);
      }),
    );
  });
});
