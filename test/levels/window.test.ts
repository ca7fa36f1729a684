import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { percentileOf, type SampleCounts } from '../../src/levels/sample-counts.ts';
import { inSamples } from '../../src/config/sample-amount.ts';
import { fixedWindow, percentileWindow, widened } from '../../src/levels/window.ts';
import { autoWindow, countsOf, frameOf, gaussian, seeded } from './scene.ts';

const MAX_SAMPLE = 65_535;

/** A frame of 800 middle samples, 200 bright ones, and some dark ones in place of middle ones; `unit` apart. */
function threeLevels(dark: number, unit: number, bits: number): SampleCounts {
  const level = (index: number) => (index < dark ? 99 : index < 800 ? 100 : 101);
  return countsOf(
    Array.from({ length: 1_000 }, (_, index) => level(index) * unit),
    bits,
  );
}

/** Noise, with one hot and one dead pixel in a thousand. */
function sceneWithFaults(isFaulty: boolean): SampleCounts {
  const random = seeded(2);
  return frameOf((index) => {
    const sample = gaussian(random, 30_000, 500);
    if (!isFaulty || index % 1_000 > 1) return sample;
    return index % 1_000 === 0 ? MAX_SAMPLE : 0;
  });
}

describe('an amount', () => {
  test('is a number of samples, or a part of the largest one', () => {
    expect(inSamples({ value: 512, unit: 'samples' }, 4_095)).toBe(512);
    expect(inSamples({ value: 1, unit: 'percent' }, MAX_SAMPLE)).toBe(655);
    expect(inSamples({ value: 100, unit: 'percent' }, 255)).toBe(255);
  });
});

describe('a fixed window', () => {
  test('is the whole range, or what is set', () => {
    expect(fixedWindow({ kind: 'full' }, 4_095)).toEqual({ low: 0, high: 4_095 });
    const [low, high] = [
      { value: 512, unit: 'samples' },
      { value: 50, unit: 'percent' },
    ] as const;
    expect(fixedWindow({ kind: 'fixed', low, high }, 4_095)).toEqual({ low: 512, high: 2_048 });
  });

  test('that is above the range of the format makes all but its last sample black', () => {
    const [low, high] = [
      { value: 512, unit: 'samples' },
      { value: 3_800, unit: 'samples' },
    ] as const;
    expect(fixedWindow({ kind: 'fixed', low, high }, 255)).toEqual({ low: 254, high: 255 });
  });
});

describe('a window that is widened', () => {
  test('keeps its middle, unless it would leave the range', () => {
    expect(widened({ low: 1_000, high: 1_010 }, 100, MAX_SAMPLE)).toEqual({ low: 955, high: 1_055 });
    expect(widened({ low: 10, high: 20 }, 100, MAX_SAMPLE)).toEqual({ low: 0, high: 100 });
    expect(widened({ low: 65_500, high: 65_535 }, 100, MAX_SAMPLE)).toEqual({ low: 65_435, high: 65_535 });
    expect(widened({ low: 5, high: 10 }, 300, 255)).toEqual({ low: 0, high: 255 });
  });

  test('is wide enough, within the range, and stays as it is where it was', () => {
    const sample = fc.double({ min: 0, max: MAX_SAMPLE, noNaN: true });
    fc.assert(
      fc.property(sample, sample, sample, (one, other, span) => {
        const window = { low: Math.min(one, other), high: Math.max(one, other) };
        const { low, high } = widened(window, span, MAX_SAMPLE);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(MAX_SAMPLE);
        expect(high - low).toBeGreaterThan(Math.max(span, 1, other - one) - 1e-6);
        if (window.high - window.low > Math.max(span, 1)) expect(low).toBeCloseTo(window.low, 6);
      }),
    );
  });
});

describe('the window between percentiles', () => {
  test('lies within a sample of them, inwards', () => {
    const random = seeded(1);
    const counts = frameOf(() => gaussian(random, 30_000, 500));
    const { low, high } = autoWindow(counts);
    const [lowest, highest] = [percentileOf(counts, 0.5) ?? 0, percentileOf(counts, 99.5) ?? 0];
    expect(low - lowest).toBeWithin(0, 3);
    expect(highest - high).toBeWithin(0, 3);
  });

  test('moves little where a percentile jumps from one sample to the next', () => {
    const [more, fewer] = [threeLevels(6, 1, 8), threeLevels(4, 1, 8)];
    expect([percentileOf(more, 0.5), percentileOf(fewer, 0.5)]).toEqual([99, 100]);
    expect(autoWindow(more).low).toBeWithin(99.8, 100);
    expect(autoWindow(fewer).low).toBeWithin(100, 100.01);
  });

  test('does the same where samples of 8 bits stand at the upper end of 16', () => {
    const [more, fewer] = [autoWindow(threeLevels(6, 256, 16)), autoWindow(threeLevels(4, 256, 16))];
    expect(fewer.low - more.low).toBeWithin(0, 50);
  });

  test('is not moved by hot and dead pixels, not even over a scene without any noise', () => {
    const flat = frameOf((i) => (i % 1_000 === 0 ? MAX_SAMPLE : 30_000));
    expect(autoWindow(flat)).toEqual({ low: 30_000, high: 30_000 });
    const [clean, faulty] = [autoWindow(sceneWithFaults(false)), autoWindow(sceneWithFaults(true))];
    const width = clean.high - clean.low;
    expect(Math.abs(faulty.low - clean.low)).toBeLessThan(width / 32);
    expect(Math.abs(faulty.high - clean.high)).toBeLessThan(width / 32);
  });

  test('is in order, and within what was seen', () => {
    const samples = fc.array(fc.integer({ min: 90, max: 110 }), { minLength: 1, maxLength: 100 });
    const percent = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(samples, percent, percent, (values, one, other) => {
        const { low, high } = autoWindow(countsOf(values, 8), Math.min(one, other), Math.max(one, other));
        expect(low).toBeWithin(Math.min(...values), high + 1e-9);
        expect(high).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  test('is not there without samples', () => {
    expect(percentileWindow(countsOf([]), 0.5, 99.5)).toBeUndefined();
  });
});
