import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { startPhase } from '../../src/pacing/start-phase.ts';

const PERIOD_NS = 41_666_666n;
const NOW_NS = 10_000_000_000n;
const GUARD_NS = 12n * NS_PER_MS;

/** The phase for a newest frame of this age that took so long to fetch. */
function phase(ageMs: number, fetchMs: number, periodNs = PERIOD_NS) {
  const writtenNs = NOW_NS - BigInt(Math.round(ageMs * 1e6));
  const { originNs, isNewestDue } = startPhase(
    { writtenNs, fetchNs: BigInt(Math.round(fetchMs * 1e6)) },
    periodNs,
    NOW_NS,
  );
  return { originNs: originNs - NOW_NS, isNewestDue };
}

describe('the first tick', () => {
  test('comes a little after the newest frame could arrive, if that is still to come', () => {
    expect(phase(3, 2)).toEqual({ originNs: 11n * NS_PER_MS, isNewestDue: true });
    expect(phase(14, 2)).toEqual({ originNs: 0n, isNewestDue: true });
  });

  test('is the one for the frame after it, if that moment is over', () => {
    expect(phase(15, 2)).toEqual({ originNs: PERIOD_NS - NS_PER_MS, isNewestDue: false });
  });

  test('stays in step with a frame that is many periods old', () => {
    const { originNs, isNewestDue } = phase(1_000, 2);
    expect(isNewestDue).toBe(false);
    expect((originNs + 1_000n * NS_PER_MS - 2n * NS_PER_MS - GUARD_NS) % PERIOD_NS).toBe(0n);
  });

  test('keeps a smaller distance where frames come quickly', () => {
    expect(phase(0, 0, 3_000_000n).originNs).toBe(NS_PER_MS);
  });

  test('is due at once where the time of the frame is not known', () => {
    expect(startPhase({ writtenNs: undefined, fetchNs: 5n * NS_PER_MS }, PERIOD_NS, NOW_NS)).toEqual({
      originNs: NOW_NS,
      isNewestDue: true,
    });
  });

  test('is not put off by a frame that says it is from the future', () => {
    expect(phase(-600_000, 2)).toEqual({ originNs: 2n * NS_PER_MS + GUARD_NS, isNewestDue: true });
  });

  test('is never in the past, and never further ahead than it takes for a frame to come', () => {
    const age = fc.integer({ min: -10_000, max: 3_600_000 });
    const periods = fc.bigInt({ min: 4_166_666n, max: 10_000_000_000n });
    fc.assert(
      fc.property(age, fc.integer({ min: 0, max: 500 }), periods, (ageMs, fetchMs, periodNs) => {
        const { originNs } = phase(ageMs, fetchMs, periodNs);
        expect(originNs >= 0n).toBe(true);
        const longestNs = periodNs + BigInt(fetchMs) * NS_PER_MS + GUARD_NS;
        expect(originNs <= longestNs).toBe(true);
      }),
    );
  });
});
