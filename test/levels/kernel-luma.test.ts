import { describe, expect, test } from 'bun:test';
import { BLACK_LUMA, WHITE_LUMA } from '../../src/base/gray-format.ts';
import { curveFactors, linearFactors } from '../../src/levels/factors.ts';
import { Kernel } from '../../src/levels/kernel.ts';
import { CURVE_LENGTH, type Window } from '../../src/levels/window.ts';
import { grayOf } from './gray-formats.ts';
import { seeded } from './scene.ts';

const SAMPLES = 65_536;
const [SOURCE, TARGET, CURVE] = [65_536, 3 * 65_536, 4 * 65_536];
const wasm = new WebAssembly.Memory({ initial: 5, maximum: 5 });
const kernel = new Kernel(wasm, grayOf('gray16le'));
const luma = new Uint8Array(wasm.buffer, TARGET, SAMPLES);
const curve = new Uint8Array(wasm.buffer, CURVE, CURVE_LENGTH);
new Uint16Array(wasm.buffer, SOURCE, SAMPLES).set(Array.from({ length: SAMPLES }, (_, sample) => sample));
const RUN = { source: SOURCE, target: TARGET, count: SAMPLES };

/** From 1 sample to the whole range, as many in each octave. */
function randomWindows(count: number, leastSamples = 1): Window[] {
  const random = seeded(7);
  const octaves = Math.log2((SAMPLES - 1) / leastSamples);
  return Array.from({ length: count }, () => {
    const width = Math.round(leastSamples * 2 ** (random() * octaves));
    const low = Math.floor(random() * (SAMPLES - width));
    return { low, high: low + width };
  });
}

const WINDOWS: readonly Window[] = [
  { low: 0, high: SAMPLES - 1 },
  { low: 0, high: 1 },
  { low: SAMPLES - 2, high: SAMPLES - 1 },
  { low: 100, high: 100 + 0x8000 },
  { low: 100, high: 100 + 0x7fff },
  ...randomWindows(400),
];
const WIDE_WINDOWS = randomWindows(400, 2_000);

/** In 128ths of a level: the product is rounded to whole ones, and so is its factor, which counts up to twice. */
const MOST_BEHIND_HALF = 1.5 / 128;

/** The luma of all samples, in this order. */
function lumaOfAll(window: Window, isInverted = false): Uint8Array {
  kernel.mapLinear(RUN, linearFactors(window, isInverted));
  return luma;
}

function isAll(bytes: Uint8Array, value: number): boolean {
  return bytes.every((byte) => byte === value);
}

describe('saturation: up to low, and from high on, luma is', () => {
  test('exactly black and exactly white', () => {
    for (const window of WINDOWS) {
      const all = lumaOfAll(window);
      expect(isAll(all.subarray(0, window.low + 1), BLACK_LUMA)).toBe(true);
      expect(isAll(all.subarray(window.high), WHITE_LUMA)).toBe(true);
    }
  });

  test('exactly white and exactly black, inverted', () => {
    for (const window of WINDOWS) {
      const all = lumaOfAll(window, true);
      expect(isAll(all.subarray(0, window.low + 1), WHITE_LUMA)).toBe(true);
      expect(isAll(all.subarray(window.high), BLACK_LUMA)).toBe(true);
    }
  });

  test('the first and the last of a curve', () => {
    curve.fill(100);
    [curve[0], curve[CURVE_LENGTH - 1]] = [16, 235];
    for (const window of WINDOWS) {
      kernel.mapCurve(RUN, curveFactors(window), CURVE);
      expect(isAll(luma.subarray(0, window.low + 1), 16)).toBe(true);
      expect(isAll(luma.subarray(window.high), 235)).toBe(true);
    }
  });
});

/** How far the lumas of a window are from 16 + 219 (sample - low) / (high - low), which is no whole number. */
function deviation({ low, high }: Window, isInverted: boolean) {
  const all = lumaOfAll({ low, high }, isInverted);
  const slope = (WHITE_LUMA - BLACK_LUMA) / (high - low);
  const [start, sign] = isInverted ? [WHITE_LUMA, -1] : [BLACK_LUMA, 1];
  let [farthest, otherLevels] = [0, 0];
  for (let sample = low; sample <= high; sample += 1) {
    const ideal = start + sign * slope * (sample - low);
    const distance = Math.abs((all[sample] ?? 0) - ideal);
    farthest = Math.max(farthest, distance);
    if (distance > 0.5) otherLevels += 1;
  }
  return { farthest, otherLevels, share: otherLevels / (high - low + 1) };
}

describe('linear luma is the ideal one rounded, or where that lies between two levels, the other one', () => {
  test.each([
    ['as it is', false],
    ['inverted', true],
  ])('%s', (_, isInverted) => {
    for (const window of WINDOWS) {
      const { farthest, otherLevels } = deviation(window, isInverted);
      expect(farthest).toBeLessThan(0.5 + MOST_BEHIND_HALF);
      expect(otherLevels / SAMPLES).toBeLessThan(0.0075);
    }
  });

  test.each([
    ['as it is', false],
    ['inverted', true],
  ])(
    'which is so for less than 1 %% of the samples of a wide window, 0.4 %% on average: %s',
    (_, isInverted) => {
      const shares = WIDE_WINDOWS.map((window) => deviation(window, isInverted).share);
      expect(Math.max(...shares)).toBeLessThan(0.01);
      expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.0045);
    },
  );
});
