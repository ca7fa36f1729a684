import { describe, expect, test } from 'bun:test';
import { settle } from '../support/fake-clock.ts';
import { follow, ReaderStage } from '../support/reader-stage.ts';

/** Differences of neighbours. */
function gaps(numbers: readonly number[]): number[] {
  return numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
}

describe('a Redis that cannot be reached', () => {
  test('is tried again for ever, at first after 0.2 s, then at least once a second', async () => {
    const stage = new ReaderStage();
    stage.redis.refusal = 'refused';
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(60_000);
    expect(read.outcome.kind).toBe('open');
    expect(gaps(stage.redis.attemptsMs).slice(0, 6)).toEqual([200, 400, 800, 1_000, 1_000, 1_000]);
    expect(new Set(stage.events)).toEqual(new Set(['lost: refused']));
  });

  test('gives its frames once it is there, and the next waits begin again', async () => {
    const stage = new ReaderStage();
    stage.redis.refusal = 'refused';
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(3_000);
    stage.redis.refusal = undefined;
    const id = stage.redis.addNow();
    await stage.clock.advanceMs(5_000);
    expect(read.outcome).toMatchObject({ value: { frame: { id } } });
    expect(stage.events.at(-1)).toBe('connected');

    stage.redis.lose('gone');
    stage.redis.refusal = 'refused';
    stage.redis.attemptsMs.length = 0;
    void stage.reader.next(stage.never);
    await stage.clock.advanceMs(1_500);
    expect(gaps(stage.redis.attemptsMs)).toEqual([400, 800]);
  });

  test('is given up at once when the call is, also between two attempts', async () => {
    const stage = new ReaderStage();
    stage.redis.refusal = 'refused';
    const giveUp = new AbortController();
    const read = follow(stage.reader.next(giveUp.signal));
    await stage.clock.advanceMs(2_000);
    giveUp.abort('stop');
    await settle();
    expect(read.outcome).toEqual({ kind: 'error', error: 'stop' });
    expect(stage.clock.sleeperCount).toBe(0);
  });
});

describe('a Redis that takes the connection but refuses to be read', () => {
  test('does not count as connected, and the waits double all the same', async () => {
    const stage = new ReaderStage();
    stage.redis.readFault = 'WRONGTYPE';
    void stage.reader.next(stage.never);
    await stage.clock.advanceMs(10_000);
    expect(gaps(stage.redis.attemptsMs).slice(0, 5)).toEqual([200, 400, 800, 1_000, 1_000]);
    expect(new Set(stage.events)).toEqual(new Set(['lost: WRONGTYPE']));
    expect(stage.redis.connectionCount).toBe(0);

    stage.redis.readFault = undefined;
    await stage.clock.advanceMs(8_000);
    expect(stage.events.at(-1)).toBe('connected');
  });

  test('is said to be connected once for each connection', async () => {
    const stage = new ReaderStage();
    for (let asked = 0; asked < 5; asked += 1) await stage.newest();
    stage.redis.lose('gone');
    const newest = follow(stage.reader.newest(stage.never));
    await stage.clock.advanceMs(1_000);
    expect(newest.outcome.kind).toBe('value');
    stage.redis.addNow();
    for (let asked = 0; asked < 5; asked += 1) await stage.newest();
    expect(stage.events).toEqual(['connected', 'lost: gone', 'connected']);
  });

  test('that takes the connection again without a frame is connected only when it has been good for a while', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    stage.redis.lose('gone');
    void stage.reader.next(stage.never);
    await stage.clock.advanceMs(4_900);
    expect(stage.events).toEqual(['connected', 'lost: gone']);
    await stage.clock.advanceMs(2_000);
    expect(stage.events).toEqual(['connected', 'lost: gone', 'connected']);
  });

  test('that refuses one kind of read and answers another is said to be lost once, and waits longer each time', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    stage.redis.attemptsMs.length = 0;
    stage.redis.readAfterFault = 'NOPERM no XREAD';
    stage.redis.lose('gone');
    void stage.reader.next(stage.never);
    await stage.clock.advanceMs(20_000);
    expect(gaps(stage.redis.attemptsMs).slice(0, 4)).toEqual([400, 800, 1_000, 1_000]);
    expect(stage.events.filter((event) => event === 'connected')).toHaveLength(1);
  });
});

describe('a connection that is lost', () => {
  test('while a read waits loses no frame', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    const read = follow(stage.reader.next(stage.never));
    await settle();
    stage.redis.lose('gone');
    const id = stage.redis.addNow();
    await stage.clock.advanceMs(200);
    expect(read.outcome).toMatchObject({ value: { frame: { id } } });
    expect(stage.events).toEqual(['connected', 'lost: gone', 'connected']);
  });

  test('between a given up read and newest loses no frame', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    const giveUp = new AbortController();
    void stage.reader.next(giveUp.signal).catch(() => {});
    await settle();
    giveUp.abort();
    const id = stage.redis.addNow();
    await settle();
    stage.redis.lose('gone');
    const newest = follow(stage.reader.newest(stage.never));
    await stage.clock.advanceMs(1_000);
    expect(newest.outcome).toMatchObject({ value: { id } });
    expect(stage.reader.report.read).toBe(2);
  });

  test('is closed, and so is one that comes when nobody waits for it any more', async () => {
    const stage = new ReaderStage();
    await stage.newest();
    stage.redis.lose('gone');
    void stage.reader.newest(stage.never);
    await stage.clock.advanceMs(1_000);
    expect(stage.redis.connectionCount).toBe(1);
    stage.reader.close();
    expect(stage.redis.connectionCount).toBe(0);
    stage.redis.connectMs = 100;
    const giveUp = new AbortController();
    const given = follow(stage.reader.newest(giveUp.signal));
    await settle();
    giveUp.abort();
    await settle();
    expect(given.outcome.kind).toBe('error');
    await stage.clock.advanceMs(100);
    expect(stage.redis.attemptsMs).toHaveLength(3);
    expect(stage.redis.connectionCount).toBe(0);
  });

  test('after an abort in the middle of its first question is still found to be connected', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    stage.redis.lose('gone');
    stage.redis.latencyMs = 50;
    const giveUp = new AbortController();
    const given = follow(stage.reader.next(giveUp.signal));
    await stage.clock.advanceMs(220);
    giveUp.abort();
    await settle();
    expect(given.outcome.kind).toBe('error');
    const id = stage.redis.addNow();
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(500);
    expect(read.outcome).toMatchObject({ value: { frame: { id } } });
    expect(stage.events).toEqual(['connected', 'lost: gone', 'connected']);
  });
});

describe('a stream that starts over', () => {
  test('with lower ids on a connection that was made again is read from its newest entry', async () => {
    const stage = new ReaderStage();
    stage.redis.add('1700001000000-0');
    await stage.next();
    stage.redis.delete();
    stage.redis.lose('gone');
    for (const id of ['5-0', '6-0', '7-0']) stage.redis.add(id);
    expect((await stage.next()).id).toBe('7-0');
    expect(stage.events).toContain('restarted');
    expect(stage.redis.lent.size).toBe(2);
  });

  test('with lower ids while the connection stays is found out within a second', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    stage.redis.delete();
    stage.redis.add('6-0');
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(1_000);
    expect(read.outcome).toMatchObject({ value: { frame: { id: '6-0' } } });
    expect(stage.events).toEqual(['connected', 'restarted']);
  });

  test('is found out by newest, too', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.newest();
    stage.redis.delete();
    stage.redis.add('6-0');
    expect(await stage.newest()).toBeUndefined();
    await stage.clock.advanceMs(1_000);
    await stage.newest();
    expect(await stage.newest()).toBe('6-0');
    expect(stage.events).toEqual(['connected', 'restarted']);
  });

  test('empty is read from its first entry, whatever its id', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    stage.redis.delete();
    const read = follow(stage.reader.next(stage.never));
    await stage.clock.advanceMs(6_000);
    expect(stage.events).toEqual(['connected', 'restarted']);
    stage.redis.add('1-0');
    await settle();
    expect(read.outcome).toMatchObject({ value: { frame: { id: '1-0' } } });
  });

  test('is looked for in the counts alone where no frame comes, so that none crosses for it', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    void stage.reader.next(stage.never);
    stage.redis.calls.length = 0;
    await stage.clock.advanceMs(300_000);
    expect(stage.redis.calls.filter((call) => call.startsWith('newest'))).toEqual([]);
    expect(stage.events).toEqual(['connected']);
  });

  test('is looked for ever more rarely where Redis does not count, at most once a minute', async () => {
    const stage = new ReaderStage();
    stage.redis.countRefusal = 'NOPERM';
    stage.redis.addNow();
    await stage.next();
    void stage.reader.next(stage.never);
    stage.redis.calls.length = 0;
    await stage.clock.advanceMs(300_000);
    const looks = stage.redis.calls.filter((call) => call === 'newest 0-0');
    expect(looks.length).toBeGreaterThanOrEqual(8);
    expect(looks.length).toBeLessThanOrEqual(10);
    expect(stage.redis.lent.size).toBe(1);
    expect(stage.events).toEqual(['connected']);
  });

  test('is not said of a stream that only went on', async () => {
    const stage = new ReaderStage();
    stage.redis.addNow();
    await stage.next();
    stage.redis.lose('gone');
    const id = stage.redis.addNow();
    expect((await stage.next()).id).toBe(id);
    expect(stage.events).not.toContain('restarted');
  });
});
