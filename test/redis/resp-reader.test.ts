import { describe, expect, test } from 'bun:test';
import { ConnectionError } from '../../src/base/errors.ts';
import { NS_PER_SECOND } from '../../src/base/frame-rate.ts';
import { libc } from '../../src/os/libc.ts';
import { connectFirst } from '../../src/os/socket.ts';
import { CommandWriter } from '../../src/redis/command-writer.ts';
import { ReplyReader } from '../../src/redis/reply-reader.ts';
import { RespReader } from '../../src/redis/resp-reader.ts';
import { inLoop } from '../os/in-loop.ts';
import { bulk, list, ScriptedRedis, type Conversation } from './scripted-redis.ts';

/**
 * What the replies to so many commands are read as; a `ConnectionError` as its words.
 * @param askedNs how long ago they were asked for
 */
async function played(replies: Conversation, askedNs = 0n): Promise<unknown[]> {
  await using redis = await ScriptedRedis.start([replies]);
  return inLoop(async (loop) => {
    const fd = await connectFirst([redis.address], loop);
    const writer = new CommandWriter(fd, loop);
    const bytes = new ReplyReader(fd, loop);
    const resp = new RespReader(bytes);
    const found: unknown[] = [];
    for (const _ of replies) {
      const deadlineNs = loop.nowNs() + 5n * NS_PER_SECOND;
      await writer.send(['PING'], deadlineNs);
      bytes.expectBy(deadlineNs - askedNs);
      found.push(await resp.reply().catch(wordsOf));
    }
    libc.close(fd);
    return found;
  });
}

const repliesOf = (...replies: readonly string[]) => played(replies.map((reply) => [reply]));

function wordsOf(error: unknown): string {
  if (error instanceof ConnectionError) return error.message;
  throw error;
}

const nested = (depth: number): string => (depth === 0 ? ':1\r\n' : list(nested(depth - 1)));

describe('a reply that is read whole', () => {
  test('has strings, integers, lists in lists and nil', async () => {
    const group = list(
      bulk('name'),
      bulk('a\r\nb'),
      bulk('lag'),
      ':-12',
      '+ok',
      bulk(''),
      '$-1',
      '*-1',
      '*0',
    );
    const reply = group.replaceAll(/(:-12|\+ok|\$-1|\*-1|\*0)/g, '$1\r\n');
    expect(await repliesOf(list(reply, reply))).toEqual([
      Array.from({ length: 2 }, () => ['name', 'a\r\nb', 'lag', -12n, 'ok', '', undefined, undefined, []]),
    ]);
  });

  test('may be longer than any buffer', async () => {
    const long = 'x'.repeat(60_000);
    expect(await repliesOf(bulk(long))).toEqual([long]);
  });

  test('that is a refusal is told as one, and leaves the connection in step', async () => {
    expect(await repliesOf('-NOPERM no permissions\r\n', list(bulk('next')))).toEqual([
      { error: 'NOPERM no permissions' },
      ['next'],
    ]);
  });

  test.each([
    ['too deep', nested(5)],
    ['of an integer that is none', ':1e3\r\n'],
    ['of a size that is none', '$x\r\n'],
    ['of an unknown form', '%1\r\n'],
    ['with a refusal inside', list('-ERR inside\r\n')],
    ['of nothing', '\r\n'],
  ])('%s is not read', async (_, reply) => {
    expect(await repliesOf(reply)).toEqual([expect.stringMatching(/^it answers /)]);
  });

  test.each([
    ['of too many values', list(...ones(5_000))],
    ['of lists that add up to too many', list(...Array.from({ length: 100 }, () => list(...ones(100))))],
    ['of a string that is too long', bulk('x'.repeat(70_000))],
    [
      'of strings that add up to too much',
      list(...Array.from({ length: 70 }, () => bulk('x'.repeat(1_000)))),
    ],
  ])('%s is read away, and leaves the connection in step', async (_, reply) => {
    const error = expect.stringContaining('longer than anybody can want');
    expect(await repliesOf(reply, list(bulk('next')))).toEqual([{ error }, ['next']]);
  });

  test('has 30 s from the time by which it had to begin, however busily it comes', async () => {
    const drops = Array.from({ length: 50 }, () => ['x', { pauseMs: 100 }] as const).flat();
    const ago = 34n * NS_PER_SECOND;
    expect(await played([['$1000\r\n', ...drops]], ago)).toEqual(['its answer does not end']);
  });

  test('may be four lists deep', async () => {
    expect(await repliesOf(nested(4))).toEqual([[[[[1n]]]]]);
  });
});

function ones(count: number): string[] {
  return Array.from({ length: count }, () => ':1\r\n');
}
