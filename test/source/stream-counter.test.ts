import { describe, expect, test } from 'bun:test';
import { StreamCounter } from '../../src/source/stream-counter.ts';
import { infoCommand, parseStreamInfo } from '../../src/source/stream-info.ts';
import { parseStreamId, STREAM_START, type StreamId } from '../../src/source/stream-id.ts';
import { FakeRedis } from '../support/fake-connection.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

/** A counter beside a reader whose reading a test sets. */
class CounterStage {
  readonly clock = new FakeClock();
  readonly redis = new FakeRedis(this.clock);
  entriesRead = 0;
  position: StreamId = STREAM_START;
  readonly counter = new StreamCounter(this.redis.connect, () => ({
    entriesRead: this.entriesRead,
    position: this.position,
  }));

  /** Adds entries, of which the last so many are read. */
  add(count: number, read: number): void {
    for (let entry = 0; entry < count; entry += 1) this.position = parseStreamId(this.redis.addNow());
    this.entriesRead += read;
  }
}

describe('the count of a source', () => {
  test('is that of Redis since the first look, and what was not read of it', async () => {
    const stage = new CounterStage();
    stage.add(100, 1);
    await stage.counter.count();
    expect(stage.counter.totals).toEqual({ entriesAdded: 0, passedOver: 0 });
    stage.add(30, 24);
    await stage.counter.count();
    expect(stage.counter.totals).toEqual({ entriesAdded: 30, passedOver: 6 });
  });

  test('is taken over a connection of its own, one for all looks, and none before the first', async () => {
    const stage = new CounterStage();
    expect(stage.redis.attemptsMs).toHaveLength(0);
    await stage.counter.count();
    await stage.counter.count();
    expect(stage.redis.attemptsMs).toHaveLength(1);
    stage.counter.close();
    await settle();
    expect(stage.redis.connectionCount).toBe(0);
  });

  test('is asked for once where two want it at a time', async () => {
    const stage = new CounterStage();
    await Promise.all([stage.counter.count(), stage.counter.count()]);
    expect(stage.redis.calls).toEqual(['info']);
    expect(stage.redis.connectionCount).toBe(1);
  });

  test('stays as it is while Redis is lost or refuses, and goes on when it is back', async () => {
    const stage = new CounterStage();
    await stage.counter.count();
    stage.redis.refusal = 'refused';
    stage.redis.lose('gone');
    stage.add(10, 10);
    await stage.counter.count();
    await stage.counter.count();
    expect(stage.counter.totals.entriesAdded).toBe(0);
    expect(stage.redis.connectionCount).toBe(0);
    stage.redis.refusal = undefined;
    stage.redis.readFault = 'NOPERM';
    await stage.counter.count();
    stage.redis.readFault = undefined;
    await stage.counter.count();
    expect(stage.counter.totals).toEqual({ entriesAdded: 10, passedOver: 0 });
  });

  test('leaves no connection that comes after the end', async () => {
    const stage = new CounterStage();
    stage.redis.connectMs = 100;
    void stage.counter.count();
    await settle();
    stage.counter.close();
    await stage.clock.advanceMs(200);
    expect(stage.redis.connectionCount).toBe(0);
  });
});

describe('what Redis says of a stream', () => {
  test('is read from names and values in turn, in any order', () => {
    const reply = ['entries-added', '512', 'length', '100', 'last-generated-id', '1700000000000-3'];
    expect(parseStreamInfo(reply)).toEqual({
      lastId: { ms: 1_700_000_000_000n, sequence: 3n },
      length: 100,
      entriesAdded: 512,
    });
  });

  test('has no count before Redis 7', () => {
    expect(parseStreamInfo(['length', '2', 'last-generated-id', '5-0'])).toEqual({
      lastId: { ms: 5n, sequence: 0n },
      length: 2,
    });
  });

  test.each([[[]], [['length']], [['length', '3']]])('is nothing where it is %j', (reply) => {
    expect(parseStreamInfo(reply)).toBeUndefined();
  });

  test('is asked for without a frame crossing', () => {
    const [name, script, keys, stream] = infoCommand('imagestream');
    expect([name, keys, stream]).toEqual(['EVAL', '1', 'imagestream']);
    expect(script).not.toContain('entry');
  });
});
