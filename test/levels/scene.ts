import type { SampleCounts } from '../../src/levels/sample-counts.ts';
import { percentileWindow, type Window } from '../../src/levels/window.ts';

/** As many samples as are counted of a frame of 1920x1080: every eighth pixel both ways. */
const SAMPLES_A_FRAME = 32_000;

/** Numbers that look random, evenly from 0 to 1, the same for the same seed (Mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed numbers (Box and Muller). */
export function gaussian(random: () => number, mean: number, deviation: number): number {
  return mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What a kernel counts of these samples; each is rounded, and taken into the range. */
export function countsOf(samples: Iterable<number>, bits = 16): SampleCounts {
  const fine = new Uint32Array(2 ** bits);
  const coarse = new Uint32Array(256);
  for (const sample of samples) {
    const value = Math.min(Math.max(Math.round(sample), 0), fine.length - 1);
    const bin = value >> (bits - 8);
    fine[value] = (fine[value] ?? 0) + 1;
    coarse[bin] = (coarse[bin] ?? 0) + 1;
  }
  return { fine, coarse, bits };
}

/** One frame's samples of a scene, each from `sample`. */
export function frameOf(sample: (index: number) => number, bits = 16): SampleCounts {
  return countsOf(
    Array.from({ length: SAMPLES_A_FRAME }, (_, index) => sample(index)),
    bits,
  );
}

/** The window of `auto` for a frame in which something was counted. */
export function autoWindow(counts: SampleCounts, lowPercent = 0.5, highPercent = 99.5): Window {
  const window = percentileWindow(counts, lowPercent, highPercent);
  if (!window) throw new Error('nothing was counted');
  return window;
}
