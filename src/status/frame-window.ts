import { secondsBetween } from '../base/clock.ts';
import { framesPerSecond, type FrameRate } from '../base/frame-rate.ts';

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

export function dueBetween(from: Sample, to: Sample, rate: FrameRate): number {
  return framesPerSecond(rate) * secondsBetween(from.atNs, to.atNs);
}

export function fpsBetween(from: Sample, to: Sample): number {
  return (to.frames - from.frames) / secondsBetween(from.atNs, to.atNs);
}
