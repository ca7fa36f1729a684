import { describe, expect, test } from 'bun:test';
import { Backoff } from '../../src/base/backoff.ts';

const unshortened = () => 0;

describe('the waiting times', () => {
  test('double from the first to the longest and stay there', () => {
    const backoff = new Backoff(500, 30_000, unshortened);
    expect(Array.from({ length: 9 }, () => backoff.nextMs())).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  test('begin again after a reset', () => {
    const backoff = new Backoff(200, 5_000, unshortened);
    for (let failure = 0; failure < 5; failure += 1) backoff.nextMs();
    backoff.reset();
    expect([backoff.nextMs(), backoff.nextMs()]).toEqual([200, 400]);
  });

  test('are shortened by chance, by a fifth at the most, and differ from one program to the next', () => {
    const firsts = Array.from({ length: 200 }, () => new Backoff(1_000, 30_000).nextMs());
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...firsts)).toBeLessThanOrEqual(1_000);
    expect(new Set(firsts).size).toBeGreaterThan(50);
  });
});
