import { describe, expect, test } from 'bun:test';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import { settle } from '../support/fake-clock.ts';
import { moverStage } from '../support/mover-stage.ts';
import { follow } from '../support/reader-stage.ts';

const never = new AbortController().signal;
const PERIOD_MS = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const METHODS = ['scale', 'skip'] as const;
const silences = METHODS.flatMap((method) => [MINUTE_MS, HOUR_MS].map((ms) => [method, ms] as const));

/** A session that holds its last picture, some frames of it, and when each new one was sent. */
async function holding(pacing: Partial<MoverSettings['pacing']>) {
  const stage = moverStage({ idle: 'hold', ...pacing });
  const { clock, redis, mover } = stage;
  const addedMs = new Map<string, number>();
  const sent: { id: string; ageMs: number; atMs: number }[] = [];
  stage.sink.write = async ({ id }) => {
    if (sent.at(-1)?.id !== id)
      sent.push({ id, atMs: clock.nowMs, ageMs: clock.nowMs - (addedMs.get(id) ?? 0) });
  };
  const add = () => void addedMs.set(redis.addNow(), clock.nowMs);
  const play = async (count: number) => {
    for (let frame = 0; frame < count; frame += 1) {
      await clock.advanceMs(PERIOD_MS);
      add();
    }
  };
  add();
  await mover.awaitFrame(never);
  await mover.openInput(stage.sink);
  const ending = new AbortController();
  const pump = follow(mover.pump(ending.signal));
  await play(20);
  return { ...stage, add, play, sent, pump, ending };
}

function oldestMs(sent: readonly { ageMs: number; atMs: number }[], sinceMs: number): number {
  const live = sent.filter(({ atMs }) => atMs > sinceMs);
  expect(live.length).toBeGreaterThan(15);
  return Math.max(...live.map(({ ageMs }) => ageMs));
}

describe('frames that come back, where the last picture was held,', () => {
  test.each(silences)('are live at once by %s after %d ms', async (method, silenceMs) => {
    const { clock, play, sent, pump, mover, events } = await holding({ method });
    await clock.advanceMs(silenceMs);
    const backMs = clock.nowMs;
    await play(30);
    await clock.advanceMs(PERIOD_MS);
    expect(oldestMs(sent, backMs)).toBeLessThanOrEqual(PERIOD_MS);
    expect(pump.outcome.kind).toBe('open');
    const { counts } = mover.counts();
    expect(counts).toMatchObject({ unique: 51, trimmed: 0, replaced: 0, unsent: 0, late: 0 });
    expect(events).toEqual(['connected']);
  });

  test.each(silences)(
    'are live within a second by %s after %d ms without Redis, while the source went on',
    async (method, silenceMs) => {
      for (const maxDelayMs of [0, 2_000]) {
        const { redis, play, sent, pump } = await holding({ method, maxDelayMs, trimAfterMs: 0 });
        redis.maxEntries = 500;
        redis.refusal = 'refused';
        redis.lose('gone');
        await play(silenceMs / PERIOD_MS);
        redis.refusal = undefined;
        const shown = sent.length;
        for (let tries = 0; sent.length === shown && tries < 20; tries += 1) await play(1);
        const firstMs = sent[shown]?.atMs ?? Number.NaN;
        await play(30);
        expect(oldestMs(sent, firstMs + 1_000)).toBeLessThanOrEqual(PERIOD_MS);
        expect(pump.outcome.kind).toBe('open');
      }
    },
  );

  test.each(METHODS)('are live within a second by %s where the source had kept them', async (method) => {
    const { clock, add, play, sent } = await holding({ method });
    await clock.advanceMs(MINUTE_MS);
    const backMs = clock.nowMs;
    for (let frame = 0; frame < 600; frame += 1) add();
    await play(40);
    expect(oldestMs(sent, backMs + 1_000)).toBeLessThanOrEqual(PERIOD_MS);
  });
});

describe('to hold the last picture', () => {
  test('can begin and end within a session, at once', async () => {
    const { clock, mover, settings, pump, ending } = await holding({ idle: 'close' });
    await clock.advanceMs(4_000);
    ending.abort();
    await settle();
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
    mover.configure({ ...settings, pacing: { ...settings.pacing, idle: 'hold' } });
    const again = new AbortController();
    const held = follow(mover.pump(again.signal));
    await clock.advanceMs(HOUR_MS);
    expect(held.outcome.kind).toBe('open');
    again.abort();
    await settle();
    mover.configure({ ...settings, pacing: { ...settings.pacing, idle: 'close' } });
    const closing = follow(mover.pump(never));
    await settle();
    expect(closing.outcome).toEqual({ kind: 'value', value: 'idle' });
  });

  test('does not make a frame of hours ago the first one of a session', async () => {
    const { clock, redis, mover } = moverStage({ idle: 'hold' });
    redis.addNow();
    await clock.advanceMs(HOUR_MS);
    const waiting = follow(mover.awaitFrame(never));
    await clock.advanceMs(MINUTE_MS);
    expect(waiting.outcome.kind).toBe('open');
    redis.addNow();
    await settle();
    expect(waiting.outcome.kind).toBe('value');
  });
});
