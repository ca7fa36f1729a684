import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { formatStreamId } from '../../src/base/stream-entry.ts';
import { parseStreamId, STREAM_START } from '../../src/redis/stream-id.ts';
import { RedisServer } from '../support/redis-server.ts';
import { failure, failureOf, FRAME, inWords, loopback, newest, onConnection } from './connection-stage.ts';
import { bulk, ScriptedRedis } from './scripted-redis.ts';

test('a connection that is never answered is given up in 5 s, one that answers slowly is not', async () => {
  const head = `*1\r\n*2\r\n${bulk('1-2')}*2\r\n${bulk('pixels')}$16\r\n`;
  // Slower than the limit in all, never slower from one piece to the next.
  const drops = FRAME.slice(0, 6)
    .split('')
    .flatMap((byte) => [byte, { pauseMs: 1_000 }]);
  const slow = [head, ...drops, `${FRAME.slice(6)}\r\n`];
  const silent = [`${head}0123`];
  await using redis = await ScriptedRedis.start([[slow, silent]]);
  const startMs = performance.now();
  const words = onConnection([redis.address], async (stage) => {
    const first = await newest(stage);
    return `${first}, then ${await failure(newest(stage))}`;
  });
  expect(await words).toBe(`1-2 ${FRAME}, then Redis: no answer in 5 s`);
  expect(performance.now() - startMs).toBeGreaterThan(10_500);
});

describe('with a real Redis', () => {
  test('a password that the server does not ask for is no reason to stay out', async () => {
    await using server = await RedisServer.start();
    const to = [loopback(server.port)];
    expect(await onConnection(to, newest, { config: { password: 'not needed' } })).toBe('none');
    const wrong = onConnection(to, newest, { config: { username: 'nobody', password: 'wrong' } });
    expect((await failureOf(wrong))?.code).toBe('redis-password-refused');
  });

  test('the login that comes with the way holds instead of that in the settings', async () => {
    await using server = await RedisServer.start('--requirepass', 'secret');
    const config = { password: 'wrong' };
    const addresses = [loopback(server.port)];
    expect(await failureOf(onConnection(addresses, newest, { config }))).toMatchObject({
      code: 'redis-password-refused',
    });
    const login = { username: 'default', password: 'secret' };
    const way = async () => ({ kind: 'addresses', addresses, login }) as const;
    expect(await onConnection(way, newest, { config })).toBe('none');
  });

  test('any field names and values are told apart, byte by byte', async () => {
    await using server = await RedisServer.start();
    const redis = server.client();
    try {
      const key = 'pixels äöü €';
      const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
      const field = fc.record({ name: fc.oneof(bytes, fc.constant(Buffer.from(key))), value: bytes });
      await fc.assert(
        fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 5 }), async (fields) => {
          const frame = { name: Buffer.from(key), value: Buffer.from(FRAME) };
          const words = [...fields, frame].flatMap(({ name, value }) => [name, value]);
          const id = await redis.xadd('stream', '*', ...words);
          const found = await onConnection([loopback(server.port)], newest, { key });
          const value = [...fields, frame].find(({ name }) => name.equals(frame.name))?.value;
          const isFrame = value?.length === FRAME.length;
          const wanted = isFrame ? value.toString('latin1') : `has ${value?.length} bytes`;
          expect(found).toBe(`${id} ${wanted}`);
        }),
        { numRuns: 30 },
      );
    } finally {
      redis.disconnect();
    }
  });

  test('entries come in order, the newest one alone, and nothing where there is nothing', async () => {
    await using server = await RedisServer.start('--requirepass', 'secret');
    const redis = server.client('secret');
    try {
      await redis.select(3);
      for (const id of ['5-1', '5-2', '6-0']) await redis.xadd('stream', id, 'pixels', FRAME);
      const options = { config: { password: 'secret', username: 'default', db: 3 } };
      const found = await onConnection(
        [loopback(server.port)],
        async ({ connection, slots, loop }) => {
          const ids: string[] = [];
          let entry = await connection.readAfter(STREAM_START, 0);
          while (entry?.kind === 'frame') {
            ids.push(formatStreamId(entry.id));
            slots.release(entry.pixels);
            entry = await connection.readAfter(entry.id, 0);
          }
          const beforeNs = loop.nowNs();
          const none = await connection.readAfter(parseStreamId('6-0'), 100);
          const length = await connection.ask(['XLEN', 'stream']);
          const refused = await connection.ask(['XGROUP', 'NONSENSE', 'stream']);
          return {
            ids,
            newest: inWords(await connection.readNewest(parseStreamId('5-2'))),
            newer: await connection.readNewest(parseStreamId('6-0')),
            none,
            hasBlocked: loop.nowNs() - beforeNs >= 99_000_000n,
            length,
            isRefused: typeof refused === 'object' && 'error' in refused,
            isTime: Math.abs(Number((await connection.serverTimeUs()) / 1000n) - Date.now()) < 5_000,
          };
        },
        options,
      );
      expect(found).toEqual({
        ids: ['5-1', '5-2', '6-0'],
        newest: `6-0 ${FRAME}`,
        newer: undefined,
        none: undefined,
        hasBlocked: true,
        length: 3n,
        isRefused: true,
        isTime: true,
      });
    } finally {
      redis.disconnect();
    }
  });
});
