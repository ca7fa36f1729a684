import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { RedisClock } from '../../src/redis/redis-clock.ts';

const HOUR_MS = 3_600_000n;
const SERVER_MS = 1_700_000_000_000n;
const NOW_NS = 5_000_000_000n;

/** A clock that was told, at `NOW_NS`, that the server's time is `SERVER_MS`. */
function measuredClock(): RedisClock {
  const clock = new RedisClock();
  clock.measured(SERVER_MS * 1000n, NOW_NS, NOW_NS);
  return clock;
}

const at = (ms: bigint) => ({ ms, sequence: 0n });

describe("Redis's clock", () => {
  test('tells nothing before it was read', () => {
    const clock = new RedisClock();
    expect(clock.serverMs(NOW_NS)).toBeUndefined();
    expect(clock.writtenNs(at(SERVER_MS), NOW_NS)).toBeUndefined();
  });

  test('goes on as ours does', () => {
    const clock = measuredClock();
    expect(clock.serverMs(NOW_NS)).toBe(SERVER_MS);
    expect(clock.serverMs(NOW_NS + 250n * NS_PER_MS)).toBe(SERVER_MS + 250n);
  });

  test('is taken to have been read half way between question and answer', () => {
    const clock = new RedisClock();
    clock.measured(SERVER_MS * 1000n, NOW_NS, NOW_NS + 8n * NS_PER_MS);
    expect(clock.serverMs(NOW_NS + 4n * NS_PER_MS)).toBe(SERVER_MS);
  });

  test('counts the microseconds', () => {
    const clock = new RedisClock();
    clock.measured(SERVER_MS * 1000n + 999n, NOW_NS, NOW_NS);
    expect(clock.serverMs(NOW_NS)).toBe(SERVER_MS);
    expect(clock.serverMs(NOW_NS + 1_000n)).toBe(SERVER_MS + 1n);
  });

  test('the last reading counts', () => {
    const clock = measuredClock();
    clock.measured((SERVER_MS - 500n) * 1000n, NOW_NS, NOW_NS);
    expect(clock.serverMs(NOW_NS)).toBe(SERVER_MS - 500n);
  });

  test('gives an entry its time on our clock', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -HOUR_MS, max: HOUR_MS }), (ageMs) => {
        const writtenNs = measuredClock().writtenNs(at(SERVER_MS - ageMs), NOW_NS);
        expect(writtenNs).toBe(NOW_NS - ageMs * NS_PER_MS);
      }),
    );
  });

  test.each([
    ['a counter', 12_345n],
    ['microseconds', SERVER_MS * 1000n],
    ['seconds', SERVER_MS / 1000n],
    ['more than an hour ago', SERVER_MS - HOUR_MS - 1n],
    ['more than an hour ahead', SERVER_MS + HOUR_MS + 1n],
  ])('knows no time of an id that is %s', (_, ms) => {
    expect(measuredClock().writtenNs(at(ms), NOW_NS)).toBeUndefined();
  });
});
