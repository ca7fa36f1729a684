import { describe, expect, test } from 'bun:test';
import { RetryRule, type Attempt } from '../../src/outputs/retry-rule.ts';

const REFUSED: Attempt = { kind: 'not-opened', tookMs: 30 };
const UNANSWERED: Attempt = { kind: 'not-opened', tookMs: 3_000 };
const CLOSED_AT_ONCE: Attempt = { kind: 'broken', heldMs: 1_900 };
const HELD: Attempt = { kind: 'broken', heldMs: 2_000 };

function waits(attempts: readonly Attempt[], random: number): number[] {
  const rule = new RetryRule(() => random);
  return attempts.map((attempt) => rule.waitMs(attempt));
}

describe('the wait before a way is opened again', () => {
  test.each([REFUSED, CLOSED_AT_ONCE])('doubles after %o, up to 5 s', (attempt) => {
    expect(waits([attempt, attempt, attempt, attempt, attempt], 0)).toEqual([
      1_250, 2_500, 5_000, 5_000, 5_000,
    ]);
  });

  test('is a second or more, but once after a way that has held', () => {
    expect(waits([HELD, REFUSED, HELD, REFUSED], 1)).toEqual([0, 1_000, 0, 1_000]);
  });

  test('is short after an attempt that nobody has answered, however many there were', () => {
    const unanswered = Array.from({ length: 20 }, () => UNANSWERED);
    const found = waits([REFUSED, REFUSED, ...unanswered, REFUSED], 0);
    expect(found.slice(2, -1)).toEqual(Array<number>(20).fill(500));
    expect(found.at(-1)).toBe(1_250);
  });

  test('is spread by chance', () => {
    expect(waits([REFUSED, UNANSWERED], 0.5)).toEqual([1_125, 450]);
  });
});
