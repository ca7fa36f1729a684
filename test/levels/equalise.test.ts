import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { dampedCurve, equalise, GAIN_LIMIT } from '../../src/levels/equalise.ts';
import type { SampleCounts } from '../../src/levels/sample-counts.ts';
import { CURVE_LENGTH, type Window } from '../../src/levels/window.ts';
import { countsOf, frameOf, gaussian, seeded } from './scene.ts';

const FULL: Window = { low: 0, high: 65_535 };
const LAST = CURVE_LENGTH - 1;
/** A step of the straight curve from one index to the next. */
const EVEN_STEP = 1 / LAST;
/** The curve has 32 bits an entry. */
const ROUNDING = 2e-7;

function curveOf(counts: SampleCounts, window: Window): Float32Array {
  const curve = new Float32Array(CURVE_LENGTH);
  equalise(counts, window, curve);
  return curve;
}

const STRAIGHT = Float32Array.from({ length: CURVE_LENGTH }, (_, index) => index / LAST);

/** What differs most from the straight curve. */
function bend(curve: Float32Array): number {
  return curve.reduce((most, level, index) => Math.max(most, Math.abs(level - index / LAST)), 0);
}

/** What differs most between two curves. */
function distance(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, level, index) => Math.max(most, Math.abs(level - (other[index] ?? 0))), 0);
}

function steps(curve: Float32Array): number[] {
  return Array.from(curve.subarray(1), (level, index) => level - (curve[index] ?? 0));
}

/** Every sample of the format once. */
function oneOfEach(bits: number): SampleCounts {
  return countsOf(
    Array.from({ length: 2 ** bits }, (_, sample) => sample),
    bits,
  );
}

/** The level of a sample, as the kernel finds it. */
function levelOf(curve: Float32Array, { low, high }: Window, sample: number): number {
  return curve[Math.round(((sample - low) / (high - low)) * LAST)] ?? Number.NaN;
}

function expectRight(curve: Float32Array): void {
  expect([curve[0], curve[LAST]]).toEqual([0, 1]);
  const sizes = steps(curve);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(GAIN_LIMIT * EVEN_STEP + ROUNDING);
}

/** Frames of some peaks of any width, in any number of bits, with a window that may be narrow, or beside them. */
const CASES = fc.constantFrom(8, 10, 12, 16).chain((bits) => {
  const sample = fc.double({ min: 0, max: 2 ** bits - 1, noNaN: true });
  return fc.record({
    counts: fc
      .array(fc.record({ mean: sample, deviation: sample }), { minLength: 1, maxLength: 4 })
      .map((peaks) => {
        const random = seeded(peaks.length);
        const samples = peaks.flatMap(({ mean, deviation }) =>
          Array.from({ length: 500 }, () => gaussian(random, mean, deviation ** 2 / 2 ** bits)),
        );
        return countsOf(samples, bits);
      }),
    window: fc.tuple(sample, sample).map(([one, other]) => ({
      low: Math.min(one, other, 2 ** bits - 2),
      high: Math.max(one, other, Math.min(one, other) + 1),
    })),
  });
});

describe('the curve', () => {
  test('rises from 0 to 1, nowhere steeper than the limit', () => {
    fc.assert(fc.property(CASES, ({ counts, window }) => expectRight(curveOf(counts, window))));
  });

  test('is straight for samples that are spread evenly, in wide windows and in narrow ones', () => {
    for (const window of [FULL, { low: 10_000, high: 10_655 }, { low: 0.5, high: 3.25 }]) {
      expect(bend(curveOf(oneOfEach(16), window))).toBeLessThan(1e-6);
    }
    expect(bend(curveOf(oneOfEach(8), { low: 100, high: 104 }))).toBeLessThan(1e-6);
    const random = seeded(1);
    const counted = frameOf(() => random() * 65_535);
    expect(bend(curveOf(counted, FULL))).toBeLessThan(0.01);
  });

  test('spreads two narrow peaks by the limit', () => {
    const random = seeded(2);
    const counts = frameOf((i) => gaussian(random, i % 2 === 0 ? 20_000 : 40_000, 300));
    const curve = curveOf(counts, FULL);
    for (const middle of [20_000, 40_000]) {
      const gain = (levelOf(curve, FULL, middle + 300) - levelOf(curve, FULL, middle - 300)) / (600 / 65_535);
      expect(gain).toBeWithin(GAIN_LIMIT - 0.5, GAIN_LIMIT + 0.1);
    }
    expect(levelOf(curve, FULL, 0)).toBe(0);
    expectRight(curve);
  });

  test('makes shares equal where that needs no more than the limit', () => {
    const random = seeded(3);
    const counts = frameOf(() => 65_535 * random() ** 1.5);
    const curve = curveOf(counts, FULL);
    const median = 65_535 * 0.5 ** 1.5;
    expect(levelOf(curve, FULL, median)).toBeWithin(0.47, 0.5);
    expectRight(curve);
  });

  test('is right where a sample has many indices', () => {
    const counts = countsOf(
      [1, 1, 1, 1, 2, 3, 3].flatMap((s) => Array.from({ length: 100 }, () => s)),
      8,
    );
    const window = { low: 0, high: 4 };
    const curve = curveOf(counts, window);
    expectRight(curve);
    const level = (sample: number) => levelOf(curve, window, sample);
    const densities = [0.5, 1.5, 2.5, 3.5].map((edge) => level(edge));
    const [black = 0, dark = 0, middle = 0, bright = 0] = densities;
    expect(dark - black).toBeCloseTo(0.125 / 4 + (0.875 * 4) / 7, 2);
    expect(middle - dark).toBeCloseTo(0.125 / 4 + (0.875 * 1) / 7, 2);
    expect(bright - middle).toBeCloseTo(0.125 / 4 + (0.875 * 2) / 7, 2);
  });

  test('keeps a rise where nothing was counted', () => {
    const random = seeded(4);
    const curve = curveOf(
      frameOf(() => random() * 30_000),
      FULL,
    );
    const rise = levelOf(curve, FULL, 60_000) - levelOf(curve, FULL, 40_000);
    expect(rise).toBeGreaterThan(20_000 / 65_535 / 10);
  });

  test('is nearly straight for a flat scene, and straight for no samples, or none within the window', () => {
    const window = { low: 29_700, high: 30_355 };
    const flat = curveOf(
      frameOf(() => 30_000),
      window,
    );
    expectRight(flat);
    expect(bend(flat)).toBeLessThan(0.02);
    expect(bend(curveOf(countsOf([]), FULL))).toBeLessThan(1e-6);
    expect(bend(curveOf(countsOf([5, 6, 7]), window))).toBeLessThan(1e-6);
  });

  test('has no part in what lies outside the window', () => {
    const random = seeded(5);
    const samples = Array.from({ length: 10_000 }, () => 20_000 + random() * 10_000);
    const window = { low: 20_000, high: 30_000 };
    const outside = Array.from({ length: 50_000 }, (_, i) => (i % 2 === 0 ? 0 : 65_535));
    expect(curveOf(countsOf([...samples, ...outside]), window)).toEqual(curveOf(countsOf(samples), window));
  });
});

describe('a damped curve', () => {
  const random = seeded(6);
  const target = curveOf(
    frameOf(() => gaussian(random, 50_000, 3_000)),
    FULL,
  );

  test('has settled after three times the damping, at any frame rate, and is right on its way', () => {
    for (const rateHz of [240, 24, 1]) {
      const curve = STRAIGHT.slice();
      for (let frame = 0; frame < 3 * rateHz; frame++) {
        dampedCurve(curve, target, 1_000 / rateHz, 1_000);
        if (frame % 10 === 0) expectRight(curve);
      }
      expect(distance(curve, target)).toBeLessThan(1 / 100);
    }
  });

  test('takes the same way however the time is divided', () => {
    const [one, many] = [STRAIGHT.slice(), STRAIGHT.slice()];
    dampedCurve(one, target, 300, 1_000);
    for (let frame = 0; frame < 30; frame++) dampedCurve(many, target, 10, 1_000);
    expect(distance(one, many)).toBeLessThan(1e-5);
    expect(distance(one, target)).toBeGreaterThan(distance(STRAIGHT, target) / 3);
  });

  test('does not flicker on a still scene with noise, whatever the frame rate', () => {
    for (const rateHz of [24, 1]) {
      const curve = new Float32Array(CURVE_LENGTH);
      const next = new Float32Array(CURVE_LENGTH);
      for (let frame = 0; frame < 40; frame++) {
        const noise = seeded(frame);
        equalise(
          frameOf((i) => gaussian(noise, 15_000 + (i % 100) * 300, 1_000)),
          FULL,
          next,
        );
        const before = curve.slice();
        dampedCurve(curve, next, frame === 0 ? Infinity : 1_000 / rateHz, frame === 0 ? 0 : 1_000);
        if (frame > 0) expect(distance(curve, before)).toBeLessThan(1 / 219);
      }
    }
  });

  test('is the target at once without damping', () => {
    const curve = STRAIGHT.slice();
    dampedCurve(curve, target, 0, 0);
    expect(distance(curve, target)).toBeLessThan(ROUNDING);
  });
});
