import { describe, expect, test } from 'bun:test';
import { settle } from '../support/fake-clock.ts';
import { follow, ReaderStage } from '../support/reader-stage.ts';

describe('next', () => {
  test('gives every entry once, in order, from the beginning of a stream that nothing was read of', async () => {
    const stage = new ReaderStage();
    const ids = [stage.redis.addNow(), stage.redis.addNow(), stage.redis.addNow()];
    expect([await stage.next(), await stage.next(), await stage.next()].map(({ id }) => id)).toEqual(ids);
    expect(stage.reader.report.read).toBe(3);
    // The newest one crosses once more, to begin the count of the source with it.
    expect(stage.redis.transferred).toEqual([ids[2] ?? '', ...ids]);
  });

  test('gives the pixels of the entry and the time at which it was written', async () => {
    const stage = new ReaderStage();
    const writtenNs = stage.clock.nowNs();
    stage.redis.addNow();
    await stage.clock.advanceMs(40);
    const { frame, waited } = await stage.next();
    expect(frame.pixels).toEqual({ address: 1, sizeBytes: 1 });
    expect(frame.writtenNs).toBe(writtenNs);
    expect(waited).toBe(false);
  });

  test('waits for a frame that is not there yet, however long that takes', async () => {
    const stage = new ReaderStage();
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(90_500);
    expect(read.outcome.kind).toBe('open');
    const id = stage.redis.addNow();
    await settle();
    expect(read.outcome).toMatchObject({ value: { frame: { id }, waited: true, passedOver: false } });
  });

  test('gives a frame that was overtaken by the length of the stream no more, but the oldest still there', async () => {
    const stage = new ReaderStage();
    stage.redis.maxEntries = 2;
    stage.redis.addNow();
    await stage.next();
    const [, second, third] = [stage.redis.addNow(), stage.redis.addNow(), stage.redis.addNow()];
    expect((await stage.next()).id).toBe(second);
    expect((await stage.next()).id).toBe(third);
  });

  test('passes over wrong entries, which it reports', async () => {
    const stage = new ReaderStage();
    const keyless = stage.redis.addNow('no-key');
    const wrong = stage.redis.addNow('wrong-size');
    const id = stage.redis.addNow();
    expect((await stage.next()).id).toBe(id);
    expect(stage.events).toEqual(['connected', `no-key ${keyless}`, `wrong-size ${wrong}`]);
    expect(stage.reader.report).toMatchObject({ read: 1, wrong: 2 });
  });

  test('connects once for all reads, and not before the first', async () => {
    const stage = new ReaderStage();
    expect(stage.redis.attemptsMs).toHaveLength(0);
    stage.redis.addNow();
    stage.redis.addNow();
    await stage.next();
    await stage.next();
    expect(stage.redis.attemptsMs).toHaveLength(1);
  });
});

describe('the maximum delay', () => {
  test('passes over what is older without reading it', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    stage.redis.addNow();
    await stage.next();
    const old = stage.redis.addNow();
    await stage.clock.advanceMs(1_000);
    const young = stage.redis.addNow();
    await stage.clock.advanceMs(1_500);
    expect(await stage.next()).toMatchObject({ id: young, passedOver: true, waited: false });
    expect(stage.redis.transferred).not.toContain(old);
  });

  test('takes in a frame that is a millisecond younger', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    stage.redis.addNow();
    await stage.next();
    await stage.clock.advanceMs(1);
    stage.redis.addNow();
    await stage.clock.advanceMs(1);
    const young = stage.redis.addNow();
    await stage.clock.advanceMs(1_999);
    expect(await stage.next()).toMatchObject({ id: young, passedOver: true });
  });

  test('of 0 gives every frame, however old', async () => {
    const stage = new ReaderStage({ maxDelayMs: 0 });
    stage.redis.addNow();
    await stage.next();
    const old = stage.redis.addNow();
    await stage.clock.advanceMs(3_000_000);
    expect(await stage.next()).toMatchObject({ id: old, passedOver: false });
  });

  test('goes by the clock of Redis, also after that was set', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    stage.redis.addNow();
    await stage.next();
    stage.redis.wallStepMs = 600_000n;
    await stage.clock.advanceMs(5_000);
    const id = stage.redis.addNow();
    await stage.clock.advanceMs(1_900);
    expect(await stage.next()).toMatchObject({ id, passedOver: true });
  });

  test('holds nothing back when the clock of Redis is set back and its ids run ahead', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    stage.redis.addNow();
    await stage.next();
    stage.redis.wallStepMs = -600_000n;
    await stage.clock.advanceMs(5_000);
    const ids = [stage.redis.addNow(), stage.redis.addNow()];
    expect([(await stage.next()).id, (await stage.next()).id]).toEqual(ids);
  });

  test('takes nothing for too old by a time that Redis told before its clock was set back', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    stage.redis.addNow();
    await stage.next();
    stage.redis.wallStepMs = -10_000n;
    const ids = [stage.redis.addNow(), stage.redis.addNow()];
    // Longer than the maximum delay, and not so long that the time is asked for anyway.
    await stage.clock.advanceMs(3_000);
    for (const id of ids) expect(await stage.next()).toMatchObject({ id, passedOver: false });
    await stage.clock.advanceMs(3_000);
    expect(await stage.next().catch(String)).toContain('no frame');
    expect(stage.reader.report.source).toMatchObject({ entries: 3, passedOver: 0 });
  });

  test('may be another while reading goes on, on the same connection', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    stage.redis.addNow();
    await stage.next();
    const old = stage.redis.addNow();
    await stage.clock.advanceMs(3_000);
    const [young, newest] = [stage.redis.addNow(), stage.redis.addNow()];
    stage.reader.maxDelayMs = 0;
    expect(await stage.next()).toMatchObject({ id: old, passedOver: false });
    await stage.clock.advanceMs(1_000);
    stage.reader.maxDelayMs = 500;
    const id = stage.redis.addNow();
    expect(await stage.next()).toMatchObject({ id, passedOver: true });
    expect(stage.redis.transferred).not.toContain(young);
    expect(stage.redis.transferred).not.toContain(newest);
    expect(stage.redis.attemptsMs).toHaveLength(1);
  });

  test('does not concern ids that are no times: they are read in plain order, without a time', async () => {
    const stage = new ReaderStage({ maxDelayMs: 2_000 });
    for (const id of ['1-0', '2-0', '3-0']) stage.redis.add(id);
    const first = await stage.next();
    expect(first.frame).not.toHaveProperty('writtenNs');
    await stage.clock.advanceMs(10_000);
    expect(await stage.next()).toMatchObject({ id: '2-0', passedOver: false });
    await stage.clock.advanceMs(10_000);
    expect(await stage.next()).toMatchObject({ id: '3-0', passedOver: false });
  });
});

describe('newest', () => {
  test('gives the newest frame alone, and only once', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    stage.redis.addNow();
    const newest = stage.redis.addNow();
    expect(await stage.newest()).toBe(newest);
    expect(await stage.newest()).toBeUndefined();
    // The first time is for the count of the source.
    expect(stage.redis.transferred).toEqual([newest, newest]);
  });

  test('does not wait when there is none', async () => {
    const stage = new ReaderStage();
    expect(await stage.newest()).toBeUndefined();
    expect(stage.events).toEqual(['connected']);
  });

  test('next goes on behind it', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    stage.redis.addNow();
    await stage.newest();
    const id = stage.redis.addNow();
    expect((await stage.next()).id).toBe(id);
  });

  test('reports a wrong entry, and looks behind it the next time', async () => {
    const stage = new ReaderStage();
    const wrong = stage.redis.addNow('wrong-size');
    expect(await stage.newest()).toBeUndefined();
    expect(stage.events).toEqual(['connected', `wrong-size ${wrong}`]);
    const id = stage.redis.addNow();
    expect(await stage.newest()).toBe(id);
  });

  test('asks for the time of Redis every 5 s and not more often', async () => {
    const stage = new ReaderStage();
    for (let asked = 0; asked < 120; asked += 1) {
      await stage.newest();
      await stage.clock.advanceMs(100);
    }
    expect(stage.redis.calls.filter((call) => call === 'time')).toHaveLength(3);
  });
});

describe('a call that is given up', () => {
  test('while it waits loses no frame: the next call has it', async () => {
    const stage = new ReaderStage();
    const giveUp = new AbortController();
    const given = follow(stage.reader.next(giveUp.signal));
    await settle();
    giveUp.abort('enough');
    await settle();
    expect(given.outcome).toEqual({ kind: 'error', error: 'enough' });
    const id = stage.redis.addNow();
    await settle();
    expect(await stage.next()).toMatchObject({ id, waited: true });
    expect(stage.redis.transferred).toEqual([id]);
  });

  test('leaves its frame to newest, if there is none newer', async () => {
    const stage = new ReaderStage();
    const giveUp = new AbortController();
    const given = follow(stage.reader.next(giveUp.signal));
    await settle();
    giveUp.abort();
    const id = stage.redis.addNow();
    await settle();
    expect(given.outcome.kind).toBe('error');
    expect(await stage.newest()).toBe(id);
    expect(stage.reader.report.read).toBe(1);
  });

  test('leaves a frame that newest passes over for a newer one, and gives its memory back', async () => {
    const stage = new ReaderStage();
    const giveUp = new AbortController();
    void stage.reader.next(giveUp.signal).catch(() => {});
    await settle();
    giveUp.abort();
    stage.redis.addNow();
    await settle();
    const newer = stage.redis.addNow();
    expect(await stage.newest()).toBe(newer);
    expect(stage.reader.report.read).toBe(2);
    expect(stage.dropped).toEqual(['replaced']);
    expect(stage.redis.lent.size).toBe(1);
  });

  test('in newest loses no frame that came to a call given up before it', async () => {
    const stage = new ReaderStage();
    const first = new AbortController();
    void stage.reader.next(first.signal).catch(() => {});
    await settle();
    first.abort();
    const id = stage.redis.addNow();
    await settle();
    stage.redis.latencyMs = 10;
    const second = new AbortController();
    const newest = follow(stage.reader.newest(second.signal));
    await stage.clock.advanceMs(5);
    second.abort();
    await settle();
    expect(newest.outcome.kind).toBe('error');
    expect((await stage.next()).id).toBe(id);
  });

  test('rejects at once although Redis is silent, at any step of its way', async () => {
    for (const call of ['next', 'newest'] as const) {
      const stage = new ReaderStage();
      stage.redis.addNow();
      stage.redis.isSilent = true;
      const giveUp = new AbortController();
      const given = follow<unknown>(stage.reader[call](giveUp.signal));
      await settle();
      giveUp.abort();
      await settle();
      expect(given.outcome.kind).toBe('error');
    }
  });

  test('before it begins rejects without asking Redis', async () => {
    const stage = new ReaderStage();
    const given = follow(stage.reader.next(AbortSignal.abort('too late')));
    await settle();
    expect(given.outcome).toEqual({ kind: 'error', error: 'too late' });
    expect(stage.redis.attemptsMs).toHaveLength(0);
  });
});
