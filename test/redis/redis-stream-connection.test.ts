import { describe, expect, test } from 'bun:test';
import { readdirSync, readlinkSync } from 'node:fs';
import { NS_PER_MS } from '../../src/base/clock.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import { connectFirst } from '../../src/os/socket.ts';
import { STREAM_START } from '../../src/redis/stream-id.ts';
import { Folder } from '../support/folder.ts';
import { freeTcpPort } from '../support/ports.ts';
import { failure, failureOf, FRAME, freeSlots, loopback, newest, onConnection } from './connection-stage.ts';
import { bulk, list, newestReply, ScriptedRedis } from './scripted-redis.ts';

const GOOD = [[[newestReply('1-2', 'pixels', FRAME)]]];
/** Each with what it leads to, since those of earlier tests may still be closed meanwhile: a count would be lower then. */
const descriptors = () =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      // The one that the folder was read by.
      return [];
    }
  });

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
    const before = descriptors();
    expect(await onConnection(connect, newest)).toBe(`1-2 ${FRAME}`);
    const refused = onConnection(connect, newest, { config: { password: 'secret' } });
    expect(await failure(refused)).toContain('refuses the password');
    expect(descriptors().filter((each) => !before.includes(each))).toEqual([]);
  });

  test('is not made where there is no way to it, for the reason that there is none', async () => {
    const reason: Failure = { code: 'redis-tls', text: 'Redis at box:6379: its certificate has expired' };
    const failed = onConnection(async () => ({ kind: 'failed', failure: reason }), newest);
    expect(await failureOf(failed)).toEqual(reason);
  });

  test('is made again after one that was lost, and leaves no descriptor behind', async () => {
    await using redis = await ScriptedRedis.start([[[{ end: true }]], [['%0\r\n']], ...GOOD]);
    const before = descriptors();
    const lost = await failure(onConnection([redis.address], newest));
    expect(lost).toBe('Redis: the connection was closed');
    expect(await failure(onConnection([redis.address], newest))).toContain('a form that is not known');
    expect(await onConnection([redis.address], newest)).toBe(`1-2 ${FRAME}`);
    expect(descriptors().filter((each) => !before.includes(each))).toEqual([]);
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
