import { describe, expect, test } from 'bun:test';
import { beyondNoise, difference, pairedDifference } from './noise.ts';

describe('a difference', () => {
  test('of pairs is not touched by what changes from pair to pair', () => {
    expect(pairedDifference([11, 21, 31, 41], [10, 20, 30, 40])).toEqual({ more: 1, noise: 0 });
  });

  test('of figures apart has the noise of both in it', () => {
    const { more, noise } = difference([11, 13, 15], [10, 12, 14]);
    expect(more).toBe(1);
    // A median distance of 2 in each of three: 2 * sqrt(2 * (1.2533 * 1.4826 * 2)^2 / 3).
    expect(noise).toBeCloseTo(6.0687, 3);
  });

  test('is neither moved nor made uncertain by one window in which the machine was busy', () => {
    const { more, noise } = pairedDifference([11, 12, 413, 14, 15], [10, 11, 13, 13, 14]);
    expect([more, noise]).toEqual([1, 0]);
  });

  test('of one pair says nothing of chance, and counts in full', () => {
    const one = pairedDifference([12], [10]);
    expect(one).toEqual({ more: 2, noise: Number.NaN });
    expect(beyondNoise(one)).toBe(2);
  });

  test('that is not known stays so', () => {
    expect(beyondNoise(pairedDifference([], []))).toBeNaN();
  });
});

test('only what is more than chance makes of it counts, and less never does', () => {
  expect(beyondNoise({ more: 3, noise: 2 })).toBe(1);
  expect(beyondNoise({ more: 3, noise: 4 })).toBe(0);
  expect(beyondNoise({ more: -9, noise: 1 })).toBe(0);
});
