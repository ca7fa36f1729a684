import { describe, expect, test } from 'bun:test';
import type { LevelsSettings } from '../../src/config/config.ts';
import { expectSame, feed, LevelsStage, LINE_BREAK } from './levels-stage.ts';
import { countsOf, gaussian, seeded } from './scene.ts';

const SMALL = { widthPx: 96, heightPx: 64 };
const LARGE = { widthPx: 640, heightPx: 480 };
const AUTO: Pick<LevelsSettings, 'window'> = { window: { kind: 'auto', lowPercent: 0.5, highPercent: 99.5 } };

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

describe('the levels are told', () => {
  test('with the first frame, and then about once a second', async () => {
    using stage = new LevelsStage(SMALL);
    const frame = stage.frame(() => 1_000);
    stage.picture(frame);
    expect(stage.reports.length).toBe(1);
    // Frames 1 to 23 of a second, and the one at its end.
    for (let index = 1; index <= 96; index += 1) {
      await stage.clock.advanceMs(1_000 / 24);
      stage.picture(frame);
    }
    expect(stage.reports.length).toBeWithin(4, 6);
    const before = stage.reports.length;
    for (let index = 0; index < 5; index += 1) {
      await stage.clock.advanceMs(1_500);
      stage.picture(frame);
    }
    expect(stage.reports.length).toBe(before + 5);
  });

  test('not while no whole frame comes', async () => {
    using stage = new LevelsStage(SMALL);
    const frame = stage.frame(() => 1_000);
    for (let index = 0; index < 3; index += 1) {
      await stage.clock.advanceMs(2_000);
      feed(stage.levels.intake(stage.acquire()), frame.subarray(0, frame.length - 1));
    }
    expect(stage.reports).toEqual([]);
  });

  test('once a frame is whole, and not again with its line break', async () => {
    using stage = new LevelsStage(SMALL);
    const intake = stage.levels.intake(stage.acquire());
    feed(
      intake,
      stage.frame(() => 1_000),
    );
    await stage.clock.advanceMs(5_000);
    feed(intake, LINE_BREAK);
    expect(stage.reports.length).toBe(1);
  });
});

describe('a report', () => {
  test('counts each sample of a small frame in its 256th of the range', () => {
    for (const [pixelFormat, bits] of [
      ['gray', 8],
      ['ya8', 8],
      ['gray9be', 9],
      ['gray12le', 12],
      ['ya16be', 16],
    ] as const) {
      using stage = new LevelsStage({ ...SMALL, pixelFormat });
      const random = seeded(bits);
      const samples = Array.from({ length: SMALL.widthPx * SMALL.heightPx }, () =>
        Math.floor(random() ** 2 * 2 ** bits),
      );
      stage.picture(stage.frameOf(samples), [777]);
      expect(stage.report.histogram).toEqual(Array.from(countsOf(samples, bits).coarse));
      expect(stage.report.maxSample).toBe(2 ** bits - 1);
    }
  });

  test('counts about 16,384 samples of a large one, whatever it came in', () => {
    const random = seeded(1);
    const samples = Array.from({ length: LARGE.widthPx * LARGE.heightPx }, () =>
      Math.floor(random() * 65_536),
    );
    const reports = [[], [99_999], [1_001, 7, 40_000]].map((pieces) => {
      using stage = new LevelsStage(LARGE);
      stage.picture(stage.frameOf(samples), pieces);
      return stage.report;
    });
    for (const { histogram, seen } of reports) {
      expect(sum(histogram)).toBeWithin(14_000, 18_000);
      expect(histogram).toEqual(reports[0]?.histogram ?? []);
      expect(seen.low).toBeWithin(200, 500);
      expect(seen.high).toBeWithin(65_000, 65_300);
    }
  });

  test('looks at all columns and lines of a large one', () => {
    using stage = new LevelsStage(LARGE);
    stage.picture(stage.frame((x) => (x * 65_535) / 639));
    const columns = stage.report.histogram;
    // Two or three columns each.
    for (const count of columns) expect(count).toBeWithin(sum(columns) / 512, sum(columns) / 128);
    using other = new LevelsStage(LARGE);
    other.picture(other.frame((_, y) => (y * 65_535) / 479));
    const lines = other.report.histogram;
    for (const count of lines) expect(count).toBeWithin(sum(lines) / 600, sum(lines) / 100);
  });

  test('has the window by which the newest frame is mapped, and the shares that lie outside it', () => {
    const settings: Pick<LevelsSettings, 'window'> = {
      window: {
        kind: 'fixed',
        low: { value: 1_000, unit: 'samples' },
        high: { value: 3_000, unit: 'samples' },
      },
    };
    using stage = new LevelsStage({ ...SMALL, settings });
    // 10 lines of 64 below the window, 5 above it, and some at its very edges.
    stage.picture(stage.frame((_, y) => (y < 10 ? 999 : y < 15 ? 3_001 : y < 30 ? 1_000 : 3_000)));
    expect(stage.report.window).toEqual({ low: 1_000, high: 3_000 });
    expect(stage.report.clipped).toEqual({ low: 10 / 64, high: 5 / 64 });
  });

  test('has what was seen in all frames since the last one, without the odd hot pixel', async () => {
    using stage = new LevelsStage(SMALL);
    const scene = (from: number, to: number) =>
      stage.frame((x, y) => (x === y && x < 20 ? 65_535 : from + ((x * y) % 100) * ((to - from) / 99)));
    stage.picture(scene(5_000, 6_000));
    await stage.clock.advanceMs(400);
    stage.picture(scene(2_000, 2_500));
    await stage.clock.advanceMs(400);
    stage.picture(scene(9_000, 9_900));
    await stage.clock.advanceMs(400);
    stage.picture(scene(5_000, 6_000));
    expect(stage.reports.map(({ seen }) => seen)).toEqual([
      { low: 5_000, high: 6_000 },
      { low: 2_000, high: 9_900 },
    ]);
    await stage.clock.advanceMs(1_000);
    stage.picture(scene(300, 400));
    expect(stage.report.seen).toEqual({ low: 300, high: 400 });
  });

  test('has the newest frame in its histogram, and no other one', async () => {
    using stage = new LevelsStage({ ...SMALL, settings: AUTO });
    stage.picture(stage.frame(() => 5_000));
    await stage.clock.advanceMs(500);
    stage.picture(stage.frame(() => 20_000));
    await stage.clock.advanceMs(500);
    stage.picture(stage.frame(() => 40_000));
    const { histogram } = stage.report;
    expect([histogram[40_000 >> 8], sum(histogram)]).toEqual([
      SMALL.widthPx * SMALL.heightPx,
      SMALL.widthPx * SMALL.heightPx,
    ]);
  });
});

/** A smooth picture of 12 bits with some noise. */
function smoothFrame(stage: LevelsStage, seed = 1): Uint8Array {
  const random = seeded(seed);
  const { widthPx, heightPx } = stage;
  return stage.frame((x, y) =>
    gaussian(random, 2_000 + 1_500 * Math.sin((3 * x) / widthPx) * Math.cos((4 * y) / heightPx), 4),
  );
}

describe('roughness', () => {
  test.each([
    ['gray12le', 'gray12be', LARGE],
    ['gray12be', 'gray12le', LARGE],
    ['gray16be', 'gray16le', LARGE],
    ['gray12le', 'gray12be', { widthPx: 161, heightPx: 121 }],
    ['ya16le', 'ya16be', { widthPx: 80, heightPx: 60 }],
  ])('tells that the bytes of %s are read as %s', (written, read, size) => {
    using right = new LevelsStage({ ...size, pixelFormat: written });
    const frame = smoothFrame(right);
    right.picture(frame);
    using wrong = new LevelsStage({ ...size, pixelFormat: read });
    wrong.picture(frame, [50_001]);
    const [inOrder, swapped] = [right.report.roughness, wrong.report.roughness];
    if (!inOrder || !swapped) throw new Error('roughness was not told');
    expect(inOrder.swapped).toBeGreaterThan(3 * inOrder.asRead);
    expect(swapped.asRead).toBeGreaterThan(3 * swapped.swapped);
  });

  test('of noise is about 1 in both orders', () => {
    using stage = new LevelsStage(LARGE);
    const random = seeded(1);
    stage.picture(stage.frame(() => random() * 65_536));
    const { asRead = 0, swapped = 0 } = stage.report.roughness ?? {};
    expect(asRead).toBeWithin(0.95, 1.05);
    expect(swapped).toBeWithin(0.95, 1.05);
  });

  test('is 0 for a picture of one sample, and absent for samples of one byte', () => {
    using flat = new LevelsStage(SMALL);
    flat.picture(flat.frame(() => 1_234));
    expect(flat.report.roughness).toEqual({ asRead: 0, swapped: 0 });
    for (const pixelFormat of ['gray', 'ya8']) {
      using stage = new LevelsStage({ ...SMALL, pixelFormat });
      stage.picture(stage.frame((x) => x));
      expect(stage.report).not.toHaveProperty('roughness');
    }
  });

  test('is that of the newest frame', async () => {
    using stage = new LevelsStage({ ...SMALL, pixelFormat: 'gray12le' });
    const random = seeded(1);
    const [smooth, noise] = [smoothFrame(stage), stage.frame(() => random() * 4_096)];
    stage.picture(smooth);
    const first = stage.report.roughness;
    expect(first?.asRead).toBeLessThan(0.1);
    await stage.clock.advanceMs(500);
    stage.picture(noise);
    await stage.clock.advanceMs(500);
    stage.picture(smooth);
    expect(stage.report.roughness).toEqual(first);
    await stage.clock.advanceMs(1_000);
    stage.picture(noise);
    expect(stage.report.roughness?.asRead).toBeWithin(0.9, 1.1);
    expect(stage.reports.length).toBe(3);
  });
});

test('bits that samples do not have are counted as the largest sample, and are white', () => {
  using stage = new LevelsStage({ ...SMALL, pixelFormat: 'gray12le' });
  const frame = new Uint8Array(SMALL.widthPx * SMALL.heightPx * 2).fill(0xf0);
  const white = stage.picture(frame);
  expect(stage.report.histogram[255]).toBe(SMALL.widthPx * SMALL.heightPx);
  expect(stage.report.seen).toEqual({ low: 4_095, high: 4_095 });
  expectSame(white, stage.picture(stage.frame(() => 4_095)));
});
