import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { SourceError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import { formatStreamId } from '../../src/base/stream-entry.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import { connectFirst, type SocketAddress } from '../../src/os/socket.ts';
import { parseStreamId, STREAM_START } from '../../src/redis/stream-id.ts';
import { Folder } from '../support/folder.ts';
import { freeTcpPort } from '../support/ports.ts';
import { RedisServer } from '../support/redis-server.ts';
import { FRAME, freeSlots, inWords, onConnection, type ConnectionStage } from './connection-stage.ts';
import { bulk, list, newestReply, ScriptedRedis } from './scripted-redis.ts';

/** What a promise rejects with; it has to be a `SourceError`. */
async function failureOf(promise: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SourceError) return error.failure;
    throw error;
  }
  return undefined;
}

/** The same in words. */
async function failure(promise: Promise<unknown>): Promise<string> {
  return (await failureOf(promise))?.text ?? 'it did not fail';
}

const newest = async ({ connection }: ConnectionStage) => inWords(await connection.readNewest(STREAM_START));
const GOOD = [[[newestReply('1-2', 'pixels', FRAME)]]];
const loopback = (port: number): SocketAddress => ({ kind: 'ipv4', bytes: [127, 0, 0, 1], port });

describe('a connection', () => {
  test.each(['ipv4', 'ipv6'] as const)('is made by %s', async (kind) => {
    await using redis = await ScriptedRedis.start(GOOD, kind);
    expect(await onConnection([redis.address], newest)).toBe(`1-2 ${FRAME}`);
  });

  test('is made by a unix socket, with as long a path as the system has', async () => {
    using folder = new Folder();
    const path = folder.file('x').padEnd(107, 'x');
    await using redis = await ScriptedRedis.start(GOOD, { path });
    expect(await onConnection([redis.address], newest)).toBe(`1-2 ${FRAME}`);
    const longer = onConnection([{ kind: 'unix', path: `${path}x` }], newest);
    expect(await failure(longer)).toBe('Redis: the path of the socket is too long');
  });

  test('is made with the first address that answers', async () => {
    await using redis = await ScriptedRedis.start(GOOD);
    const dead = loopback(await freeTcpPort());
    expect(await onConnection([dead, dead, redis.address], newest)).toBe(`1-2 ${FRAME}`);
  });

  test('that cannot be made says why', async () => {
    const refused = await failureOf(onConnection([loopback(await freeTcpPort())], newest));
    expect(refused).toMatchObject({ code: 'redis-refused', text: expect.stringContaining('refused') });
    const unknown = await failureOf(onConnection([], newest));
    expect(unknown).toMatchObject({
      code: 'redis-unknown-host',
      text: expect.stringContaining('unknown host'),
    });
    const missing = await failureOf(onConnection([{ kind: 'unix', path: '/nowhere/redis.sock' }], newest));
    expect(missing).toMatchObject({
      code: 'redis-no-socket',
      text: expect.stringContaining('no such socket'),
    });
  });

  test('is made over a socket that is connected already, which it closes', async () => {
    await using redis = await ScriptedRedis.start([...GOOD, [['-WRONGPASS no\r\n']]]);
    const connect = async (loop: PollLoop) =>
      ({ kind: 'socket', fd: await connectFirst([redis.address], loop) }) as const;
    const before = readdirSync('/proc/self/fd').length;
    expect(await onConnection(connect, newest)).toBe(`1-2 ${FRAME}`);
    const refused = onConnection(connect, newest, { config: { password: 'secret' } });
    expect(await failure(refused)).toContain('refuses the password');
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('is not made where there is no way to it, for the reason that there is none', async () => {
    const reason: Failure = { code: 'redis-tls', text: 'Redis at box:6379: its certificate has expired' };
    const failed = onConnection(async () => ({ kind: 'failed', failure: reason }), newest);
    expect(await failureOf(failed)).toEqual(reason);
  });

  test('is made again after one that was lost, and leaves no descriptor behind', async () => {
    await using redis = await ScriptedRedis.start([[[{ end: true }]], [['%0\r\n']], ...GOOD]);
    const before = readdirSync('/proc/self/fd').length;
    const lost = await failure(onConnection([redis.address], newest));
    expect(lost).toBe('Redis: the connection was closed');
    expect(await failure(onConnection([redis.address], newest))).toContain('a form that is not known');
    expect(await onConnection([redis.address], newest)).toBe(`1-2 ${FRAME}`);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test.each([
    ['-WRONGPASS invalid username-password pair\r\n', /refuses the password/],
    ['-ERR DB index is out of range\r\n', /DB index is out of range/],
    ['*0\r\n', /a form that is not known/],
  ])('is not made where it is refused: %j', async (reply, words) => {
    await using redis = await ScriptedRedis.start([[[reply]]]);
    const config = reply.startsWith('-ERR') ? { db: 99 } : { password: 'secret' };
    expect(await failure(onConnection([redis.address], newest, { config }))).toMatch(words);
  });

  test('takes no answer that it has not asked for', async () => {
    const reply = newestReply('1-2', 'pixels', FRAME);
    await using redis = await ScriptedRedis.start([[[reply + list(bulk('1'), bulk('2'))]]]);
    const second = onConnection([redis.address], async ({ connection }) => {
      await connection.readNewest(STREAM_START);
      return connection.serverTimeUs();
    });
    expect(await failure(second)).toBe('Redis: it answers more than it was asked');
  });

  test.each([
    ['a time that is none', list(bulk('soon'), bulk('1'))],
    ['half a time', list(bulk('1'))],
  ])('gives up at %s', async (_, reply) => {
    await using redis = await ScriptedRedis.start([[[reply]]]);
    const time = onConnection([redis.address], ({ connection }) => connection.serverTimeUs());
    expect(await failure(time)).toMatch(/^Redis: (it answers|its answer)/);
  });

  test('that is never answered is given up in 5 s, one that answers slowly is not', async () => {
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

  test('that is closed answers no more', async () => {
    await using redis = await ScriptedRedis.start(GOOD);
    const late = onConnection([redis.address], async (stage) => {
      stage.connection.close();
      stage.connection.close();
      return newest(stage);
    });
    expect(await failure(late)).toBe('Redis: the connection was closed');
  });
});

test('a frame that waits for a slot takes none when its connection is closed', async () => {
  await using redis = await ScriptedRedis.start(GOOD);
  const words = onConnection([redis.address], async ({ connection, slots, loop }) => {
    const [held] = [slots.acquire(), slots.acquire(), slots.acquire()];
    if (!held) throw new Error('no slot');
    const reading = failure(connection.readNewest(STREAM_START));
    await loop.pause(50n * NS_PER_MS);
    connection.close();
    slots.release(held);
    return { words: await reading, free: freeSlots(slots) };
  });
  expect(await words).toEqual({ words: 'Redis: the connection was closed', free: 1 });
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
