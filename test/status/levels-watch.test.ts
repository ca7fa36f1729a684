import { describe, expect, test } from 'bun:test';
import type { LevelsReport } from '../../src/base/levels-report.ts';
import { isReportOf, levelsInWords, LevelsWatch, type LevelsNews } from '../../src/status/levels-watch.ts';
import { DARK } from '../support/operator-log.ts';

const MS = 1_000_000n;
const SWAPPED = { asRead: 0.91, swapped: 0.3 };

/** A source whose levels are told once a second, in the hands of a test. */
class WatchedLevels {
  readonly watch: LevelsWatch;
  nowMs = 5_000;

  constructor(isFullRange = true) {
    this.watch = new LevelsWatch(isFullRange);
  }

  look(changes: Partial<LevelsReport>): LevelsNews | undefined {
    return this.watch.look({ ...DARK, ...changes }, BigInt(this.nowMs) * MS);
  }

  /** What was said in so many seconds. */
  run(seconds: number, changes: Partial<LevelsReport> = {}): LevelsNews[] {
    const said = [];
    for (let second = 0; second < seconds; second += 1) {
      const news = this.look(changes);
      if (news) said.push(news);
      this.nowMs += 1_000;
    }
    return said;
  }
}

function isSaid(seen: LevelsReport['seen'], maxSample = 65_535): boolean {
  return new WatchedLevels().run(11, { seen, maxSample }).length > 0;
}

/** The warning on a part of the range. */
function words(low: number, high: number, pixelFormat: string, maxSample = 65_535): string {
  return levelsInWords({ kind: 'narrow', seen: { low, high }, maxSample }, pixelFormat);
}

/** The format that a warning names. */
function formatIn(text: string): string | undefined {
  return /COSMOS_VIDEO_FORMAT=(.*)$/.exec(text)?.[1];
}

describe('frames that use little of the range', () => {
  test('are spoken of once 10 s of them were seen, not before', () => {
    const levels = new WatchedLevels();
    expect(levels.run(10)).toEqual([]);
    levels.nowMs -= 1;
    expect(levels.look({})).toBeUndefined();
    levels.nowMs += 1;
    expect(levels.look({})).toEqual({ kind: 'narrow', seen: DARK.seen, maxSample: 65_535 });
  });

  test('are not spoken of where all samples are the same: no window would show more', () => {
    expect(isSaid({ low: 30_840, high: 30_840 })).toBe(false);
    expect(isSaid({ low: 30_840, high: 30_841 })).toBe(true);
  });

  test.each([
    [65_535, 8_192],
    [4_095, 512],
    [255, 32],
  ])('are those with less than an eighth of it, of %d', (maxSample, eighth) => {
    expect(isSaid({ low: 7, high: 7 + eighth - 1 }, maxSample)).toBe(true);
    expect(isSaid({ low: 7, high: 7 + eighth }, maxSample)).toBe(false);
    expect(isSaid({ low: maxSample - eighth + 1, high: maxSample }, maxSample)).toBe(true);
    expect(isSaid({ low: maxSample - eighth, high: maxSample }, maxSample)).toBe(false);
  });

  test('are judged by all that was seen in that time, and named with it', () => {
    const levels = new WatchedLevels();
    levels.run(5, { seen: { low: 1_000, high: 2_000 } });
    levels.run(1, { seen: { low: 900, high: 1_500 } });
    expect(levels.run(5, { seen: { low: 1_200, high: 2_300 } })).toMatchObject([
      { seen: { low: 900, high: 2_300 } },
    ]);
  });

  test('are not spoken of where there was a bright one among them, but 10 s later', () => {
    const levels = new WatchedLevels();
    levels.run(5);
    levels.run(1, { seen: { low: 300, high: 9_000 } });
    expect(levels.run(5)).toEqual([]);
    expect(levels.run(10)).toEqual([]);
    expect(levels.run(1)).toHaveLength(1);
  });

  test('are spoken of once an hour while they last', () => {
    expect(new WatchedLevels().run(4 * 3_600)).toHaveLength(4);
  });

  test.each([
    [3_599_999, 0],
    [3_600_000, 1],
  ])('that are judged again %d ms after they were spoken of are spoken of %d times', (afterMs, times) => {
    const levels = new WatchedLevels();
    expect(levels.run(11)).toHaveLength(1);
    const saidMs = levels.nowMs - 1_000;
    levels.nowMs = saidMs + afterMs - 10_000;
    expect(levels.run(11)).toHaveLength(times);
  });

  test('are spoken of at once where they were good for hours', () => {
    const levels = new WatchedLevels();
    expect(levels.run(7_200, { seen: { low: 0, high: 65_535 } })).toEqual([]);
    expect(levels.run(22)).toHaveLength(1);
  });

  test('are not judged by one that comes after a pause', () => {
    const levels = new WatchedLevels();
    levels.run(11, { seen: { low: 0, high: 65_535 } });
    levels.nowMs += 60_000;
    expect(levels.run(10)).toEqual([]);
  });

  test('are what was asked for with a window', () => {
    expect(new WatchedLevels(false).run(7_200)).toEqual([]);
  });
});

describe('a picture that is far smoother with its bytes swapped', () => {
  test.each([true, false])('is spoken of after 10 s, and once an hour (full range: %p)', (isFullRange) => {
    const levels = new WatchedLevels(isFullRange);
    expect(levels.run(10, { roughness: SWAPPED })).toEqual([]);
    expect(levels.run(1, { roughness: SWAPPED })).toMatchObject([{ kind: 'byte-order' }]);
    expect(levels.run(3_590, { roughness: SWAPPED })).toEqual([]);
    expect(levels.run(22, { roughness: SWAPPED })).toHaveLength(1);
  });

  test('is so by more than three times, in the mean of the 10 s', () => {
    const wide = { seen: { low: 0, high: 65_535 } };
    expect(new WatchedLevels().run(11, { ...wide, roughness: { asRead: 0.75, swapped: 0.25 } })).toEqual([]);
    const smoother = { asRead: 0.76, swapped: 0.25 };
    expect(new WatchedLevels().run(11, { ...wide, roughness: smoother })).toHaveLength(1);
    const levels = new WatchedLevels();
    levels.run(8, { ...wide, roughness: { asRead: 1, swapped: 0.25 } });
    expect(levels.run(3, { ...wide, roughness: { asRead: 0, swapped: 0.25 } })).toEqual([]);
  });

  test('has no numbers of samples that mean anything: they are not spoken of, nor later in that hour', () => {
    const levels = new WatchedLevels();
    expect(levels.run(3_000, { roughness: SWAPPED }).map(({ kind }) => kind)).toEqual(['byte-order']);
    expect(levels.run(22).map(({ kind }) => kind)).toEqual(['narrow']);
  });

  test('is none of one byte, nor one without any roughness', () => {
    const { roughness: _, ...bytes } = { ...DARK, maxSample: 255, seen: { low: 0, high: 255 } };
    const watch = new LevelsWatch(true);
    for (let second = 0n; second < 30n; second += 1n) {
      expect(watch.look(bytes, second * 1_000n * MS)).toBeUndefined();
    }
    const flat = { seen: { low: 0, high: 65_535 }, roughness: { asRead: 0, swapped: 0 } };
    expect(new WatchedLevels().run(30, flat)).toEqual([]);
  });
});

describe('the words on a narrow range', () => {
  test('name what was seen, what it looks like, and what helps', () => {
    expect(words(310, 3_970, 'gray16be')).toBe(
      '99 % of the samples lie between 310 and 3970 of 65535, the video is nearly black: ' +
        'set COSMOS_VIDEO_LEVELS=auto, or COSMOS_VIDEO_FORMAT=gray12be',
    );
    expect(words(230, 250, 'gray', 255)).toBe(
      '99 % of the samples lie between 230 and 250 of 255, the video is nearly white: set COSMOS_VIDEO_LEVELS=auto',
    );
  });

  test('call black and white what has its middle in the eighth at that end', () => {
    expect(words(8_190, 8_192, 'gray16le')).toContain('the video is nearly black:');
    expect(words(8_191, 8_193, 'gray16le')).toContain('the video is nearly one gray:');
    expect(words(57_342, 57_344, 'gray16le')).toContain('the video is nearly one gray:');
    expect(words(57_343, 57_345, 'gray16le')).toContain('the video is nearly white:');
  });

  test.each([
    [0, 511, 'gray16le', 'gray9le'],
    [0, 512, 'gray16le', 'gray10le'],
    [0, 1_023, 'gray16', 'gray10'],
    [0, 1_024, 'gray16be', 'gray12be'],
    [0, 4_095, 'y16be', 'gray12be'],
    [0, 4_096, 'gray16be', 'gray14be'],
    [8_193, 16_383, 'gray16be', 'gray14be'],
    [3_583, 4_095, 'gray16be', 'gray12be'],
    [447, 511, 'gray16be', 'gray9be'],
    [0, 500, 'gray14be', 'gray9be'],
    [0, 500, 'gray12', 'gray9'],
    [0, 100, 'gray10le', 'gray9le'],
  ])('name the format of the fewest bits that hold %d to %d of %s', (low, high, present, better) => {
    expect(formatIn(words(low, high, present))).toBe(better);
  });

  test.each([
    [12_000, 16_384, 'gray16be'],
    [0, 63, 'gray16be'],
    [448, 511, 'gray16be'],
    [3_584, 4_095, 'gray16be'],
    [600, 700, 'gray10le'],
    [0, 20, 'gray9le'],
    [0, 20, 'gray'],
    [0, 20, 'ya8'],
    [0, 4_000, 'ya16be'],
  ])('name none that would hold %d to %d of %s no better', (low, high, present) => {
    expect(formatIn(words(low, high, present))).toBeUndefined();
  });
});

describe('the words on the byte order', () => {
  test.each([
    ['gray16be', 'gray16le'],
    ['gray16le', 'gray16be'],
    ['gray16', 'gray16be'],
    ['gray12be', 'gray12le'],
    ['ya16le', 'ya16be'],
  ])('of %s name %s', (present, other) => {
    const news = { kind: 'byte-order', roughness: { asRead: 9.1, swapped: 0.9 } } as const;
    expect(levelsInWords(news, present)).toBe(
      'the picture is 10 times smoother with the bytes of each sample swapped: the byte order is probably wrong; ' +
        `set COSMOS_VIDEO_FORMAT=${other}`,
    );
  });

  test('have a number also where the swapped picture has no roughness at all', () => {
    const news = { kind: 'byte-order', roughness: { asRead: 1, swapped: 0 } } as const;
    expect(levelsInWords(news, 'gray16le')).toStartWith('the picture is over 100 times smoother with');
  });
});

test('a report can be one of a gray format with that largest sample', () => {
  expect(isReportOf(DARK, 'gray16be')).toBe(true);
  expect(isReportOf(DARK, 'gray12be')).toBe(false);
  expect(isReportOf(DARK, 'rgb24')).toBe(false);
});
