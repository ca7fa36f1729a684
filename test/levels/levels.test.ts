import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { maxSample } from '../../src/base/gray-format.ts';
import type { LevelsSettings } from '../../src/config/config.ts';
import { expectedPicture } from './expected-picture.ts';
import { GRAY_FORMATS, grayOf } from './gray-formats.ts';
import { expectSame, feed, LevelsStage, LINE_BREAK } from './levels-stage.ts';
import { seeded } from './scene.ts';

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Odd and even, no multiple of 16 and one, smaller and larger than what is received in one go. */
const SIZES: readonly Size[] = [
  [16, 16],
  [17, 33],
  [31, 16],
  [16, 31],
  [32, 32],
  [33, 47],
  [48, 17],
  [160, 120],
  [255, 257],
  [640, 480],
  [641, 479],
].map(([widthPx = 0, heightPx = 0]) => ({ widthPx, heightPx }));

/** Bytes of any value: samples with bits that their format does not have, and any opacity. */
function randomFrame({ widthPx, heightPx }: Size, pixelFormat: string, seed: number): Uint8Array {
  const random = seeded(seed);
  const length = widthPx * heightPx * grayOf(pixelFormat).pixelBytes;
  return Uint8Array.from({ length }, () => random() * 256);
}

function fullPicture(frame: Uint8Array, pixelFormat: string, size: Size): Uint8Array {
  const gray = grayOf(pixelFormat);
  return expectedPicture(frame, { gray, ...size }, { window: { low: 0, high: maxSample(gray) } });
}

describe.each(GRAY_FORMATS)('%s', (pixelFormat) => {
  test('becomes the picture of the reference at every size', () => {
    for (const size of SIZES) {
      using stage = new LevelsStage({ pixelFormat, ...size });
      const frame = randomFrame(size, pixelFormat, 1);
      expectSame(stage.picture(frame), fullPicture(frame, pixelFormat, size));
    }
  });
});

const SIZE = fc.record({
  widthPx: fc.integer({ min: 16, max: 80 }),
  heightPx: fc.integer({ min: 16, max: 40 }),
});
const PIECES = fc.array(
  fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20_000 })),
  {
    maxLength: 12,
  },
);
/** With the last piece, alone, a byte at a time, or not at all. */
const LINE_BREAKS = fc.constantFrom('with', 'alone', 'apart', 'none');

describe('a frame in pieces', () => {
  test('of any size is the same picture, however its line break comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...GRAY_FORMATS),
        SIZE,
        PIECES,
        LINE_BREAKS,
        fc.integer(),
        (pixelFormat, size, pieces, lineBreak, seed) => {
          using stage = new LevelsStage({ pixelFormat, ...size });
          const slot = stage.acquire();
          // Into the same slot once more: nothing of the first one may be left.
          for (const frame of [
            randomFrame(size, pixelFormat, seed),
            randomFrame(size, pixelFormat, seed + 1),
          ]) {
            const intake = stage.levels.intake(slot);
            feed(intake, lineBreak === 'with' ? Buffer.concat([frame, LINE_BREAK]) : frame, pieces);
            if (lineBreak === 'alone') feed(intake, LINE_BREAK);
            if (lineBreak === 'apart') feed(intake, LINE_BREAK, [1]);
            expectSame(stage.pictureIn(slot), fullPicture(frame, pixelFormat, size));
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('has room for what is left of it with its line break, or for a large part', () => {
    const size = { widthPx: 20, heightPx: 16 };
    using stage = new LevelsStage(size);
    const intake = stage.levels.intake(stage.acquire());
    feed(intake, randomFrame(size, 'gray16le', 1).subarray(0, 639), [213]);
    expect(intake.room().sizeBytes).toBeGreaterThanOrEqual(3);
    using large = new LevelsStage({ widthPx: 640, heightPx: 480 });
    expect(large.levels.intake(large.acquire()).room().sizeBytes).toBeGreaterThanOrEqual(65_536);
  });
});

describe('the picture', () => {
  test('has a size that is even, and is luma with both planes of chroma', () => {
    using stage = new LevelsStage({ widthPx: 17, heightPx: 33 });
    expect(stage.levels.sizeBytes).toBe(18 * 34 * 1.5);
    const picture = stage.picture(stage.frame(() => 65_535));
    expect(picture.length).toBe(stage.levels.sizeBytes);
    const lines = Array.from({ length: 34 }, (_, y) => picture.slice(y * 18, y * 18 + 18));
    for (const [y, line] of lines.entries()) {
      expect(line.subarray(0, 17).every((luma) => luma === (y < 33 ? 235 : 16))).toBe(true);
      expect(line[17]).toBe(16);
    }
    expect(picture.subarray(18 * 34).every((chroma) => chroma === 128)).toBe(true);
  });

  test('of each slot stays as it is while another one is made', () => {
    const size = { widthPx: 33, heightPx: 17 };
    using stage = new LevelsStage(size);
    const slots = [stage.acquire(), stage.acquire(), stage.acquire()];
    const frames = slots.map((_, seed) => randomFrame(size, 'gray16le', seed));
    slots.forEach((slot, index) => feed(stage.levels.intake(slot), frames[index] ?? LINE_BREAK));
    slots.forEach((slot, index) =>
      expectSame(stage.pictureIn(slot), fullPicture(frames[index] ?? LINE_BREAK, 'gray16le', size)),
    );
  });
});

describe('a window', () => {
  const size = { widthPx: 65, heightPx: 40 };
  test.each<readonly [string, Partial<LevelsSettings>, { low: number; high: number }, boolean]>([
    ['in samples', fixed(512, 3_800, 'samples'), { low: 512, high: 3_800 }, false],
    ['in percent', fixed(10, 90, 'percent'), { low: 410, high: 3_686 }, false],
    ['inverted', { ...fixed(512, 3_800, 'samples'), palette: 'inverted' }, { low: 512, high: 3_800 }, true],
    ['of one sample', fixed(2_000, 2_001, 'samples'), { low: 2_000, high: 2_001 }, false],
    ['that reaches beyond the range', fixed(1_000, 9_000, 'samples'), { low: 1_000, high: 4_095 }, false],
    ['of the whole range, inverted', { palette: 'inverted' }, { low: 0, high: 4_095 }, true],
  ])('%s', (_, settings, window, isInverted) => {
    for (const pixelFormat of ['gray12le', 'gray12be']) {
      using stage = new LevelsStage({ pixelFormat, ...size, settings });
      const random = seeded(3);
      const frame = stage.frame(() => random() * 4_095);
      expectSame(stage.picture(frame), expectedPicture(frame, stage, { window, isInverted }));
    }
  });

  test('is kept up to the end of a frame, and another one is in force from the next one on', () => {
    using stage = new LevelsStage({ ...size, settings: fixed(100, 60_000, 'samples') });
    const slot = stage.acquire();
    const frame = randomFrame(size, 'gray16le', 5);
    const other = { ...fixed(30_000, 31_000, 'samples'), palette: 'inverted' } as const;
    const intake = stage.levels.intake(slot);
    feed(intake, frame.subarray(0, 1_001));
    stage.configure(other);
    feed(intake, frame.subarray(1_001));
    const before = expectedPicture(frame, stage, { window: { low: 100, high: 60_000 } });
    expectSame(stage.pictureIn(slot), before);
    const window = { low: 30_000, high: 31_000 };
    expectSame(stage.picture(frame), expectedPicture(frame, stage, { window, isInverted: true }));
    // The one before is what it was.
    expectSame(stage.pictureIn(slot), before);
  });
});

describe('an intake in whose place another one was begun', () => {
  const size = { widthPx: 40, heightPx: 30 };

  test('has no effect any more', () => {
    using stage = new LevelsStage(size);
    const [lost, slot] = [stage.acquire(), stage.acquire()];
    const replaced = stage.levels.intake(lost);
    feed(replaced, randomFrame(size, 'gray16le', 1).subarray(0, 1_001));
    const begun = stage.pictureIn(lost);
    const frame = randomFrame(size, 'gray16le', 2);
    const intake = stage.levels.intake(slot);
    for (let at = 0; at < frame.length; at += 333) {
      feed(intake, frame.subarray(at, at + 333));
      replaced.took(500);
    }
    expectSame(stage.pictureIn(slot), fullPicture(frame, 'gray16le', size));
    expectSame(stage.pictureIn(lost), begun);
    expect(stage.reports.length).toBe(1);
    expect(stage.report.histogram.reduce((sum, count) => sum + count, 0)).toBe(1_200);
  });

  test('of the same slot leaves nothing in it', () => {
    using stage = new LevelsStage(size);
    const slot = stage.acquire();
    feed(stage.levels.intake(slot), randomFrame(size, 'gray16le', 1).subarray(0, 1_001));
    const frame = randomFrame(size, 'gray16le', 2);
    feed(stage.levels.intake(slot), frame, [700]);
    expectSame(stage.pictureIn(slot), fullPicture(frame, 'gray16le', size));
  });
});

function fixed(low: number, high: number, unit: 'samples' | 'percent'): Pick<LevelsSettings, 'window'> {
  return { window: { kind: 'fixed', low: { value: low, unit }, high: { value: high, unit } } };
}
