import { secondsBetween } from '../base/clock.ts';
import { framesPerSecond, type FrameRate } from '../base/frame-rate.ts';

/** Frames that counting may be off by in a window however low the rate is: one at each end of it. */
export const TOLERATED_FRAMES = 2;

/** How many frames were counted by some time. */
export interface Sample {
  readonly atNs: bigint;
  readonly frames: number;
}

/**
 * Adds a sample, and takes out those from before the window.
 * @returns the one that the window begins with, once the samples are enough for it
 */
export function slide(samples: Sample[], now: Sample, windowNs: bigint): Sample | undefined {
  samples.push(now);
  while (samples[1] && now.atNs - samples[1].atNs >= windowNs) samples.shift();
  const [first] = samples;
  return first && now.atNs - first.atNs >= windowNs ? first : undefined;
}

/** How many frames the rate asks for between two samples. */
export function dueBetween(from: Sample, to: Sample, rate: FrameRate): number {
  return framesPerSecond(rate) * secondsBetween(from.atNs, to.atNs);
}

/** Frames a second that were counted between two samples, which must not be of one time. */
export function fpsBetween(from: Sample, to: Sample): number {
  return (to.frames - from.frames) / secondsBetween(from.atNs, to.atNs);
}
