import { describe, expect, test } from 'bun:test';
import type { LevelsSettings, Palette } from '../../src/config/config.ts';
import { curveFactors } from '../../src/levels/factors.ts';
import { CURVE_LENGTH } from '../../src/levels/window.ts';
import { tablesOf } from './curve-tables.ts';
import { expectedPicture } from './expected-picture.ts';
import { expectSame, feed, LevelsStage } from './levels-stage.ts';
import { seeded } from './scene.ts';

const COLOURED = ['iron', 'viridis', 'inferno'] as const;
const WINDOW = { low: 5_000, high: 50_000 };
const FIXED: Pick<LevelsSettings, 'window'> = {
  window: { kind: 'fixed', low: { value: 5_000, unit: 'samples' }, high: { value: 50_000, unit: 'samples' } },
};
const SIZES = [
  { widthPx: 64, heightPx: 48 },
  { widthPx: 17, heightPx: 33 },
  { widthPx: 31, heightPx: 16 },
  { widthPx: 34, heightPx: 17 },
  // Chroma is made of some lines at a time.
  { widthPx: 1_281, heightPx: 207 },
];

function randomFrame(stage: LevelsStage): Uint8Array {
  const random = seeded(1);
  return stage.frame(() => random() * 60_000);
}

function chromaOf(picture: Uint8Array): Uint8Array {
  return picture.subarray((picture.length * 2) / 3);
}

function isNeutral(picture: Uint8Array): boolean {
  return chromaOf(picture).every((chroma) => chroma === 128);
}

/** What becomes of the sample in the middle of the range. */
function middleLuma(settings: Partial<LevelsSettings>): number | undefined {
  using stage = new LevelsStage({ widthPx: 16, heightPx: 16, settings });
  return stage.picture(stage.frame(() => 32_768))[0];
}

describe('gamma', () => {
  test.each([0.2, 0.45, 2.2, 5])('of %d bends the luma, and leaves the picture gray', (gamma) => {
    for (const size of SIZES) {
      using stage = new LevelsStage({ ...size, settings: { ...FIXED, gamma } });
      const frame = randomFrame(stage);
      const curve = tablesOf({ gamma }).luma;
      const picture = stage.picture(frame);
      expectSame(picture, expectedPicture(frame, stage, { window: WINDOW, curve }));
      expect(isNeutral(picture)).toBe(true);
    }
  });

  test('brightens the middle above 1, whichever end is white', () => {
    expect(middleLuma({ gamma: 2 })).toBe(16 + Math.round(219 * Math.SQRT1_2));
    expect(middleLuma({ gamma: 2, palette: 'inverted' })).toBe(16 + Math.round(219 * (1 - Math.SQRT1_2)));
    expect(middleLuma({ gamma: 0.5 })).toBe(16 + Math.round(219 / 4));
  });
});

describe.each(COLOURED)('the palette %s', (palette) => {
  test('gives the picture of the reference at every size, chroma at half the resolution', () => {
    for (const size of SIZES) {
      using stage = new LevelsStage({ ...size, settings: { ...FIXED, palette } });
      const frame = randomFrame(stage);
      const colours = tablesOf({ palette });
      const mapping = { window: WINDOW, curve: colours.luma, colours };
      expectSame(stage.picture(frame, [999]), expectedPicture(frame, stage, mapping));
    }
  });

  test('has its colours where samples are even', () => {
    using stage = new LevelsStage({ widthPx: 128, heightPx: 64, settings: { ...FIXED, palette } });
    // Each 2x2 pixels have another sample, from one end of the window to the other.
    const sampleOf = (block: number) => WINDOW.low + (block * 45_000) / (64 * 32 - 1);
    const picture = stage.picture(stage.frame((x, y) => sampleOf((y >> 1) * 64 + (x >> 1))));
    const chroma = chromaOf(picture);
    const tables = tablesOf({ palette });
    const { low, span } = curveFactors(WINDOW);
    for (let block = 0; block < 64 * 32; block += 1) {
      const place = Math.round(((Math.round(sampleOf(block)) - low) * (CURVE_LENGTH - 1)) / span);
      const [u = 0, v = 0] = [chroma[block], chroma[64 * 32 + block]];
      expect(u).toBeWithin((tables.u[place] ?? 0) - 3, (tables.u[place] ?? 0) + 4);
      expect(v).toBeWithin((tables.v[place] ?? 0) - 3, (tables.v[place] ?? 0) + 4);
    }
  });
});

describe('a reload of the palette', () => {
  const size = { widthPx: 33, heightPx: 20 };

  test('is in force from the next frame on, there and back, and chroma is constant again', () => {
    using stage = new LevelsStage({ ...size, settings: FIXED });
    const frame = randomFrame(stage);
    const gray = expectedPicture(frame, stage, { window: WINDOW });
    for (const palette of ['gray', 'viridis', 'iron', 'inverted', 'inferno', 'gray'] as const) {
      stage.configure({ ...FIXED, palette });
      const picture = stage.picture(frame);
      expect(isNeutral(picture)).toBe(!isColoured(palette));
      if (palette === 'gray') expectSame(picture, gray);
    }
  });

  test('changes no picture that is there already, and not the one that comes in', () => {
    using stage = new LevelsStage({ ...size, settings: FIXED });
    const frame = randomFrame(stage);
    const [gray, coloured, half] = [stage.acquire(), stage.acquire(), stage.acquire()];
    feed(stage.levels.intake(gray), frame);
    const before = stage.pictureIn(gray);
    stage.configure({ ...FIXED, palette: 'iron' });
    feed(stage.levels.intake(coloured), frame);
    const iron = stage.pictureIn(coloured);
    expect(isNeutral(iron)).toBe(false);
    const intake = stage.levels.intake(half);
    feed(intake, frame.subarray(0, 501));
    stage.configure({ ...FIXED, palette: 'gray' });
    feed(intake, frame.subarray(501));
    expectSame(stage.pictureIn(half), iron);
    feed(stage.levels.intake(half), frame);
    expectSame(stage.pictureIn(half), before);
    expectSame(stage.pictureIn(gray), before);
    expectSame(stage.pictureIn(coloured), iron);
  });
});

test('the chroma of a large gray picture is neutral to its end, in few areas', () => {
  using stage = new LevelsStage({ widthPx: 640, heightPx: 481 });
  const slot = stage.acquire();
  feed(
    stage.levels.intake(slot),
    stage.frame(() => 60_000),
  );
  const picture = stage.pictureIn(slot);
  expect(picture.length).toBe(640 * 482 * 1.5);
  expect(isNeutral(picture)).toBe(true);
  expect(stage.levels.areas(slot).length).toBe(1 + Math.ceil((640 * 482) / 2 / 65_536));
});

function isColoured(palette: Palette): boolean {
  return COLOURED.some((coloured) => coloured === palette);
}
