import { describe, expect, test } from 'bun:test';
import { settle } from '../support/fake-clock.ts';
import { follow, ReaderStage } from '../support/reader-stage.ts';

describe('the memory of a frame', () => {
  test('goes back to its owner', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    const { frame } = await stage.next();
    expect(stage.redis.lent.size).toBe(1);
    stage.owner.release(frame);
    expect(stage.redis.lent.size).toBe(0);
  });

  test('goes back also while the connection is lost, and when there is another one', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    const first = await stage.next();
    stage.redis.addNow();
    const second = await stage.next();
    stage.redis.refusal = 'refused';
    stage.redis.lose('gone');
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(1_000);
    stage.owner.release(first.frame);
    expect(stage.redis.lent.size).toBe(1);
    stage.redis.refusal = undefined;
    stage.redis.addNow();
    await stage.clock.advanceMs(5_000);
    expect(read.outcome.kind).toBe('value');
    stage.owner.release(second.frame);
    expect(stage.redis.lent.size).toBe(1);
  });

  test('of a newest frame that nobody waits for any more goes back when it comes', async () => {
    const stage = new ReaderStage();
    stage.redis.latencyMs = 10;
    const giveUp = new AbortController();
    const newest = follow(stage.reader.newest(giveUp.signal));
    stage.redis.addNow();
    await stage.clock.advanceMs(15);
    giveUp.abort();
    await stage.clock.advanceMs(100);
    expect(newest.outcome.kind).toBe('error');
    expect(stage.redis.transferred).toHaveLength(1);
    expect(stage.redis.lent.size).toBe(0);
  });

  test('of a frame that came to a call given up goes back when its connection is lost', async () => {
    const stage = new ReaderStage();
    const giveUp = new AbortController();
    void stage.reader.next(giveUp.signal).catch(() => {});
    await settle();
    giveUp.abort();
    stage.redis.addNow();
    await settle();
    expect(stage.redis.lent.size).toBe(1);
    stage.reader.close();
    await settle();
    expect(stage.redis.lent.size).toBe(0);
  });

  test('of a frame that is only looked at goes back at once', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    stage.owner.release((await stage.next()).frame);
    void stage.reader.next(stage.never);
    await stage.clock.advanceMs(60_000);
    expect(stage.redis.transferred.length).toBeGreaterThan(1);
    expect(stage.redis.lent.size).toBe(0);
  });
});

describe('a connection', () => {
  test('is given no command before the answer to one that nobody waits for any more', async () => {
    const stage = new ReaderStage();
    stage.redis.latencyMs = 50;
    for (const call of ['newest', 'next', 'newest', 'newest', 'next'] as const) {
      const giveUp = new AbortController();
      const given = follow<unknown>(stage.reader[call](giveUp.signal));
      await stage.clock.advanceMs(20);
      giveUp.abort('given up');
      await settle();
      expect(given.outcome).toEqual({ kind: 'error', error: 'given up' });
    }
    const id = stage.redis.addNow();
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(2_000);
    expect(read.outcome).toMatchObject({ value: { frame: { id } } });
    expect(stage.events).toEqual(['connected']);
  });

  test('that does not answer a command that was given up is no longer used', async () => {
    const stage = new ReaderStage();
    await stage.newest();
    stage.redis.isSilent = true;
    const giveUp = new AbortController();
    void stage.reader.newest(giveUp.signal).catch(() => {});
    await settle();
    giveUp.abort();
    await settle();
    stage.redis.lose('no answer in 5 s');
    stage.redis.isSilent = false;
    const id = stage.redis.addNow();
    const newest = follow(stage.reader.newest(stage.never));
    await stage.clock.advanceMs(1_000);
    expect(newest.outcome).toMatchObject({ value: { id } });
    expect(stage.events).toEqual(['connected', 'lost: no answer in 5 s', 'connected']);
  });
});
