import { describe, expect, test } from 'bun:test';
import { settle } from '../support/fake-clock.ts';
import { PumpStage } from './pump-stage.ts';

const METHODS = ['scale', 'skip'] as const;
const PERIOD_MS = 100;
const HOUR_MS = 3_600_000;
/** Long enough for what a stream may hold back, and for the trimmer to see a backlog that does not go away. */
const BACK_MS = 4_000;

/** Two seconds of frames, and then none for so long, in which the last picture is held. */
async function held(method: (typeof METHODS)[number], silenceMs: number) {
  const stage = new PumpStage();
  stage.method = method;
  stage.idle = 'hold';
  const pump = stage.start();
  await stage.play(1, 20, PERIOD_MS);
  await stage.clock.advanceMs(silenceMs);
  return { stage, pump };
}

/** Of the ticks that come so long after `sinceMs`. */
function ticksFrom(stage: PumpStage, sinceMs: number) {
  return stage.ticks.filter(({ atMs }) => atMs > sinceMs);
}

const silences = METHODS.flatMap((method) => [[method, 60_000] as const, [method, HOUR_MS] as const]);

describe('a source that is silent, where its last picture is held,', () => {
  test.each(silences)('has it sent at every tick by %s for %d ms', async (method, silenceMs) => {
    const { stage, pump } = await held(method, silenceMs);
    expect(pump.outcome.kind).toBe('open');
    const silent = ticksFrom(stage, stage.clock.nowMs - silenceMs + PERIOD_MS);
    expect(Math.abs(silent.length - silenceMs / PERIOD_MS)).toBeLessThanOrEqual(1);
    expect(silent.every(({ number, isNew }) => number === 20 && !isNew)).toBe(true);
  });

  test.each(silences)('is live with its first new frame by %s after %d ms', async (method, silenceMs) => {
    const { stage, pump } = await held(method, silenceMs);
    const backMs = stage.clock.nowMs;
    stage.add(101);
    await stage.play(102, BACK_MS / PERIOD_MS, PERIOD_MS);
    const since = ticksFrom(stage, backMs);
    expect(since.length).toBeGreaterThanOrEqual(BACK_MS / PERIOD_MS - 1);
    expect(since.every(({ isNew }) => isNew)).toBe(true);
    expect(Math.max(...since.map(({ ageMs }) => ageMs))).toBeLessThanOrEqual(PERIOD_MS);
    expect(stage.reader.dropped).toEqual([]);
    expect(pump.outcome.kind).toBe('open');
  });

  test.each(silences)(
    'is live within a second by %s after %d ms also where it brings what it has kept',
    async (method, silenceMs) => {
      const { stage } = await held(method, silenceMs);
      const backMs = stage.clock.nowMs;
      // All of it says that it is new: it was written only now.
      for (let number = 101; number <= 160; number += 1) stage.add(number);
      await stage.play(161, BACK_MS / PERIOD_MS, PERIOD_MS);
      const live = ticksFrom(stage, backMs + 1_000);
      expect(live.every(({ isNew }) => isNew)).toBe(true);
      expect(Math.max(...live.map(({ ageMs }) => ageMs))).toBeLessThanOrEqual(PERIOD_MS);
      expect(new Set(stage.reader.dropCauses)).not.toContain('trimmed');
    },
  );

  test.each([
    ['all at once', 0],
    ['over half a second', 8],
  ])('brings what it has kept %s, and what is sent never goes back', async (_, everyMs) => {
    const { stage } = await held('scale', 60_000);
    const backMs = stage.clock.nowMs;
    for (let number = 101; number <= 160; number += 1) {
      stage.add(number);
      await stage.clock.advanceMs(everyMs);
    }
    await stage.play(161, 30, PERIOD_MS);
    const live = ticksFrom(stage, backMs + 1_000);
    expect(Math.max(...live.map(({ ageMs }) => ageMs))).toBeLessThanOrEqual(PERIOD_MS);
    expect(stage.fresh).toEqual(stage.fresh.toSorted((a, b) => a - b));
    expect(stage.fresh[20]).toBe(101);
  });

  test('has all of its frames sent by scale after a pause that is no silence', async () => {
    const { stage } = await held('scale', 4_500);
    for (let number = 21; number <= 30; number += 1) stage.add(number);
    await stage.clock.advanceMs(1_500);
    expect(stage.fresh).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test('is not trimmed for a frame that was to give way to the next one when the silence began', async () => {
    const stage = new PumpStage();
    stage.idle = 'hold';
    stage.start();
    await stage.clock.advanceMs(10);
    // A backlog that stands for so long that the last of it are trimmed.
    for (let number = 1; number <= 30; number += 1) stage.add(number);
    await stage.clock.advanceMs(60_000);
    const trimmed = stage.reader.dropCauses.length;
    expect(trimmed).toBeGreaterThan(0);
    const backMs = stage.clock.nowMs;
    await stage.play(101, 30, PERIOD_MS);
    expect(stage.reader.dropCauses.length).toBe(trimmed);
    const since = ticksFrom(stage, backMs + PERIOD_MS);
    expect(since.slice(1).every(({ isNew, ageMs }) => isNew && ageMs <= PERIOD_MS)).toBe(true);
  });
});

describe('a reload', () => {
  test('that has a silent source hold its picture takes effect at once', async () => {
    const stage = new PumpStage();
    stage.start();
    await stage.clock.advanceMs(4_900);
    stage.idle = 'hold';
    const pump = await stage.startAgain();
    await stage.clock.advanceMs(60_000);
    expect(pump.outcome.kind).toBe('open');
    stage.add(1);
    await stage.clock.advanceMs(PERIOD_MS);
    expect(stage.fresh).toEqual([1]);
  });

  test('that has a silent source close its video closes it at once', async () => {
    const { stage } = await held('scale', 60_000);
    stage.idle = 'close';
    const pump = await stage.startAgain();
    await settle();
    expect(pump.outcome).toEqual({ kind: 'value', value: 'idle' });
  });

  test('that has a source close its video later counts from its last frame on', async () => {
    const { stage } = await held('scale', 3_000);
    stage.idle = 'close';
    const pump = await stage.startAgain();
    await stage.clock.advanceMs(1_990);
    expect(pump.outcome.kind).toBe('open');
    await stage.clock.advanceMs(10);
    expect(pump.outcome).toEqual({ kind: 'value', value: 'idle' });
  });
});
