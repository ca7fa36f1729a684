import { describe, expect, test } from 'bun:test';
import { RepeatedFailure } from '../../src/status/repeated-failure.ts';

const SECOND_NS = 1_000_000_000n;

describe('a failure', () => {
  test('is said at once, and again only after a minute, with how many came meanwhile', () => {
    const failure = new RepeatedFailure();
    expect(failure.next('refused', 0n)?.count).toBe(0);
    for (const s of [1n, 30n, 59n]) expect(failure.next('refused', s * SECOND_NS)).toBeUndefined();
    expect(failure.next('refused', 60n * SECOND_NS)).toEqual({ count: 3, areSame: true });
    expect(failure.next('refused', 119n * SECOND_NS)).toBeUndefined();
    expect(failure.next('refused', 120n * SECOND_NS)).toEqual({ count: 1, areSame: true });
  });

  test('is another one by its words, not by its numbers and addresses', () => {
    const failure = new RepeatedFailure();
    failure.next('socket 17 at 0x55d1e3c1: refused', 0n);
    expect(failure.next('socket 8 at 0x55aaaa00: refused', 1n)).toBeUndefined();
    expect(failure.next('socket 8 at 0x55aaaa00: broken', 2n)).toEqual({ count: 1, areSame: false });
  });

  test('that is over is a new one when it comes back', () => {
    const failure = new RepeatedFailure();
    failure.next('refused', 0n);
    failure.next('refused', 1n);
    failure.next('refused', 2n);
    expect(failure.end()).toBe(2);
    expect(failure.end()).toBe(0);
    expect(failure.next('refused', 3n)?.count).toBe(0);
  });

  test('that is forgotten is said again, with those that were held back', () => {
    const failure = new RepeatedFailure();
    failure.next('refused', 0n);
    failure.next('refused', 1n);
    failure.forget();
    expect(failure.next('refused', 2n)).toEqual({ count: 1, areSame: false });
  });
});
