import type { WindowSetting } from '../config/config.ts';
import { inSamples } from '../config/sample-amount.ts';
import { binSamples, rankedSample, totalOf, type SampleCounts } from './sample-counts.ts';

/** What is black (low) and what is white (high), in samples; not whole numbers while it is on its way. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** A curve over a window has so many entries: the first is for its low, the last for its high. */
export const CURVE_LENGTH = 4096;

/** A window is never narrower, so that no edge meets the other when both are rounded. */
const MIN_WIDTH_SAMPLES = 1;

/** After the time of damping, e^-3 of a step is left, and e^-9 after three times that. */
const TIME_CONSTANTS = 3;

/*
 * The next four are parts of the width of the window that is aimed at. Frames of a still scene have percentiles that
 * differ by some 1/200 of it, since they are taken from some thousands of noisy samples.
 */

/** An edge that is no further off stays where it is: noise must not show. */
const DEAD_BAND = 1 / 64;
/** An edge that is no further off counts as settled, and takes only quiet steps. */
const SETTLED = 1 / 32;
/** The longest quiet step, less than an output level (1/219): so slow frames, of which each may end a step, do not flicker. */
const QUIET_STEP = 1 / 256;
/**
 * An edge further off than this moves faster than exponentially, or a step of a thousand widths would not have settled in
 * time. Nothing is lost by that: the picture is all black or white, or a few levels of gray, until it is nearer.
 */
const FAR = 16;

/** The window of a setting that no frame changes. */
export function fixedWindow(
  setting: Extract<WindowSetting, { kind: 'full' | 'fixed' }>,
  maxSample: number,
): Window {
  if (setting.kind === 'full') return { low: 0, high: maxSample };
  const low = Math.min(inSamples(setting.low, maxSample), maxSample);
  const high = Math.min(inSamples(setting.high, maxSample), maxSample);
  return widened({ low, high }, 0, maxSample);
}

/** The window, made at least `spanSamples` wide about its middle, and shifted into the format's range. */
export function widened({ low, high }: Window, spanSamples: number, maxSample: number): Window {
  const width = Math.min(Math.max(high - low, spanSamples, MIN_WIDTH_SAMPLES), maxSample);
  const start = Math.min(Math.max((low + high - width) / 2, 0), maxSample - width);
  return { low: start, high: start + width };
}

/**
 * The window between two percentiles; undefined where nothing was counted. Each edge lies between the sample that is the
 * percentile and the next one inwards, by the share of its samples that are outside. So it changes little where the counts
 * change little: the percentile itself would jump to and fro between two samples, which shows where the window is narrow.
 */
export function percentileWindow(
  counts: SampleCounts,
  lowPercent: number,
  highPercent: number,
): Window | undefined {
  const low = edge(counts, lowPercent, 1);
  const high = edge(counts, highPercent, -1);
  if (low === undefined || high === undefined) return undefined;
  return { low: Math.min(low, high), high: Math.max(low, high) };
}

function edge(counts: SampleCounts, percent: number, inwards: 1 | -1): number | undefined {
  const rank = (percent * totalOf(counts)) / 100;
  const ranked = rankedSample(counts, rank);
  if (!ranked) return undefined;
  const below = Math.min(Math.max((rank - ranked.below) / ranked.same, 0), 1);
  const outside = inwards === 1 ? below : 1 - below;
  return ranked.sample + outside * inwards * gapSamples(counts, ranked.sample, inwards);
}

/**
 * How far the next sample is that was seen. No sensor has fewer than 256 samples: one further off than those would be is
 * something else, such as a hot pixel, and does not count.
 */
function gapSamples({ fine, bits }: SampleCounts, sample: number, direction: 1 | -1): number {
  const maxGap = binSamples({ bits });
  for (let gap = 1; gap <= maxGap; gap++) {
    if ((fine[sample + gap * direction] ?? 0) > 0) return gap;
  }
  return 0;
}

/**
 * What is left of a distance after `elapsedMs`, as a factor; a step of the clock backwards counts as no time.
 * @param dampingMs 0 = nothing is left at once
 */
export function remainder(elapsedMs: number, dampingMs: number): number {
  return dampingMs > 0 ? Math.exp((-TIME_CONSTANTS * Math.max(elapsedMs, 0)) / dampingMs) : 0;
}

/**
 * The window on its way to `target`, `elapsedMs` after it was `current`: in time, not in frames, so at any frame rate the
 * same. After three times the damping each edge is within 1/32 of the target's width of it, however far it had to go.
 * It is never narrower than the narrower of the two.
 * @param current undefined for the first one, which is the target itself
 * @param dampingMs 0 = the target at once
 */
export function damped(
  current: Window | undefined,
  target: Window,
  elapsedMs: number,
  dampingMs: number,
): Window {
  if (!current || dampingMs <= 0) return target;
  const width = Math.max(target.high - target.low, MIN_WIDTH_SAMPLES);
  const left = remainder(elapsedMs, dampingMs);
  return {
    low: current.low + width * edgeStep((target.low - current.low) / width, left),
    high: current.high + width * edgeStep((target.high - current.high) / width, left),
  };
}

/** How far an edge moves. In widths of the target, as all that follows. */
function edgeStep(distance: number, left: number): number {
  const size = Math.abs(distance);
  const step = approach(size - DEAD_BAND, left);
  const quietStep = QUIET_STEP + approach(size - SETTLED, left);
  return Math.sign(distance) * Math.min(step, quietStep);
}

/**
 * How much of `excess` is passed when of a small one `left` is left: the solution of x' = -x (1 + x / FAR), which is
 * exponential for a small x, takes no longer for any larger one, and does not depend on how the time is divided.
 */
function approach(excess: number, left: number): number {
  if (excess <= 0) return 0;
  return excess - (FAR * excess * left) / (FAR + excess - excess * left);
}
