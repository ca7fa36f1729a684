import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { FrameRate } from '../../src/base/frame-rate.ts';
import { TickSchedule, type Tick } from '../../src/pacing/tick-schedule.ts';

const RATE_24: FrameRate = { numerator: 24n, denominator: 1n };
const PERIOD_NS = 41_666_666n;
const MS = 1_000_000n;
/** Past this lag, ticks are given up. */
const MAX_LAG_NS = 1_000n * MS;

function kinds(ticks: readonly Tick[]): string[] {
  return ticks.map(({ kind }) => kind);
}

/** Does every tick that is due at `nowNs`. */
function catchUp(schedule: TickSchedule, nowNs: bigint): Tick[] {
  const ticks: Tick[] = [];
  while (schedule.dueNs <= nowNs) ticks.push(schedule.advance(nowNs));
  return ticks;
}

/** The ticks of a minute in which every frame takes `writeMs` to be written. */
function overloaded(writeMs: number): Tick[] {
  const schedule = new TickSchedule(RATE_24, 0n);
  const ticks: Tick[] = [];
  for (let nowMs = 0; nowMs < 60_000; nowMs += writeMs) {
    const nowNs = BigInt(nowMs) * MS;
    if (schedule.dueNs <= nowNs) ticks.push(schedule.advance(nowNs));
  }
  return ticks;
}

describe('a tick', () => {
  test('is first due at the origin', () => {
    expect(new TickSchedule(RATE_24, 123n).dueNs).toBe(123n);
  });

  test('is regular when it is on time or late by less than a period', () => {
    const schedule = new TickSchedule(RATE_24, 0n);
    expect(schedule.advance(0n)).toEqual({ kind: 'regular', lagNs: 0n });
    expect(schedule.advance(PERIOD_NS + 40n * MS)).toEqual({ kind: 'regular', lagNs: 40n * MS });
    expect(schedule.dueNs).toBe(83_333_333n);
  });

  test('is made up when the following one is due as well', () => {
    const schedule = new TickSchedule(RATE_24, 0n);
    expect(schedule.advance(PERIOD_NS - 1n).kind).toBe('regular');
    const other = new TickSchedule(RATE_24, 0n);
    expect(other.advance(PERIOD_NS)).toEqual({ kind: 'made-up', lagNs: PERIOD_NS });
    expect(other.advance(PERIOD_NS).kind).toBe('regular');
  });

  test('does not move the ticks behind it by being late', () => {
    const schedule = new TickSchedule(RATE_24, 0n);
    catchUp(schedule, 700n * MS);
    expect(schedule.dueNs).toBe((17n * 1_000_000_000n) / 24n);
  });
});

describe('a stall', () => {
  test('is made up to its last tick, which is regular', () => {
    const schedule = new TickSchedule(RATE_24, 0n);
    expect(kinds(catchUp(schedule, 500n * MS))).toEqual([
      ...Array.from({ length: 12 }, () => 'made-up'),
      'regular',
    ]);
  });

  test('of up to a second is made up, of more than that starts the schedule again', () => {
    const within = new TickSchedule(RATE_24, 0n);
    expect(within.advance(MAX_LAG_NS).kind).toBe('made-up');
    const beyond = new TickSchedule(RATE_24, 0n);
    expect(beyond.advance(MAX_LAG_NS + 1n)).toEqual({
      kind: 'restarted',
      lagNs: MAX_LAG_NS + 1n,
      skippedTicks: 24n,
    });
  });

  test('that starts the schedule again counts what it gives up, and goes on from now', () => {
    const schedule = new TickSchedule(RATE_24, 0n);
    schedule.advance(0n);
    const nowNs = 3_000n * MS;
    expect(schedule.advance(nowNs)).toMatchObject({ kind: 'restarted', skippedTicks: 71n });
    expect(schedule.dueNs).toBe(nowNs + PERIOD_NS);
    expect(schedule.advance(schedule.dueNs)).toEqual({ kind: 'regular', lagNs: 0n });
  });

  test('of less than a period starts a slow schedule again without giving anything up', () => {
    const schedule = new TickSchedule({ numerator: 1n, denominator: 7n }, 0n);
    expect(schedule.advance(1_500n * MS)).toMatchObject({ kind: 'restarted', skippedTicks: 0n });
    expect(schedule.dueNs).toBe(8_500n * MS);
  });

  test('is no second stall when it is over', () => {
    const schedule = new TickSchedule(RATE_24, 0n);
    catchUp(schedule, 500n * MS);
    expect(kinds(catchUp(schedule, 600n * MS))).toEqual(['made-up', 'regular']);
  });
});

describe('an encoder that is always too slow', () => {
  test.each([42, 45, 50, 60, 80, 100])('is given new frames, where each takes it %d ms', (writeMs) => {
    const ticks = overloaded(writeMs);
    const repeated = ticks.filter(({ kind }) => kind === 'made-up').length;
    expect(ticks.length).toBeGreaterThan(60_000 / writeMs - 2);
    expect(repeated / ticks.length).toBeLessThan(0.06);
  });

  test.each([42, 60, 100, 200, 500, 1_000, 2_000])(
    'is not given the same frame for longer than 2 s, where each takes it %d ms',
    (writeMs) => {
      let [standing, longest] = [0, 0];
      for (const { kind } of overloaded(writeMs)) {
        standing = kind === 'made-up' ? standing + 1 : 1;
        longest = Math.max(longest, standing);
      }
      expect(longest * writeMs).toBeLessThanOrEqual(2_000);
    },
  );
});

describe('whatever the machine does', () => {
  test('no tick is done before it is due, none twice, and the lag stays within bounds', () => {
    const delays = fc.array(fc.bigInt({ min: 0n, max: 1_500n * MS }), { maxLength: 200 });
    const rates = fc.record({
      numerator: fc.bigInt({ min: 1n, max: 240_000n }),
      denominator: fc.bigInt({ min: 1_000n, max: 1_001n }),
    });
    fc.assert(
      fc.property(rates, delays, (rate, all) => {
        const schedule = new TickSchedule(rate, 0n);
        let [nowNs, before] = [0n, -1n];
        for (const delayNs of all) {
          nowNs = (schedule.dueNs > nowNs ? schedule.dueNs : nowNs) + delayNs;
          const dueNs = schedule.dueNs;
          const tick = schedule.advance(nowNs);
          expect(dueNs > before).toBe(true);
          expect(tick.lagNs).toBe(nowNs - dueNs);
          expect(tick.kind === 'restarted').toBe(tick.lagNs > MAX_LAG_NS);
          expect(tick.kind === 'regular').toBe(tick.kind !== 'restarted' && schedule.dueNs > nowNs);
          before = dueNs;
        }
      }),
    );
  });
});
