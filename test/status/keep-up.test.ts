import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PRESETS } from '../../src/config/config.ts';
import {
  KeepUpMonitor,
  standstillInWords,
  tooSlowInWords,
  type KeepUpNews,
} from '../../src/status/keep-up.ts';

const RATE_24 = { numerator: 24n, denominator: 1n };
const SECOND_NS = 1_000_000_000n;

const slow = (news: KeepUpNews | undefined) => (news?.kind === 'slow' ? news.fps : undefined);

/** What the monitor said at each second, with so many frames a second. */
function saidAt(monitor: KeepUpMonitor, fps: number, seconds: number, startS = 0, startFrames = 0) {
  return Array.from({ length: seconds + 1 }, (_, second) =>
    monitor.sample(startFrames + Math.floor(second * fps), BigInt(startS + second) * SECOND_NS),
  );
}

describe('an encoder that does not keep up', () => {
  test('is spoken of once it has gone on for 10 s, and only once', () => {
    const said = saidAt(new KeepUpMonitor(RATE_24), 20, 120);
    expect(said.slice(0, 10).every((news) => news === undefined)).toBe(true);
    expect(said[10]).toEqual({ kind: 'slow', fps: 20 });
    expect(said.slice(11).every((news) => news === undefined)).toBe(true);
  });

  test('is spoken of again after it has kept up in between', () => {
    const monitor = new KeepUpMonitor(RATE_24);
    saidAt(monitor, 20, 30);
    expect(saidAt(monitor, 24, 30, 30, 600).some((news) => news !== undefined)).toBe(false);
    expect(saidAt(monitor, 12, 30, 60, 1_320).filter((news) => news !== undefined)).toHaveLength(1);
  });

  test('is not spoken of for what was before the session began', () => {
    const monitor = new KeepUpMonitor(RATE_24);
    saidAt(monitor, 0, 9);
    monitor.restart();
    expect(saidAt(monitor, 24, 30, 10).some((news) => news !== undefined)).toBe(false);
  });

  test('is measured over the last 10 s, whatever went before', () => {
    const monitor = new KeepUpMonitor(RATE_24);
    saidAt(monitor, 24, 600);
    const said = saidAt(monitor, 12, 30, 600, 14_400).filter((news) => news !== undefined);
    expect(said).toHaveLength(1);
    // Said after four seconds of it: a hitch would be over by then.
    expect(slow(said[0])).toBeGreaterThan(18);
    expect(slow(said[0])).toBeLessThan(22);
  });
});

describe('an encoder that keeps up', () => {
  test('is never spoken of, at whatever rate and however unevenly it is looked at', () => {
    const numerator = fc.bigInt({ min: 1n, max: 240_000n });
    const gaps = fc.array(fc.integer({ min: 900, max: 1_400 }), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(numerator, gaps, fc.double({ min: 0, max: 1, noNaN: true }), (value, gapsMs, phase) => {
        const rate = { numerator: value, denominator: 1_000n };
        const monitor = new KeepUpMonitor(rate);
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const frames = Math.floor((nowMs * Number(value)) / 1e6 + phase);
          expect(monitor.sample(frames, BigInt(nowMs) * 1_000_000n)).toBeUndefined();
        }
      }),
    );
  });

  test('is not spoken of for a frame that is a little late', () => {
    expect(saidAt(new KeepUpMonitor(RATE_24), 23.8, 60).some((news) => news !== undefined)).toBe(false);
  });
});

/** Looks a second apart at an ffmpeg that takes its frames, but for the times in `stopsMs`. */
function withStops(monitor: KeepUpMonitor, seconds: number, stopsMs: readonly (readonly [number, number])[]) {
  return Array.from({ length: seconds + 1 }, (_, second) => {
    const nowMs = second * 1_000;
    const stoppedMs = stopsMs.reduce(
      (sum, [from, to]) => sum + Math.max(0, Math.min(nowMs, to) - Math.min(nowMs, from)),
      0,
    );
    return monitor.sample(Math.floor(((nowMs - stoppedMs) * 24) / 1_000), BigInt(nowMs) * 1_000_000n);
  }).filter((news) => news !== undefined);
}

describe('an ffmpeg that is stopped for a while', () => {
  test.each([5_000, 5_400, 8_700, 9_900])('%i ms long stood still, and was not slow', (durationMs) => {
    for (let fromMs = 3_000; fromMs < 24_000; fromMs += 700) {
      const said = withStops(new KeepUpMonitor(RATE_24), 60, [[fromMs, fromMs + durationMs]]);
      expect(said).toHaveLength(1);
      const seconds = said[0]?.kind === 'standstill' ? said[0].seconds : 0;
      expect(Math.abs(seconds - durationMs / 1_000)).toBeLessThan(0.1);
    }
  });

  test('hardly longer than two looks is at most said to have stood still', () => {
    for (let durationMs = 100; durationMs < 3_000; durationMs += 130) {
      for (let fromMs = 3_000; fromMs < 24_000; fromMs += 370) {
        const said = withStops(new KeepUpMonitor(RATE_24), 60, [[fromMs, fromMs + durationMs]]);
        expect(said.map(({ kind }) => kind).join()).toMatch(/^(standstill)?$/);
      }
    }
  });

  test('is slow where it is slow before and after it, too', () => {
    const monitor = new KeepUpMonitor(RATE_24);
    saidAt(monitor, 12, 5);
    saidAt(monitor, 0, 3, 6, 60);
    expect(
      saidAt(monitor, 12, 20, 9, 60)
        .map((news) => news?.kind)
        .filter(Boolean),
    ).toEqual(['standstill', 'slow']);
  });

  test('again and again with a frame in between is far too slow', () => {
    const said = saidAt(new KeepUpMonitor(RATE_24), 0.3, 60).filter((news) => news !== undefined);
    expect(said.some((news) => slow(news) !== undefined)).toBe(true);
  });

  test('says what it may have been, and advises no preset', () => {
    expect(standstillInWords(5.2)).toBe(
      'ffmpeg took no frame for 5 s: it was stopped, or what it writes to was blocked; it goes on now',
    );
  });
});

describe('a program that was held up itself', () => {
  test('says nothing of ffmpeg across the gap', () => {
    const monitor = new KeepUpMonitor(RATE_24);
    saidAt(monitor, 24, 8);
    monitor.discard();
    expect(saidAt(monitor, 24, 30, 13, 192).some((news) => news !== undefined)).toBe(false);
  });
});

describe('the warning', () => {
  test('says by how much it is too slow, and names a faster preset', () => {
    expect(tooSlowInWords(18, RATE_24, 'medium')).toBe(
      'ffmpeg cannot keep up: 18.0 of 24.00 frames a second in the last 10 s (25 % too slow); ' +
        'try COSMOS_VIDEO_CODEC_PRESET=fast instead of medium',
    );
  });

  test('names a preset that is the faster, the slower the encoder was', () => {
    expect(tooSlowInWords(12, RATE_24, 'medium')).toContain('=veryfast instead');
    expect(tooSlowInWords(2, RATE_24, 'medium')).toContain('=ultrafast instead');
    expect(tooSlowInWords(0, RATE_24, 'veryslow')).toContain('=ultrafast instead');
  });

  test('names always one that is faster than the one in use', () => {
    for (const preset of PRESETS.slice(1)) {
      const [, faster = ''] = /=(\w+) instead/.exec(tooSlowInWords(23.9, RATE_24, preset)) ?? [];
      const index = PRESETS.findIndex((name) => name === faster);
      expect(index).toBe(PRESETS.indexOf(preset) - 1);
    }
  });

  test('names other ways out where there is no faster preset', () => {
    const words = tooSlowInWords(18, { numerator: 2_997n, denominator: 100n }, 'ultrafast');
    expect(words).toContain('18.0 of 29.97 frames a second');
    expect(words).toContain('ultrafast is the fastest preset there is: lower COSMOS_VIDEO_FRAMERATE');
  });
});
