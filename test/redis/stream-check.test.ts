import { describe, expect, test } from 'bun:test';
import { formatStreamId } from '../../src/base/stream-entry.ts';
import { StreamCheck } from '../../src/redis/stream-check.ts';
import { STREAM_START } from '../../src/redis/stream-id.ts';
import { FRAME, failureOf } from './connection-stage.ts';
import { bulk, list, newestReply, readReply, ScriptedRedis, type Step } from './scripted-redis.ts';

/** The first command that a connection is made with. */
const NAMED = ['+OK\r\n'];

/** What `use` gives of a server that answers with these steps. */
async function checking<T>(steps: readonly Step[], use: (check: StreamCheck) => Promise<T>): Promise<T> {
  await using server = await ScriptedRedis.start([[NAMED, steps]]);
  const { address } = server;
  if (address.kind === 'unix') throw new Error('it listens elsewhere');
  const config = { host: '127.0.0.1', port: address.port, db: 0, tls: false };
  const check = await StreamCheck.connect(config, {
    stream: 'stream',
    key: 'pixels',
    sizeBytes: FRAME.length,
  });
  try {
    return await use(check);
  } finally {
    check.close();
  }
}

describe('the newest entry', () => {
  test.each([
    ['a frame', newestReply('1-2', 'other', 'x', 'pixels', FRAME), { kind: 'frame' }],
    ['of another size', newestReply('1-2', 'pixels', 'abc'), { kind: 'wrong-size', sizeBytes: 3 }],
    ['without the key', newestReply('1-2', 'pixel', FRAME), { kind: 'no-key' }],
    [
      'of too many fields',
      newestReply('1-2', ...Array.from({ length: 2_004 }, () => 'a')),
      { kind: 'too-many-fields', fieldCount: 1_002 },
    ],
  ])('is seen to be %s', async (_, reply, entry) => {
    const seen = await checking([reply], (check) => check.newest());
    expect(seen).toMatchObject({ ...entry, id: { ms: 1n, sequence: 2n } });
  });

  test('may be missing', async () => {
    expect(await checking(['*0\r\n'], (check) => check.newest())).toBeUndefined();
  });
});

const next = (check: StreamCheck) => check.next(STREAM_START, 100);

test('the next entry is the one that comes, or none', async () => {
  const entry = await checking([{ pauseMs: 20 }, readReply('1-2', 'pixels', FRAME)], next);
  expect(entry && formatStreamId(entry.id)).toBe('1-2');
  expect(await checking(['*-1\r\n'], next)).toBeUndefined();
});

describe('the time of Redis', () => {
  test('shows that it is one', async () => {
    await checking([list(bulk('1700000000'), bulk('123456'))], (check) => check.askTime());
  });

  test.each([
    ['+OK\r\n'],
    [list(bulk('soon'), bulk('1'))],
    [list(bulk('1'))],
    [':1\r\n'],
    ['HTTP/1.1 400 Bad Request\r\n'],
  ])('is not %j', async (reply) => {
    const failure = await failureOf(checking([reply], (check) => check.askTime()));
    expect(failure?.code).toBe('redis-not-redis');
    expect(failure?.text).toMatch(/^Redis at .*what answers there is no Redis: check COSMOS_VIDEO_HOST/);
  });
});

describe('an answer', () => {
  test('without an end costs no more memory than a few frames', async () => {
    const sizeBytes = 2 ** 30;
    const before = process.memoryUsage.rss();
    const head = `*1\r\n*2\r\n${bulk('1-2')}*2\r\n${bulk('pixels')}$${sizeBytes}\r\n`;
    const failure = await failureOf(checking([head, { floodBytes: sizeBytes }], (check) => check.newest()));
    expect(failure?.text).toEndWith('its answer is larger than 1.0 MiB, where a frame has 16 bytes');
    expect(process.memoryUsage.rss() - before).toBeLessThan(sizeBytes / 4);
  });

  test.each([
    [':1\r\n'],
    ['+OK\r\n'],
    [list(':1\r\n')],
    [list(list(bulk('stream')))],
    [list(list(bulk('stream'), ':1\r\n'))],
    [list(list(bulk('stream'), list('*-1\r\n')))],
    [readReply('soon', 'pixels', 'x')],
    [list(list(bulk('stream'), list(list(':1\r\n', '*0\r\n'))))],
    [list(list(bulk('stream'), list(list(bulk('1-1'), ':1\r\n'))))],
    [list(list(bulk('stream'), list(list(bulk('1-1'), list(':1\r\n', ':1\r\n')))))],
    ['*-1\r\n*-1\r\n*-1\r\n'],
    ['@\r\n'],
    ['>1\r\n$-1\r\n'],
    ['!5\r\nerror\r\n'],
    ['no reply at all\r\n'],
  ])('that is none ends the connection, but never the program: %j', async (reply) => {
    const { failure, after } = await checking([reply], async (check) => ({
      failure: await failureOf(next(check)),
      after: await failureOf(check.askTime()),
    }));
    expect(failure?.text).toMatch(/^Redis at .*(it answers|its answer|what answers there)/);
    expect(after?.text).toMatch(/^Redis at /);
  });
});
