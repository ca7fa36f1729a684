import { expect, test } from 'bun:test';
import { TickSchedule } from '../../src/pacing/tick-schedule.ts';

test.each([
  [30_000, 1_001, 10_000_000],
  [2_997, 100, 1_000_000],
  [24, 1, 1_000_000],
  [1, 7, 1_000_000],
])(
  'the ticks of a long time at %d/%d are due at the exact time, all %d of them',
  (numerator, denominator, count) => {
    const rate = { numerator: BigInt(numerator), denominator: BigInt(denominator) };
    const schedule = new TickSchedule(rate, 0n);
    // The exact time of a tick is whole + rest / numerator nanoseconds: two integers small enough to be added exactly.
    const stepWhole = Math.floor((denominator * 1e9) / numerator);
    const stepRest = denominator * 1e9 - stepWhole * numerator;
    let [whole, rest, wrong] = [0, 0, 0];
    for (let tick = 0; tick < count; tick += 1) {
      const { kind, lagNs } = schedule.advance(BigInt(whole));
      if (kind !== 'regular' || lagNs !== 0n) wrong += 1;
      whole += stepWhole;
      rest += stepRest;
      if (rest >= numerator) [whole, rest] = [whole + 1, rest - numerator];
    }
    expect(wrong).toBe(0);
    expect(schedule.dueNs).toBe((BigInt(count) * 1_000_000_000n * rate.denominator) / rate.numerator);
  },
  30_000,
);
