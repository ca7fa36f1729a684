import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Redis } from 'ioredis';
import { COUNTING_GROUP, EntryCounter, removeCountingGroup } from '../../src/redis/entry-counter.ts';
import type { SmallReply } from '../../src/redis/stream-connection.ts';
import { RedisServer } from '../support/redis-server.ts';

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = server.client();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

let streams = 0;

/** Asks a real Redis on this thread's own loop; a refusal is an answer. */
async function asking(user: { username?: string; password?: string }) {
  const client = new Redis({
    host: '127.0.0.1',
    port: server.port,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    ...user,
  });
  client.on('error', () => {});
  await client.connect();
  return {
    ask: async ([name = '', ...rest]: readonly string[]): Promise<SmallReply> => {
      const reply: unknown = await client.call(name, ...rest).catch((error: unknown) => error);
      return smallReply(reply);
    },
  };
}

function smallReply(reply: unknown): SmallReply {
  if (reply instanceof Error) return { error: reply.message };
  if (Array.isArray(reply)) return reply.map(smallReply);
  if (typeof reply === 'number') return BigInt(reply);
  return typeof reply === 'string' ? reply : undefined;
}

/** A counter on a real Redis, of a stream of its own. */
async function counting(user: { username?: string; password?: string } = {}) {
  streams += 1;
  const stream = `stream-${streams}`;
  const connection = await asking(user);
  const counter = new EntryCounter(stream);
  return { stream, connection, counter, count: () => counter.count(connection) };
}

async function add(stream: string, times: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < times) ids.push((await redis.xadd(stream, '*', 'pixels', 'abcd')) ?? '');
  return ids;
}

describe('the entries of a stream', () => {
  test('are 0 before it is there, and counted from its first one on', async () => {
    const { stream, count } = await counting();
    expect(await count()).toEqual({ length: 0, added: 0, isGroupNew: false });
    expect(await redis.exists(stream)).toBe(0);
    await add(stream, 3);
    expect(await count()).toEqual({ length: 3, added: 3, isGroupNew: true });
    await add(stream, 4);
    expect(await count()).toEqual({ length: 7, added: 7, isGroupNew: false });
  });

  test('are all those ever added, also when they were trimmed, all or in part, before the first look and after it', async () => {
    const { stream, count } = await counting();
    await add(stream, 10);
    await redis.xtrim(stream, 'MAXLEN', 4);
    expect(await count()).toMatchObject({ length: 4, added: 10 });
    await redis.xtrim(stream, 'MAXLEN', 0);
    await add(stream, 2);
    expect(await count()).toMatchObject({ length: 2, added: 12 });
  });

  test('are all those ever added also where some were deleted by their ids', async () => {
    const { stream, count } = await counting();
    const ids = await add(stream, 5);
    await redis.xdel(stream, ids[2] ?? '');
    expect(await count()).toMatchObject({ length: 4, added: 5 });
    await redis.xtrim(stream, 'MAXLEN', 1);
    expect(await count()).toMatchObject({ length: 1, added: 5 });
  });

  test('begin at 0 again when the stream is deleted, which the group tells', async () => {
    const { stream, count } = await counting();
    await add(stream, 5);
    await count();
    await redis.del(stream);
    await add(stream, 6);
    expect(await count()).toEqual({ length: 6, added: 6, isGroupNew: true });
  });

  test('are counted beside the groups of others, and the group goes away', async () => {
    const { stream, count, connection } = await counting();
    await add(stream, 5);
    await redis.xgroup('CREATE', stream, 'somebody', '$');
    await redis.xreadgroup('GROUP', 'somebody', 'else', 'COUNT', 1, 'STREAMS', stream, '>');
    expect(await count()).toMatchObject({ added: 5 });
    await removeCountingGroup(connection, stream);
    const groups = JSON.stringify(await redis.xinfo('GROUPS', stream));
    expect(groups).toContain('somebody');
    expect(groups).not.toContain(COUNTING_GROUP);
  });

  test('are not counted where the rights do not allow it, which is asked for once', async () => {
    await redis.acl('SETUSER', 'viewer', 'on', '>secret', '~*', '+xlen', '+xread');
    const { stream, count, counter } = await counting({ username: 'viewer', password: 'secret' });
    await add(stream, 5);
    expect(await count()).toEqual({ length: 5, added: undefined, isGroupNew: false });
    expect(counter.refusal).toStartWith('NOPERM');
    await redis.acl('LOG', 'RESET');
    expect(await count()).toMatchObject({ length: 5, added: undefined });
    expect(await redis.acl('LOG')).toEqual([]);
  });

  test.each([
    { rights: '+xread', can: 'not look at groups' },
    { rights: '+xinfo|groups +xgroup|create', can: 'make a group' },
  ])('are nothing where the length is refused to one who can $can, which is asked for once', async (user) => {
    await redis.acl('SETUSER', 'blind', 'reset', 'on', '>secret', '~*', ...user.rights.split(' '));
    const { stream, count, counter } = await counting({ username: 'blind', password: 'secret' });
    await add(stream, 5);
    expect(await count()).toBeUndefined();
    expect(counter.refusal).toStartWith('NOPERM');
    await redis.acl('LOG', 'RESET');
    expect(await count()).toBeUndefined();
    expect(await redis.acl('LOG')).toEqual([]);
    expect(await redis.xinfo('GROUPS', stream)).toEqual([]);
  });

  test('are not counted where the length alone is refused', async () => {
    const rights = ['+xread', '+xinfo|groups', '+xgroup|create'];
    await redis.acl('SETUSER', 'lengthless', 'on', '>secret', '~*', ...rights);
    const { stream, count, counter } = await counting({ username: 'lengthless', password: 'secret' });
    await add(stream, 5);
    expect(await count()).toBeUndefined();
    expect(counter.refusal).toStartWith('NOPERM');
  });
});

describe('a Redis before version 7', () => {
  test('tells of no lag, so that nothing is counted', async () => {
    const asked: string[] = [];
    // Only what is asked here is answered; a real one of that age is in no Debian that is still kept up.
    const old = {
      async ask(words: readonly string[]): Promise<SmallReply> {
        asked.push(words.slice(0, 2).join(' '));
        return words[0] === 'XLEN' ? 3n : [['name', COUNTING_GROUP, 'consumers', 0n]];
      },
    };
    const counter = new EntryCounter('s');
    expect(await counter.count(old)).toEqual({ length: 3, added: undefined, isGroupNew: false });
    expect(counter.refusal).toContain('version 7');
    await counter.count(old);
    expect(asked).toEqual(['XINFO GROUPS', 'XLEN s', 'XLEN s']);
  });
});
