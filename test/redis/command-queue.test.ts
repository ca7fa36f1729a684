import { describe, expect, test } from 'bun:test';
import { STREAM_START } from '../../src/redis/stream-id.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { FakeRedis } from '../support/fake-connection.ts';
import { follow } from '../support/reader-stage.ts';

/** A connection in memory that takes 10 ms for each answer, and refuses a command before it has given it. */
async function connected() {
  const clock = new FakeClock();
  const redis = new FakeRedis(clock);
  const connection = await redis.connect();
  redis.latencyMs = 10;
  return { clock, redis, connection };
}

describe('commands that are given at once', () => {
  test('are answered one after the other', async () => {
    const { clock, redis, connection } = await connected();
    redis.addNow();
    const answers = [
      follow<unknown>(connection.serverTimeUs()),
      follow<unknown>(connection.readNewest(STREAM_START)),
      follow<unknown>(connection.readAfter(STREAM_START, 0)),
    ];
    await clock.advanceMs(20);
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['value', 'value', 'open']);
    await clock.advanceMs(10);
    expect(redis.calls).toEqual(['time', 'newest 0-0', 'read 0-0']);
    expect(redis.transferred).toHaveLength(2);
  });

  test('wait for one that waits for a frame', async () => {
    const { clock, redis, connection } = await connected();
    const waiting = follow(connection.readAfter(STREAM_START, 1_000));
    const time = follow(connection.serverTimeUs());
    await clock.advanceMs(900);
    expect(time.outcome.kind).toBe('open');
    redis.addNow();
    await clock.advanceMs(10);
    expect([waiting.outcome.kind, time.outcome.kind]).toEqual(['value', 'value']);
  });

  test('all fail with the first that fails, whose answer may still come', async () => {
    const { clock, redis, connection } = await connected();
    void connection.serverTimeUs();
    const second = follow(connection.serverTimeUs());
    await settle();
    redis.lose('no answer in 5 s');
    await settle();
    const third = follow(connection.readNewest(STREAM_START));
    await clock.advanceMs(50);
    expect([second.outcome, third.outcome]).toMatchObject([
      { kind: 'error', error: { message: 'no answer in 5 s' } },
      { kind: 'error', error: { message: 'no answer in 5 s' } },
    ]);
    expect(redis.calls).toEqual(['time']);
  });
});
