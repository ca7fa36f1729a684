import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { damped, widened, type Window } from '../../src/levels/window.ts';
import { autoWindow, frameOf, gaussian, seeded } from './scene.ts';

const MAX_SAMPLE = 65_535;
const DAMPING_MS = 1_000;
const SPAN_SAMPLES = 655;

/** The window after each of the intervals, towards one target. */
function course(start: Window, target: Window, intervalsMs: readonly number[]): Window[] {
  const windows: Window[] = [];
  let window = start;
  for (const intervalMs of intervalsMs) {
    window = damped(window, target, intervalMs, DAMPING_MS);
    windows.push(window);
  }
  return windows;
}

function widthOf({ low, high }: Window): number {
  return high - low;
}

/** How far the edges are apart, at the larger of both distances. */
function distance(one: Window, other: Window): number {
  return Math.max(Math.abs(one.low - other.low), Math.abs(one.high - other.high));
}

/** Intervals of frames that add up to `sumMs`. */
function intervalsOf(rateHz: number, sumMs: number): number[] {
  return Array.from({ length: Math.round((sumMs * rateHz) / 1_000) }, () => 1_000 / rateHz);
}

/** The largest change from frame to frame, in output levels, on a still scene with noise. */
function largestFlicker(rateHz: number, frames: number, scene: (seed: number) => Window): number {
  let window: Window | undefined;
  let largest = 0;
  for (let frame = 0; frame < frames; frame++) {
    const next = damped(window, scene(frame), 1_000 / rateHz, DAMPING_MS);
    if (window) largest = Math.max(largest, (distance(next, window) / widthOf(window)) * 219);
    window = next;
  }
  return largest;
}

/** The target of a frame in which nothing is but noise. */
function noisyWindow(seed: number, bits: number, mean: number, deviation: number): Window {
  const random = seeded(seed);
  return autoWindow(frameOf(() => gaussian(random, mean, deviation), bits));
}

/** The target of a frame with bright things before a background that is not even. */
function windowOfThings(seed: number): Window {
  const random = seeded(seed);
  return autoWindow(frameOf((i) => gaussian(random, 20_000 + (i % 400) * 10 + (i % 53) ** 2, 300)));
}

/** The target of a frame with noise, and in every third one with a thousandth of hot pixels and one of dead ones. */
function windowOfFaults(seed: number): Window {
  const random = seeded(seed);
  return autoWindow(
    frameOf((i) => {
      const sample = gaussian(random, 30_000, 500);
      if (seed % 3 > 0 || i % 1_000 > 1) return sample;
      return i % 1_000 === 0 ? MAX_SAMPLE : 0;
    }),
  );
}

/** Windows anywhere in the range of 16 bits, from one sample wide to all of it. */
const WINDOWS = fc
  .tuple(
    fc.double({ min: 0, max: MAX_SAMPLE, noNaN: true }),
    fc.double({ min: 0, max: Math.log2(MAX_SAMPLE), noNaN: true }),
  )
  .map(([middle, octaves]) => widened({ low: middle, high: middle }, 2 ** octaves, MAX_SAMPLE));

describe('on a still scene with noise the window moves by less than an output level', () => {
  test.each([
    [240, 240],
    [24, 200],
    [1, 200],
  ])('at %d frames a second', (rateHz, frames) => {
    expect(largestFlicker(rateHz, frames, (seed) => noisyWindow(seed, 16, 30_000, 500))).toBeLessThan(1);
  });

  test.each([240, 24, 1])('that is hardly wider than a sample of 8 bits, at %d frames a second', (rateHz) => {
    expect(largestFlicker(rateHz, 100, (seed) => noisyWindow(seed, 8, 100.4, 0.6))).toBeLessThan(1);
  });

  test('that has things in it, at 1 frame a second', () => {
    expect(largestFlicker(1, 100, windowOfThings)).toBeLessThan(1);
  });

  test.each([240, 24, 1])('in which hot and dead pixels come and go, at %d frames a second', (rateHz) => {
    expect(largestFlicker(rateHz, 100, windowOfFaults)).toBeLessThan(1);
  });
});

describe('a step has settled after three times the damping', () => {
  test('from any window to any other, at any frame rate', () => {
    const rates = fc.constantFrom(240, 60, 24, 10, 5, 2, 1, 1 / 3);
    fc.assert(
      fc.property(WINDOWS, WINDOWS, rates, (start, target, rateHz) => {
        const end = course(start, target, intervalsOf(rateHz, 3 * DAMPING_MS)).at(-1) ?? start;
        expect(distance(end, target)).toBeLessThanOrEqual((widthOf(target) / 32) * (1 + 1e-9));
      }),
      { numRuns: 2_000 },
    );
  });

  test('whatever the intervals of the frames', () => {
    const intervals = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 40 });
    fc.assert(
      fc.property(WINDOWS, WINDOWS, intervals, (start, target, intervalsMs) => {
        const missingMs = 3 * DAMPING_MS - intervalsMs.reduce((sum, ms) => sum + ms, 0);
        const end = course(start, target, [...intervalsMs, Math.max(missingMs, 0)]).at(-1) ?? start;
        expect(distance(end, target)).toBeLessThanOrEqual((widthOf(target) / 32) * (1 + 1e-9));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['100 times narrower', { low: 0, high: 65_000 }, { low: 20_000, high: 20_650 }],
    ['100 times wider', { low: 20_000, high: 20_650 }, { low: 0, high: 65_000 }],
    ['far away', { low: 10, high: 20 }, { low: 65_000, high: 65_010 }],
  ])('to a window that is %s', (_, start, target) => {
    for (const rateHz of [240, 24, 1]) {
      const end = course(start, target, intervalsOf(rateHz, 3 * DAMPING_MS)).at(-1) ?? start;
      expect(distance(end, target)).toBeLessThanOrEqual(widthOf(target) / 32);
    }
  });

  test('not sooner than it has to: two thirds of a small one are left after a seventh of the damping', () => {
    const [start, target] = [
      { low: 1_000, high: 2_000 },
      { low: 1_500, high: 2_500 },
    ];
    const [third] = course(start, target, [DAMPING_MS / 7]);
    expect(distance(third ?? start, target)).toBeWithin(300, 350);
  });
});

describe('the way to a window', () => {
  test('is the same at equal times, however the time is divided into frames', () => {
    const target = { low: 20_000, high: 30_000 };
    const edge = fc.double({ min: -5_000, max: 5_000, noNaN: true });
    const intervals = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(edge, edge, intervals, (low, high, intervalsMs) => {
        const start = { low: target.low + low, high: target.high + high };
        const sumMs = intervalsMs.reduce((sum, ms) => sum + ms, 0);
        const even = intervalsMs.map(() => sumMs / intervalsMs.length);
        const [varied, regular] = [course(start, target, intervalsMs), course(start, target, even)];
        expect(distance(varied.at(-1) ?? start, regular.at(-1) ?? start)).toBeLessThan(1e-6);
      }),
    );
  });

  test('differs by 1/64 of a width at most where frames are slow, or the target is far', () => {
    const intervals = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(WINDOWS, WINDOWS, intervals, (start, target, intervalsMs) => {
        const sumMs = intervalsMs.reduce((sum, ms) => sum + ms, 0);
        const varied = course(start, target, intervalsMs).at(-1) ?? start;
        const regular = course(start, target, intervalsOf(1_000, sumMs)).at(-1) ?? start;
        expect(distance(varied, regular)).toBeLessThanOrEqual(widthOf(target) / 64 + 1e-6);
      }),
      { numRuns: 1_000 },
    );
  });

  test('has no window that is narrower than both, or that goes past the target', () => {
    fc.assert(
      fc.property(WINDOWS, WINDOWS, fc.integer({ min: 0, max: 5_000 }), (start, target, elapsedMs) => {
        const window = damped(start, target, elapsedMs, DAMPING_MS);
        expect(widthOf(window)).toBeGreaterThan(Math.min(widthOf(start), widthOf(target)) - 1e-6);
        expect(distance(window, target)).toBeLessThanOrEqual(distance(start, target));
        for (const edge of ['low', 'high'] as const) {
          const [least, most] = [start[edge], target[edge]].toSorted((a, b) => a - b);
          expect(window[edge]).toBeWithin((least ?? 0) - 1e-6, (most ?? 0) + 1e-6);
        }
      }),
    );
  });

  test('begins at the target, and there is none without damping', () => {
    const target = { low: 100, high: 200 };
    expect(damped(undefined, target, 0, DAMPING_MS)).toEqual(target);
    expect(damped({ low: 99, high: 200 }, target, 0, 0)).toEqual(target);
  });

  test('takes a clock that went back for one that stood still', () => {
    const start = { low: 0, high: 50 };
    expect(damped(start, { low: 100, high: 200 }, -3_000, DAMPING_MS)).toEqual(start);
  });
});

describe('a frame of another kind', () => {
  test('without anything in it gets the span, about its middle', () => {
    const random = seeded(3);
    const flat = autoWindow(frameOf(() => gaussian(random, 30_000, 2)));
    const { low, high } = widened(flat, SPAN_SAMPLES, MAX_SAMPLE);
    expect(high - low).toBe(SPAN_SAMPLES);
    expect((low + high) / 2).toBeWithin(29_999, 30_001);
  });

  test('is followed no further than a share of its time, so a single one is hardly seen', () => {
    const scene = { low: 10_000, high: 20_000 };
    const after = damped(scene, { low: 15_000, high: 15_655 }, 1_000 / 24, DAMPING_MS);
    expect(distance(after, scene)).toBeLessThan(widthOf(scene) / 8);
  });
});
