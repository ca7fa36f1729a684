import { describe, expect, test } from 'bun:test';
import { droppedFrames } from '../../src/base/counts.ts';
import { settle } from '../support/fake-clock.ts';
import { moverStage } from '../support/mover-stage.ts';
import { follow } from '../support/reader-stage.ts';

const never = new AbortController().signal;

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
    await mover.openInput(sink);
    expect(written).toEqual([first]);
    void mover.pump(never);
    await settle();
    const second = redis.addNow();
    await clock.advanceMs(200);
    expect(written.at(-1)).toBe(second);
    const { counts } = mover.counts();
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
      await mover.openInput(sink);
      expect(written.at(-1)).toBe(first);
      const pump = follow(mover.pump(never));
      await clock.advanceMs(5_100);
      expect(pump.outcome).toEqual({ kind: 'value', value: 'idle' });
      void mover.endInput();
    }
    expect(redis.lent.size).toBe(0);
    expect(mover.counts().counts.unique).toBe(3);
  });

  test('are each counted as sent, dropped, or lost, whatever becomes of the session', async () => {
    const { clock, redis, mover, sink } = moverStage();
    for (let session = 0; session < 6; session += 1) {
      redis.addNow();
      await mover.awaitFrame(never);
      // No session goes on with the first of them.
      if (session === 0) continue;
      await mover.openInput(sink);
      if (session === 1) {
        void mover.endInput();
        mover.countLoss({ encodedFrames: 0, unnoticedMs: 0 }, 'present');
        continue;
      }
      const ending = new AbortController();
      const pump = follow(mover.pump(ending.signal));
      for (let frame = 0; frame < 7; frame += 1) {
        await clock.advanceMs(90);
        redis.addNow(frame === 3 ? 'wrong-size' : undefined);
      }
      await clock.advanceMs(session * 20);
      ending.abort();
      await settle();
      expect(pump.outcome.kind).toBe('value');
      void mover.endInput();
      if (session % 2 === 0) mover.countLoss({ encodedFrames: 3, unnoticedMs: 0 }, 'present');
    }
    const waiting = follow(mover.awaitFrame(never));
    await clock.advanceMs(10_000);
    expect(waiting.outcome.kind).toBe('open');
    const { counts, source } = mover.counts();
    if (source.kind !== 'counted') throw new Error('the source is not counted');
    expect(source.entries).toBe(6 + 4 * 7);
    expect(counts.unique + droppedFrames(counts) + counts.wrong + source.passedOver).toBe(source.entries);
    expect(counts.lost).toBeGreaterThan(1);
    expect(counts.lost).toBeLessThan(counts.unique);
    expect(redis.lent.size).toBe(0);
  });

  test('that come while a destination opens are counted as dropped, but for the newest', async () => {
    const { clock, redis, mover, sink } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    await mover.openInput(sink);
    for (let frame = 0; frame < 12; frame += 1) {
      await clock.advanceMs(100);
      redis.addNow();
    }
    void mover.pump(never);
    await clock.advanceMs(3_000);
    const { counts, source } = mover.counts();
    expect(source).toEqual({ kind: 'counted', entries: 13, passedOver: 11 });
    expect(counts).toMatchObject({ unique: 2, trimmed: 0, replaced: 0, unsent: 0 });
  });

  test('leave no group behind in Redis when the mover is closed, and it does not wait for one that is silent', async () => {
    const { clock, redis, mover } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    expect(redis.hasGroup).toBe(true);
    await mover.close();
    expect(redis.hasGroup).toBe(false);
    const other = moverStage();
    other.redis.addNow();
    await other.mover.awaitFrame(never);
    other.redis.isSilent = true;
    const closing = follow(other.mover.close());
    await other.clock.advanceMs(300);
    expect(closing.outcome.kind).toBe('value');
    void clock;
  });

  test('are all given back when a stream fails to open, ends, or the mover is closed', async () => {
    const { clock, redis, mover, sink } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    await mover.openInput(sink);
    void mover.endInput();
    expect(redis.lent.size).toBe(0);
    redis.addNow();
    await mover.awaitFrame(never);
    await mover.openInput(sink);
    const ending = new AbortController();
    const pump = follow(mover.pump(ending.signal));
    await clock.advanceMs(1_000);
    ending.abort();
    await settle();
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
    void mover.endInput();
    expect(redis.lent.size).toBe(0);
    redis.addNow();
    await mover.awaitFrame(never);
    expect(redis.lent.size).toBe(1);
    await mover.close();
    expect(redis.lent.size).toBe(0);
    expect(redis.connectionCount).toBe(0);
  });

  test('are repeated while Redis is lost, and go on when it is back', async () => {
    for (const method of ['scale', 'skip'] as const) {
      const { clock, redis, written, mover, sink, events } = moverStage({ method });
      redis.addNow();
      await mover.awaitFrame(never);
      await mover.openInput(sink);
      void mover.pump(never);
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
    const { clock, redis, mover, sink, written } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    await mover.openInput(sink);
    const old = redis.addNow();
    await clock.advanceMs(2_500);
    void mover.pump(never);
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
    await mover.openInput(sink);
    void mover.pump(never);
    await clock.advanceMs(1_000);
    await clock.jumpMs(3_000);
    expect(events.at(-1)).toMatch(/^gave up (29|30)$/);
  });
});

describe('the counts', () => {
  test('are told once a second, and once after a standstill', async () => {
    const { clock, events, mover } = moverStage();
    const ending = new AbortController();
    const telling = follow(mover.tellCounts(ending.signal));
    await clock.advanceMs(3_500);
    expect(events.filter((event) => event.startsWith('counts'))).toHaveLength(3);
    await clock.jumpMs(10_000);
    expect(events.filter((event) => event.startsWith('counts'))).toHaveLength(4);
    await clock.advanceMs(1_000);
    expect(events.filter((event) => event.startsWith('counts'))).toHaveLength(5);
    ending.abort();
    await settle();
    expect(telling.outcome.kind).toBe('value');
    expect(clock.sleeperCount).toBe(0);
  });
});
