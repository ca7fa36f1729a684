import { describe, expect, test } from 'bun:test';
import type { Frame } from '../../src/frame/frame.ts';
import { FrameMover } from '../../src/transport/frame-mover.ts';
import { FakeRedis } from '../support/fake-connection.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { follow } from '../support/reader-stage.ts';

const never = new AbortController().signal;

/** A mover at 10 frames a second from a Redis in memory to a sink that takes everything. */
function moverStage(method: 'scale' | 'skip' = 'scale') {
  const clock = new FakeClock();
  const redis = new FakeRedis(clock);
  const events: string[] = [];
  const written: string[] = [];
  const mover = new FrameMover({
    settings: {
      frameRate: { numerator: 10n, denominator: 1n },
      method,
      maxDelayMs: 2_000,
      trimAfterMs: 2_000,
      idleTimeoutMs: 5_000,
    },
    clock,
    connect: redis.connect,
    observer: {
      onLost: ({ message }) => events.push(`lost: ${message}`),
      onConnected: () => events.push('connected'),
      onStreamRestarted: () => events.push('restarted'),
      onWrongEntry: ({ kind }) => events.push(kind),
      onScheduleRestarted: ({ skippedTicks }) => events.push(`gave up ${skippedTicks}`),
    },
  });
  const sink = {
    write: async (frame: Frame) => {
      written.push(frame.id);
    },
  };
  return { clock, redis, events, written, mover, sink };
}

describe('the frames of a stream', () => {
  test('begin with the one that was waited for, and are counted', async () => {
    const { clock, redis, written, mover, sink, events } = moverStage();
    const waiting = follow(mover.awaitFrame(never));
    await settle();
    expect(waiting.outcome.kind).toBe('open');
    redis.addNow('wrong-size');
    const first = redis.addNow();
    await settle();
    expect(waiting.outcome.kind).toBe('value');
    await mover.writeFirst(sink);
    expect(written).toEqual([first]);
    void mover.pump(sink, never);
    await settle();
    const second = redis.addNow();
    await clock.advanceMs(200);
    expect(written.at(-1)).toBe(second);
    const { counts } = mover.report();
    expect(counts).toMatchObject({ read: 2, wrong: 1, unique: 2, output: written.length });
    expect(counts.dup).toBe(written.length - 2);
    expect(events).toEqual(['connected', 'wrong-size']);
  });

  test('follow on each other without a gap, where one stream ends for want of frames and another begins', async () => {
    const { clock, redis, written, mover, sink } = moverStage();
    for (let stream = 0; stream < 3; stream += 1) {
      const waiting = follow(mover.awaitFrame(never));
      const first = redis.addNow();
      await settle();
      expect(waiting.outcome.kind).toBe('value');
      await mover.writeFirst(sink);
      expect(written.at(-1)).toBe(first);
      const pump = follow(mover.pump(sink, never));
      await clock.advanceMs(5_100);
      expect(pump.outcome).toEqual({ kind: 'value', value: 'idle' });
    }
    expect(redis.lent.size).toBe(0);
    expect(mover.report().counts.unique).toBe(3);
  });

  test('are all given back when a stream fails to open, ends, or the mover is closed', async () => {
    const { clock, redis, mover, sink } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    mover.dropFirst();
    expect(redis.lent.size).toBe(0);
    redis.addNow();
    await mover.awaitFrame(never);
    const ending = new AbortController();
    const pump = follow(mover.pump(sink, ending.signal));
    await clock.advanceMs(1_000);
    ending.abort();
    await settle();
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
    expect(redis.lent.size).toBe(0);
    mover.close();
    expect(redis.connectionCount).toBe(0);
  });

  test('are repeated while Redis is lost, and go on when it is back', async () => {
    for (const method of ['scale', 'skip'] as const) {
      const { clock, redis, written, mover, sink, events } = moverStage(method);
      redis.addNow();
      await mover.awaitFrame(never);
      await mover.writeFirst(sink);
      void mover.pump(sink, never);
      await clock.advanceMs(500);
      redis.refusal = 'refused';
      redis.lose('gone');
      await clock.advanceMs(2_000);
      expect(written.length).toBeGreaterThanOrEqual(25);
      redis.refusal = undefined;
      const id = redis.addNow();
      await clock.advanceMs(2_000);
      expect(written.at(-1)).toBe(id);
      expect(events.filter((event) => event === 'connected')).toHaveLength(2);
    }
  });

  test('are not all read where more wait than the maximum delay lets through', async () => {
    const { clock, redis, mover, sink, written } = moverStage('scale');
    redis.addNow();
    await mover.awaitFrame(never);
    await mover.writeFirst(sink);
    const old = redis.addNow();
    await clock.advanceMs(2_500);
    void mover.pump(sink, never);
    await clock.advanceMs(500);
    expect(written).toContain(old);
    for (let frame = 0; frame < 40; frame += 1) redis.addNow();
    await clock.advanceMs(4_000);
    expect(redis.transferred.length).toBeLessThan(40);
  });
});

describe('a stall of the machine', () => {
  test('is told with the ticks that were given up', async () => {
    const { clock, redis, mover, sink, events } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    await mover.writeFirst(sink);
    void mover.pump(sink, never);
    await clock.advanceMs(1_000);
    await clock.jumpMs(3_000);
    expect(events.at(-1)).toMatch(/^gave up (29|30)$/);
  });
});
