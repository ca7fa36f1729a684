import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { FrameSlot } from '../../src/base/frame.ts';
import { StreamFrameReader } from '../../src/redis/stream-frame-reader.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeRedis } from '../support/fake-connection.ts';
import {
  simulate,
  simulateScale,
  type ScaleRun,
  type SimulationResult,
} from '../support/pacing-simulation.ts';
import {
  AT_24,
  expectGapless,
  largestAgeMs,
  ONE_FRAME_MS,
  PERIOD_MS,
  repeats,
  writtenBy,
} from './scale-runs.ts';

describe('a burst of 24 frames more', () => {
  const burstMs = 10_000;
  const written = [
    ...writtenBy((index) => index * PERIOD_MS, 60_000),
    ...Array.from({ length: 24 }, () => burstMs),
  ].toSorted((a, b) => a - b);

  test('is gone within 5 s: a frame waits for less than a period again', async () => {
    const result = await simulateScale({ ...AT_24, durationMs: 60_000 }, written);
    const during = result.sent.filter(({ atMs }) => atMs > burstMs && atMs < burstMs + 5_000);
    expect(largestAgeMs(during)).toBeGreaterThan(900);
    expect(largestAgeMs(result.sent.filter(({ atMs }) => atMs > burstMs + 5_000))).toBeLessThan(ONE_FRAME_MS);
    expect(result.trimmedMs).toHaveLength(24);
    expect(Math.min(...result.trimmedMs)).toBeGreaterThan(burstMs + 1_900);
    expect(repeats(result)).toBeLessThanOrEqual(2);
  });

  test('waits for ever where nothing is trimmed', async () => {
    const result = await simulateScale({ ...AT_24, trimAfterMs: 0, durationMs: 60_000 }, written);
    expect(result.trimmedMs).toEqual([]);
    expectGapless(result);
    expect(result.sent.at(-1)?.ageMs).toBeGreaterThan(1_000);
  });
});

describe('a backlog that a hold-up has left behind', () => {
  const heldUpMs = 5_000;
  const run = { ...AT_24, durationMs: 20_000 };
  const written = writtenBy((index) => {
    const atMs = index * PERIOD_MS;
    return atMs > heldUpMs && atMs < heldUpMs + 100 ? heldUpMs + 100 : atMs;
  }, run.durationMs);
  const repeatsAfterwards = ({ sent }: SimulationResult) =>
    sent.filter(({ atMs, isNew }) => atMs > heldUpMs + 1_000 && !isNew).length;

  test('is trimmed without a repeat', async () => {
    const result = await simulateScale(run, written);
    expect(result.trimmedMs.length).toBeGreaterThan(0);
    expect(repeatsAfterwards(result)).toBe(0);
    expect(result.sent.at(-1)?.ageMs).toBeLessThan(ONE_FRAME_MS);
  });

  test.each([5, 10, 20, 40])(
    'is trimmed without a repeat also where the frame that is to come next is %d ms late',
    async (lateMs) => {
      const lastMs = (await simulateScale(run, written)).trimmedMs.at(-1) ?? 0;
      const lateIndex = written.findIndex((atMs) => atMs > lastMs - 0.5);
      const delayed = written.map((atMs, index) => (index === lateIndex ? atMs + lateMs : atMs));
      const result = await simulateScale(run, delayed);
      expect(repeatsAfterwards(result)).toBe(0);
      expect(result.sent.at(-1)?.ageMs).toBeLessThan(ONE_FRAME_MS);
    },
  );
});

describe('a source of half the rate', () => {
  test('has each frame sent twice', async () => {
    const result = await simulateScale(
      { ...AT_24, durationMs: 60_000 },
      writtenBy((index) => index * 2 * PERIOD_MS),
    );
    expectGapless(result);
    const steady = result.sent.slice(4).map(({ number }) => number);
    const first = steady[0] ?? 0;
    const offset = steady[1] === first ? 0 : 1;
    expect(steady).toEqual(steady.map((_, index) => first + Math.floor((index + offset) / 2)));
  });
});

const ignore = () => {};

/** Runs `scale` on the real reader, with a source that adds entries to a Redis in memory at a constant rate. */
async function fromRedis(run: ScaleRun, sourceFps: number, maxDelayMs: number): Promise<SimulationResult> {
  const clock = new FakeClock();
  const redis = new FakeRedis(clock);
  const giveBack = ({ pixels }: { pixels: FrameSlot }) => redis.release(pixels);
  const owner = { release: giveBack, drop: giveBack };
  const { connect } = redis;
  const reader = new StreamFrameReader({ connect, stream: 's', clock, maxDelayMs, owner, emit: ignore });
  const startNs = clock.nowNs();
  redis.addNow();
  const first = await reader.newest(new AbortController().signal);
  if (!first) throw new Error('the first frame is not there');
  const writeFrames = async (signal: AbortSignal) => {
    for (let index = 1; !signal.aborted; index += 1) {
      await clock.sleepUntil(startNs + BigInt(Math.round((index * 1e9) / sourceFps)), signal);
      redis.addNow();
    }
  };
  return simulate(run, { clock, reader, owner, first, writeFrames });
}

/** How far in milliseconds each new frame was written after the one before it, from 10 s on. */
function steps({ sent }: SimulationResult): number[] {
  const numbers = sent.filter(({ isNew, atMs }) => isNew && atMs > 10_000).map(({ number }) => number);
  return numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
}

describe('a source of a higher rate, read from Redis,', () => {
  const minute = { ...AT_24, durationMs: 60_000 };

  test('of twice ours is thinned to every second frame', async () => {
    const result = await fromRedis(minute, 48, 2_000);
    expect(repeats(result)).toBeLessThanOrEqual(2);
    expect(new Set(steps(result))).toEqual(new Set([41, 42]));
    expect(largestAgeMs(result.sent)).toBeLessThan(2_000 + PERIOD_MS);
  });

  test('of twice ours is thinned as evenly by the maximum delay alone', async () => {
    const result = await fromRedis({ ...minute, trimAfterMs: 0 }, 48, 2_000);
    expect(result.trimmedMs).toEqual([]);
    expect(new Set(steps(result))).toEqual(new Set([41, 42]));
    expect(largestAgeMs(result.sent)).toBeLessThan(2_000 + 2 * PERIOD_MS);
  });

  test.each([26, 30, 60, 100])(
    'of %d frames a second never gets later than the maximum delay',
    async (fps) => {
      for (const trimAfterMs of [0, 2_000]) {
        const result = await fromRedis({ ...minute, trimAfterMs }, fps, 1_000);
        expect(largestAgeMs(result.sent)).toBeLessThan(1_000 + 2 * PERIOD_MS);
        expect(Math.max(...steps(result))).toBeLessThan(3 * PERIOD_MS);
      }
    },
  );

  test('gets later and later where neither bound is set', async () => {
    const result = await fromRedis({ ...minute, trimAfterMs: 0 }, 26, 0);
    expect(result.sent.at(-1)?.ageMs).toBeGreaterThan(4_000);
  });
});

describe('any source', () => {
  test('has one frame sent a tick, never an older one than before, and each at most once as new', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 0, max: 41 }), async (all, phaseMs) => {
        let atMs = 0;
        const written = all.map((gapMs) => (atMs += gapMs));
        const run = { ...AT_24, phaseMs, trimAfterMs: 500, durationMs: 6_000 };
        const { sent, trimmedMs, dropCauses } = await simulateScale(run, written);
        expect(sent).toHaveLength(Math.floor(((6_000 - phaseMs) * 24) / 1_000) + 1);
        const numbers = sent.map(({ number }) => number);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        const fresh = sent.filter(({ isNew }) => isNew).map(({ number }) => number);
        expect(new Set(fresh).size).toBe(fresh.length);
        expect(fresh.length + dropCauses.length).toBeLessThanOrEqual(written.length);
        // The one that waits for its tick at the end.
        const unsent = dropCauses.slice(trimmedMs.length);
        expect(unsent.length).toBeLessThanOrEqual(1);
        expect(unsent.every((cause) => cause === 'unsent')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
