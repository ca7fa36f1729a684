import { describe, expect, test } from 'bun:test';
import { simulateScale } from '../support/pacing-simulation.ts';
import {
  AT_24,
  expectGapless,
  largestAgeMs,
  ONE_FRAME_MS,
  PERIOD_MS,
  repeats,
  writtenBy,
} from './scale-runs.ts';

/** The same numbers from 0 to 1 each time. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe('over ten minutes, a source of our rate that is', () => {
  test.each([0, 8, 20, 33, 41.6])('constant loses no frame, with ticks %d ms after it', async (phaseMs) => {
    const result = await simulateScale(
      { ...AT_24, phaseMs },
      writtenBy((index) => index * PERIOD_MS),
    );
    expect(result.trimmedMs).toEqual([]);
    expectGapless(result);
    expect(repeats(result)).toBeLessThanOrEqual(2);
    expect(largestAgeMs(result.sent)).toBeLessThan(PERIOD_MS + 0.1);
  });

  test.each([0, 6, 12, 14, 15, 16, 17, 24, 38])(
    'uneven by ±40 %% loses no frame, with ticks %d ms after its mean',
    async (phaseMs) => {
      const random = randomNumbers(phaseMs);
      const result = await simulateScale(
        { ...AT_24, phaseMs },
        writtenBy((index) => index * PERIOD_MS + (random() * 2 - 1) * 0.4 * PERIOD_MS),
      );
      expect(result.trimmedMs).toEqual([]);
      expectGapless(result);
      expect(repeats(result)).toBeLessThanOrEqual(3);
      expect(largestAgeMs(result.sent)).toBeLessThan(2 * PERIOD_MS);
    },
  );

  test.each([0, 8, 30])('in bursts of 8 loses no frame, with ticks %d ms after them', async (phaseMs) => {
    const result = await simulateScale(
      { ...AT_24, phaseMs },
      writtenBy((index) => Math.ceil(index / 8) * 8 * PERIOD_MS),
    );
    expect(result.trimmedMs).toEqual([]);
    expectGapless(result);
    expect(repeats(result)).toBeLessThanOrEqual(10);
    expect(largestAgeMs(result.sent)).toBeLessThan(9 * PERIOD_MS);
  });

  test('at odds with our clock by 50 ppm loses or repeats no more than that', async () => {
    for (const skew of [50e-6, -50e-6]) {
      const random = randomNumbers(7);
      const result = await simulateScale(
        AT_24,
        writtenBy((index) => index * PERIOD_MS * (1 + skew) + random() * 2),
      );
      expect(result.trimmedMs.length).toBeLessThanOrEqual(2);
      expect(repeats(result)).toBeLessThanOrEqual(3);
      expect(largestAgeMs(result.sent)).toBeLessThan(ONE_FRAME_MS + 3);
    }
  });
});
