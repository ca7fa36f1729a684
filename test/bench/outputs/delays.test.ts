import { describe, expect, test } from 'bun:test';
import { livenessAfter } from './liveness.ts';
import { spanDelay } from './slices.ts';

/** Frames 40 ms apart from 0 on, with the delay of each. */
const delays = (...delaysMs: number[]) =>
  delaysMs.map((delayMs, number) => ({ number, addedMs: number * 40, delayMs }));

describe('pictures in a span of time', () => {
  test('are those whose frame was added in it, whole and in parts', () => {
    const span = spanDelay(delays(9, 10, 12, 20, 22, 30, 99), 40, 240, 80);
    expect(span).toEqual({
      pictures: 5,
      delay: { p50Ms: 20, p99Ms: 30, maxMs: 30 },
      mediansMs: [10, 20, 30],
      p99sMs: [12, 22, 30],
    });
  });

  test('may be none', () => {
    expect(spanDelay([], 0, 100, 50)).toMatchObject({ pictures: 0, mediansMs: [], p99sMs: [] });
  });
});

describe('a picture after a silence', () => {
  test('is live with the first one that is no older than it may be, as soon as that is there', () => {
    const live = livenessAfter(delays(100, 100, 900, 500, 120, 110), 2, 80, 150);
    expect(live).toEqual({ liveMs: 160 + 120 - 80, oldestMs: 900 });
  });

  test('is never live where all of them are older', () => {
    expect(livenessAfter(delays(100, 900, 900), 1, 40, 150).liveMs).toBeNaN();
  });

  test('is not live by those from before', () => {
    expect(livenessAfter(delays(100, 100), 2, 80, 150)).toEqual({ liveMs: Number.NaN, oldestMs: Number.NaN });
  });
});
