import { describe, expect, test } from 'bun:test';
import type { LevelsSettings } from '../../src/config/config.ts';
import { damped, widened, type Window } from '../../src/levels/window.ts';
import { expectedPicture } from './expected-picture.ts';
import { expectSame, LevelsStage, lumaOf } from './levels-stage.ts';
import { autoWindow, countsOf, gaussian, seeded } from './scene.ts';

const SIZE = { widthPx: 160, heightPx: 120 };
const MAX_SAMPLE = 65_535;
const DAMPING_MS = 1_000;
const SPAN_SAMPLES = Math.round(MAX_SAMPLE / 100);
const AUTO: Partial<LevelsSettings> = { window: { kind: 'auto', lowPercent: 0.5, highPercent: 99.5 } };
/** The upper lines have the same samples in all frames, from the darkest to the brightest of the scene. */
const WEDGE_LINES = 4;
/** Within this of its target a window counts as settled: a 32nd of its width, and rounding. */
const SETTLED_LUMA = 219 / 32 + 0.5;

/** The samples of a scene with noise, which is another one for each seed, in whole numbers. */
function scene(seed: number, mean: number, deviation: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: SIZE.widthPx * SIZE.heightPx }, (_, index) => {
    const x = index % SIZE.widthPx;
    if (index < WEDGE_LINES * SIZE.widthPx) return Math.round(mean + (x / 80 - 1) * 2 * deviation);
    return Math.round(gaussian(random, mean, deviation));
  });
}

function autoStage(settings: Partial<LevelsSettings> = {}): LevelsStage {
  return new LevelsStage({ ...SIZE, settings: { ...AUTO, ...settings } });
}

/** The same with a thousandth of hot pixels and one of dead ones in every third frame. */
function faultyScene(seed: number, mean: number, deviation: number): number[] {
  const samples = scene(seed, mean, deviation);
  if (seed % 3 > 0) return samples;
  return samples.map((sample, index) => [0, MAX_SAMPLE][(index % 1_000) - 998] ?? sample);
}

/** The window that is aimed at for these samples. */
function targetOf(samples: readonly number[]): Window {
  return widened(autoWindow(countsOf(samples)), SPAN_SAMPLES, MAX_SAMPLE);
}

function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** The largest change of an edge, in output levels. */
function moved(from: Window, to: Window): number {
  const samples = Math.max(Math.abs(to.low - from.low), Math.abs(to.high - from.high));
  return (samples / (from.high - from.low)) * 219;
}

/** How far the wedge changes from one frame to the next at the most. */
function flicker(lumas: readonly Uint8Array[]): number {
  const wedges = lumas.map((luma) => luma.subarray(0, SIZE.widthPx));
  return wedges.reduce((most, wedge, frame) => {
    const before = wedges[frame - 1] ?? wedge;
    return wedge.reduce((farthest, luma, x) => Math.max(farthest, Math.abs(luma - (before[x] ?? 0))), most);
  }, 0);
}

describe('the window of auto', () => {
  test('is made for the first frame of as much of it as there is room for, in whatever pieces it comes', () => {
    using stage = autoStage();
    const samples = scene(1, 3_000, 500).map((sample, index) => sample + index / 2);
    const frame = stage.frameOf(samples);
    const window = targetOf(samples);
    expectSame(stage.picture(frame, [430, 3_001]), expectedPicture(frame, stage, { window }));
    expect(stage.report.window).toEqual(window);
  });

  test('is that of the first piece, where there is no room for the whole frame', () => {
    using stage = new LevelsStage({ widthPx: 640, heightPx: 480, settings: AUTO });
    // The second half is far brighter.
    const frame = stage.frame((x, y) => 3_000 + x + (y < 240 ? 0 : 50_000));
    stage.picture(frame, [430, 3_001]);
    expect(stage.report.window.high).toBeLessThan(4_000);
    stage.picture(frame);
    const [first, last] = lumaOf(stage.picture(frame), stage).filter((_, index) => index % 307_199 === 0);
    expect(first).toBeLessThan(20);
    expect(last).toBeGreaterThan(230);
  });

  test('is that of the frame before, without damping', () => {
    using stage = autoStage({ dampingMs: 0 });
    const scenes = [scene(1, 3_000, 500), scene(2, 40_000, 2_000), scene(3, 41_000, 100)];
    const frames = scenes.map((samples) => stage.frameOf(samples));
    const pictures = frames.map((frame) => stage.picture(frame));
    const targets = scenes.map(targetOf);
    // The first piece is all of the first frame.
    const windows = [targets[0], targets[0], targets[1]];
    for (const [index, window] of windows.entries()) {
      const frame = frames[index] ?? new Uint8Array();
      expectSame(
        pictures[index] ?? frame,
        expectedPicture(frame, stage, { window: window ?? { low: 0, high: 1 } }),
      );
    }
  });

  test('follows in time, by the clock', async () => {
    using stage = autoStage();
    let window: Window | undefined;
    let learntMs = 0;
    for (const [index, afterMs] of [0, 1_100, 1_000, 2_300, 1_000, 60_000].entries()) {
      await stage.clock.advanceMs(afterMs);
      const samples = scene(index, 5_000 + index * 4_000, 300 + index * 100);
      const target = targetOf(samples);
      stage.picture(stage.frameOf(samples));
      window ??= target;
      expect(stage.report.window).toEqual(window);
      window = damped(window, target, stage.clock.nowMs - learntMs, DAMPING_MS);
      learntMs = stage.clock.nowMs;
    }
  });

  test('has the percentiles that are set', () => {
    using stage = autoStage({ window: { kind: 'auto', lowPercent: 10, highPercent: 75 } });
    const samples = scene(4, 9_000, 3_000);
    stage.picture(stage.frameOf(samples));
    expect(stage.report.window).toEqual(autoWindow(countsOf(samples), 10, 75));
    expect(stage.report.clipped.low).toBeWithin(0.095, 0.105);
    expect(stage.report.clipped.high).toBeWithin(0.245, 0.255);
  });
});

describe('a still scene with noise', () => {
  test('does not flicker at 24 frames a second', async () => {
    using stage = autoStage();
    const lumas = await stage.play(24, 72, (frame) => scene(frame, 30_000, 500));
    expect(flicker(lumas)).toBeLessThanOrEqual(1);
    const means = lumas.map(meanOf);
    expect(Math.max(...means) - Math.min(...means)).toBeLessThan(2);
    expect(meanOf(means)).toBeWithin(120, 132);
  });

  test('has a window that moves by less than a level, at 1 frame a second', async () => {
    using stage = autoStage();
    const lumas = await stage.play(1, 60, (frame) => scene(frame, 30_000, 500));
    expect(stage.reports.length).toBe(60);
    const windows = stage.reports.map(({ window }) => window);
    const moves = windows.slice(1).map((window, index) => moved(windows[index] ?? window, window));
    expect(Math.max(...moves)).toBeLessThan(1);
    expect(flicker(lumas)).toBeLessThanOrEqual(1);
  });

  test.each([
    ['gray12le', 100.2, 20],
    ['gray', 100.2, 5],
  ])('does not flicker where a sample is several levels: %s', async (pixelFormat, mean, deviation) => {
    using stage = new LevelsStage({ pixelFormat, ...SIZE, settings: AUTO });
    const lumas = await stage.play(24, 150, (frame) => scene(frame, mean, deviation));
    expect(flicker(lumas)).toBeLessThanOrEqual(1);
  });

  test('in which hot and dead pixels come and go looks like one without them', async () => {
    using stage = autoStage();
    const lumas = await stage.play(24, 72, (frame) => faultyScene(frame, 30_000, 500));
    expect(flicker(lumas)).toBeLessThanOrEqual(1);
    using clean = autoStage();
    const plain = await clean.play(24, 1, (frame) => scene(frame, 30_000, 500));
    expect(flicker([...plain, ...lumas.slice(-1)])).toBeLessThan(SETTLED_LUMA);
  });
});

describe.each([24, 5, 1])('a step of brightness, at %d frames a second', (rateHz) => {
  test.each([
    ['up', { mean: 8_000, deviation: 300 }, { mean: 40_000, deviation: 1_200 }],
    ['down', { mean: 40_000, deviation: 1_200 }, { mean: 8_000, deviation: 300 }],
    ['to little contrast', { mean: 20_000, deviation: 4_000 }, { mean: 21_000, deviation: 200 }],
  ])('%s has settled after three times the damping', async (_, before, after) => {
    using stage = autoStage();
    await stage.play(rateHz, 2, (frame) => scene(frame, before.mean, before.deviation));
    const frames = Math.ceil((3 * DAMPING_MS * rateHz) / 1_000) + 1;
    const lumas = await stage.play(rateHz, frames, (frame) => scene(frame, after.mean, after.deviation));
    using settled = autoStage();
    const [wanted] = await settled.play(rateHz, 1, () => scene(frames - 1, after.mean, after.deviation));
    const [first, last] = [lumas[0], lumas.at(-1)];
    if (!first || !last || !wanted) throw new Error('no frames came');
    // The frame of the step itself is mapped by what was before it.
    expect(flicker([wanted, first])).toBeGreaterThan(50);
    expect(flicker([wanted, last])).toBeLessThan(SETTLED_LUMA);
    expect(Math.abs(meanOf(last) - meanOf(wanted))).toBeLessThan(SETTLED_LUMA);
  });
});

describe('a flat scene', () => {
  test('is not amplified into noise: the window is as wide as the span', async () => {
    using stage = autoStage();
    const lumas = await stage.play(24, 48, (frame) => scene(frame, 30_000, 2));
    const { low, high } = stage.report.window;
    expect(high - low).toBeCloseTo(SPAN_SAMPLES, 6);
    // A deviation of 2 samples is one of 0.7 levels; the middle lies between 125 and 126.
    for (const luma of lumas) {
      expect(Math.min(...luma)).toBeGreaterThan(120);
      expect(Math.max(...luma)).toBeLessThan(131);
    }
  });

  test('in which all samples are the same is one gray', async () => {
    using stage = autoStage();
    const lumas = await stage.play(24, 3, () => scene(0, 30_000, 0));
    const levels = new Set(lumas.flatMap((luma) => Array.from(luma)));
    expect(levels.size).toBe(1);
    expect([125, 126]).toContain([...levels][0] ?? 0);
  });
});

describe('a reload', () => {
  test('to auto begins with the window of the frame before', () => {
    using stage = new LevelsStage({ ...SIZE });
    const samples = scene(1, 3_000, 500);
    const frame = stage.frameOf(samples);
    stage.picture(frame);
    stage.configure(AUTO);
    expectSame(stage.picture(frame), expectedPicture(frame, stage, { window: targetOf(samples) }));
    stage.configure({});
    const full = { low: 0, high: MAX_SAMPLE };
    expectSame(stage.picture(frame), expectedPicture(frame, stage, { window: full }));
  });

  test('of anything else goes on with the window as it is', async () => {
    using stage = autoStage();
    const [before, after] = [scene(1, 3_000, 500), scene(2, 30_000, 1_500)];
    stage.picture(stage.frameOf(before));
    await stage.clock.advanceMs(100);
    stage.picture(stage.frameOf(after));
    stage.configure({ ...AUTO, palette: 'inverted' });
    const window = damped(targetOf(before), targetOf(after), 100, DAMPING_MS);
    const frame = stage.frameOf(after);
    expectSame(stage.picture(frame), expectedPicture(frame, stage, { window, isInverted: true }));
  });
});
