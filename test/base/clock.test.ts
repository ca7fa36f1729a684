import { describe, expect, spyOn, test } from 'bun:test';
import { sleepMs, systemClock, waitAtMost } from '../../src/base/clock.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { follow } from '../support/reader-stage.ts';

const HUNDRED_DAYS_NS = 100n * 86_400n * 1_000_000_000n;
const never = new AbortController().signal;

describe("the machine's clock", () => {
  test('sleeps longer than the longest timer there is, until it is given up', async () => {
    const giveUp = new AbortController();
    using timers = spyOn(globalThis, 'setTimeout');
    const sleep = follow(systemClock.sleepUntil(systemClock.nowNs() + HUNDRED_DAYS_NS, giveUp.signal));
    await settle();
    expect(sleep.outcome.kind).toBe('open');
    // One that is longer would be over at once.
    expect(timers.mock.calls.map(([, delayMs]) => delayMs)).toEqual([2 ** 31 - 1]);
    giveUp.abort();
    await settle();
    expect(sleep.outcome.kind).toBe('value');
  });

  test('does not sleep where that was given up before', async () => {
    const sleep = follow(systemClock.sleepUntil(systemClock.nowNs() + HUNDRED_DAYS_NS, AbortSignal.abort()));
    await settle();
    expect(sleep.outcome.kind).toBe('value');
  });

  test('never wakes before the deadline', async () => {
    const deadlineNs = systemClock.nowNs() + 1_500_000n;
    await systemClock.sleepUntil(deadlineNs, never);
    expect(systemClock.nowNs() >= deadlineNs).toBe(true);
  });
});

describe('a sleep of a duration', () => {
  test('ends that long from now', async () => {
    const clock = new FakeClock();
    const sleep = follow(sleepMs(clock, 1.5, never));
    await clock.advanceMs(1.499);
    expect(sleep.outcome.kind).toBe('open');
    await clock.advanceMs(0.001);
    expect(sleep.outcome.kind).toBe('value');
  });
});

describe('a wait with a limit', () => {
  test('is over with the work', async () => {
    const clock = new FakeClock();
    const work = Promise.withResolvers<void>();
    const wait = follow(waitAtMost(clock, 10, work.promise));
    await settle();
    expect(wait.outcome.kind).toBe('open');
    work.resolve();
    await settle();
    expect(wait.outcome.kind).toBe('value');
    expect(clock.sleeperCount).toBe(0);
  });

  test('is over at the limit, where the work is not', async () => {
    const clock = new FakeClock();
    const wait = follow(waitAtMost(clock, 10, new Promise(() => {})));
    await clock.advanceMs(9.999);
    expect(wait.outcome.kind).toBe('open');
    await clock.advanceMs(0.001);
    expect(wait.outcome.kind).toBe('value');
  });

  test('fails as the work does', async () => {
    const clock = new FakeClock();
    const wait = follow(waitAtMost(clock, 10, Promise.reject(new Error('gone'))));
    await settle();
    expect(wait.outcome).toEqual({ kind: 'error', error: new Error('gone') });
    expect(clock.sleeperCount).toBe(0);
  });
});
