import { describe, expect, test } from 'bun:test';
import type { LevelsSettings } from '../../src/config/config.ts';
import { dampedCurve, equalise } from '../../src/levels/equalise.ts';
import { CURVE_LENGTH, damped, widened, type Window } from '../../src/levels/window.ts';
import { bentLuma, tablesOf } from './curve-tables.ts';
import { expectedPicture } from './expected-picture.ts';
import { expectSame, LevelsStage, lumaOf } from './levels-stage.ts';
import { autoWindow, countsOf, gaussian, seeded } from './scene.ts';

const SIZE = { widthPx: 160, heightPx: 120 };
const MAX_SAMPLE = 65_535;
const DAMPING_MS = 1_000;
const EQUALISE: Partial<LevelsSettings> = { window: { kind: 'equalise' } };
/** The first line has the same samples in all frames, over more than what is in the scene. */
const WEDGE_STEP = 150;

/** Two kinds of things, of which each has little contrast, with noise that is another one for each seed. */
function scene(seed: number, dark: number, bright: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: SIZE.widthPx * SIZE.heightPx }, (_, index) => {
    const x = index % SIZE.widthPx;
    if (index < SIZE.widthPx) return 18_000 + x * WEDGE_STEP;
    return Math.round(gaussian(random, x < SIZE.widthPx / 2 ? dark : bright, 300));
  });
}

function equaliseStage(settings: Partial<LevelsSettings> = {}): LevelsStage {
  return new LevelsStage({ ...SIZE, settings: { ...EQUALISE, ...settings } });
}

function windowOf(samples: readonly number[]): Window {
  return widened(autoWindow(countsOf(samples)), MAX_SAMPLE / 100, MAX_SAMPLE);
}

function curveOf(samples: readonly number[], window: Window): Float32Array {
  const curve = new Float32Array(CURVE_LENGTH);
  equalise(countsOf(samples), window, curve);
  return curve;
}

/** How far two pictures are from one another in the wedge, which is the same in both frames. */
function distance(one: Uint8Array | undefined, other: Uint8Array | undefined): number {
  const wedge = Array.from({ length: SIZE.widthPx }, (_, x) =>
    Math.abs((one?.[x] ?? 0) - (other?.[x] ?? 255)),
  );
  return Math.max(...wedge);
}

describe('equalise', () => {
  test('maps a frame by the curve of the one before it, and the first one by that of its first piece', () => {
    using stage = equaliseStage({ dampingMs: 0 });
    const scenes = [scene(1, 20_000, 40_000), scene(2, 25_000, 30_000), scene(3, 20_000, 50_000)];
    const [first = []] = scenes;
    for (const [index, samples] of scenes.entries()) {
      const learnt = scenes[index - 1] ?? first;
      const window = windowOf(learnt);
      const frame = stage.frameOf(samples);
      const curve = bentLuma(curveOf(learnt, window));
      expectSame(stage.picture(frame), expectedPicture(frame, stage, { window, curve }));
    }
  });

  test('follows in time, window and curve', async () => {
    using stage = equaliseStage();
    const [before, after] = [scene(1, 20_000, 40_000), scene(2, 30_000, 42_000)];
    stage.picture(stage.frameOf(before));
    await stage.clock.advanceMs(200);
    stage.picture(stage.frameOf(after));
    const window = damped(windowOf(before), windowOf(after), 200, DAMPING_MS);
    const curve = curveOf(before, windowOf(before));
    dampedCurve(curve, curveOf(before, windowOf(before)), 0, DAMPING_MS);
    dampedCurve(curve, curveOf(after, window), 200, DAMPING_MS);
    const frame = stage.frameOf(after);
    expectSame(stage.picture(frame), expectedPicture(frame, stage, { window, curve: bentLuma(curve) }));
  });

  test('gives things of little contrast more of it than auto does, and keeps the order of samples', () => {
    const samples = scene(1, 20_000, 40_000);
    const [equalised, even] = [
      EQUALISE,
      { window: { kind: 'auto', lowPercent: 0.5, highPercent: 99.5 } } as const,
    ].map((settings) => {
      using stage = new LevelsStage({ ...SIZE, settings });
      return lumaOf(stage.picture(stage.frameOf(samples)), stage);
    });
    if (!equalised || !even) throw new Error('there is no picture');
    expect(darkContrast(equalised) / darkContrast(even)).toBeWithin(3, 4.2);
    const order = samples
      .map((sample, index) => ({ sample, luma: equalised[index] ?? 0 }))
      .toSorted((a, b) => a.sample - b.sample);
    expect(order.every(({ luma }, index) => luma >= (order[index - 1]?.luma ?? 0))).toBe(true);
  });

  test.each([24, 1])(
    'does not flicker on a still scene with noise, at %d frames a second',
    async (rateHz) => {
      using stage = equaliseStage();
      const lumas = await stage.play(rateHz, 48, (frame) => scene(frame, 20_000, 40_000));
      const steps = lumas.map((luma, frame) => distance(luma, lumas[frame - 1] ?? luma));
      expect(Math.max(...steps)).toBeLessThanOrEqual(1);
    },
  );

  test.each([24, 1])('has settled after three times the damping, at %d frames a second', async (rateHz) => {
    using stage = equaliseStage();
    await stage.play(rateHz, 2, (frame) => scene(frame, 20_000, 40_000));
    const frames = (3 * DAMPING_MS * rateHz) / 1_000 + 1;
    const lumas = await stage.play(rateHz, frames, (frame) => scene(frame, 30_000, 31_000));
    using settled = equaliseStage();
    const [wanted] = await settled.play(rateHz, 1, () => scene(frames - 1, 30_000, 31_000));
    expect(distance(wanted, lumas[0])).toBeGreaterThan(50);
    expect(distance(wanted, lumas.at(-1))).toBeLessThanOrEqual(4);
  });

  test('takes over another gamma and palette with the curve as it is', () => {
    using stage = equaliseStage();
    const samples = scene(1, 20_000, 40_000);
    const frame = stage.frameOf(samples);
    stage.picture(frame);
    const window = windowOf(samples);
    const curve = curveOf(samples, window);
    for (const settings of [{ gamma: 2 }, { palette: 'inverted' }] as const) {
      stage.configure({ ...EQUALISE, ...settings });
      const mapping = { window, curve: bentLuma(curve, tablesOf(settings)) };
      expectSame(stage.picture(frame), expectedPicture(frame, stage, mapping));
    }
    const iron = { palette: 'iron', gamma: 0.5 } as const;
    stage.configure({ ...EQUALISE, ...iron });
    const colours = tablesOf(iron);
    const mapping = { window, curve: bentLuma(curve, colours), colours };
    expectSame(stage.picture(frame), expectedPicture(frame, stage, mapping));
  });
});

/** The standard deviation of the luma of all that is dark. */
function darkContrast(luma: Uint8Array): number {
  const dark = luma.filter((_, index) => index >= SIZE.widthPx && index % SIZE.widthPx < SIZE.widthPx / 2);
  const mean = dark.reduce((sum, level) => sum + level, 0) / dark.length;
  return Math.sqrt(dark.reduce((sum, level) => sum + (level - mean) ** 2, 0) / dark.length);
}
