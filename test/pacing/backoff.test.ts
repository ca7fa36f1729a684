import { describe, expect, test } from 'bun:test';
import { Backoff } from '../../src/pacing/backoff.ts';

describe('the waiting times', () => {
  test('double from the first to the longest and stay there', () => {
    const backoff = new Backoff(500, 30_000);
    expect(Array.from({ length: 9 }, () => backoff.nextMs())).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  test('begin anew after a reset', () => {
    const backoff = new Backoff(200, 5_000);
    for (let failure = 0; failure < 5; failure += 1) backoff.nextMs();
    backoff.reset();
    expect([backoff.nextMs(), backoff.nextMs()]).toEqual([200, 400]);
  });
});
