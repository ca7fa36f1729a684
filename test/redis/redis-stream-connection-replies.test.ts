import { describe, expect, test } from 'bun:test';
import { SourceError } from '../../src/base/errors.ts';
import { STREAM_START } from '../../src/redis/stream-id.ts';
import { FRAME, freeSlots, inWords, onConnection } from './connection-stage.ts';
import { bulk, list, newestReply, readReply, ScriptedRedis, type Step } from './scripted-redis.ts';

/** The entry that `readNewest` makes of this, or what it rejects with; every slot has to be free again. */
async function newestOf(...steps: readonly Step[]): Promise<string> {
  await using redis = await ScriptedRedis.start([[steps]]);
  return onConnection([redis.address], async ({ connection, slots }) => {
    const words = await connection.readNewest(STREAM_START).then(
      (entry) => {
        if (entry?.kind === 'frame') slots.release(entry.pixels);
        return inWords(entry);
      },
      (error: unknown) => {
        if (!(error instanceof SourceError)) throw error;
        return error.message;
      },
    );
    expect(freeSlots(slots)).toBe(3);
    return words;
  });
}

describe('a reply', () => {
  test('may be cut anywhere', async () => {
    const reply = readReply('1700000000000-7', 'other', 'x'.repeat(20), 'pixels', FRAME, 'behind', '\r\n');
    const cuts = Array.from({ length: reply.length - 1 }, (_, index) => index + 1);
    await using redis = await ScriptedRedis.start([
      cuts.map((cut) => [reply.slice(0, cut), { pauseMs: 2 }, reply.slice(cut)]),
    ]);
    const found = await onConnection([redis.address], async ({ connection, slots }) => {
      const words: string[] = [];
      while (words.length < cuts.length) {
        const entry = await connection.readAfter(STREAM_START, 1_000);
        words.push(inWords(entry));
        if (entry?.kind === 'frame') slots.release(entry.pixels);
      }
      return words;
    });
    expect(found).toEqual(cuts.map(() => `1700000000000-7 ${FRAME}`));
  });

  test('may come byte by byte', async () => {
    const bytes = newestReply('1-2', 'pixels', FRAME)
      .split('')
      .flatMap((byte) => [byte, { pauseMs: 1 }]);
    expect(await newestOf(...bytes)).toBe(`1-2 ${FRAME}`);
  });

  test.each([
    ['an empty list', '*0\r\n', 'none'],
    ['nil', '*-1\r\n', 'none'],
    ['no field', newestReply('1-2'), '1-2 has no key'],
    ['nil for fields', list(list(bulk('1-2'), '*-1\r\n')), '1-2 has no key'],
    ['other fields', newestReply('1-2', 'pixel', FRAME, 'pixelz', FRAME), '1-2 has no key'],
    ['empty names and values', newestReply('1-2', '', '', 'pixels', FRAME), `1-2 ${FRAME}`],
    ['the key twice', newestReply('1-2', 'pixels', FRAME, 'pixels', 'x'.repeat(16)), `1-2 ${FRAME}`],
    [
      'the key twice, the first one wrong',
      newestReply('1-2', 'pixels', 'x', 'pixels', FRAME),
      '1-2 has 1 bytes',
    ],
    ['no byte of a frame', newestReply('1-2', 'pixels', ''), '1-2 has 0 bytes'],
    ['line breaks for pixels', newestReply('1-2', 'pixels', '\r\n'.repeat(8)), `1-2 ${'\r\n'.repeat(8)}`],
    ['the largest id', newestReply(`${2n ** 64n - 1n}-1`), `${2n ** 64n - 1n}-1 has no key`],
  ])('of %s is understood', async (_, reply, words) => {
    expect(await newestOf(reply)).toBe(words);
  });

  test.each([
    ['NOAUTH Authentication required.', /asks for a password/],
    ['WRONGPASS invalid username-password pair or user is disabled.', /refuses the password/],
    ["NOPERM User x has no permissions to run the 'xread' command", /needs XREAD, XREVRANGE/],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', /is no stream/],
    ['LOADING Redis is loading the dataset in memory', /still loading/],
    [`ERR ${'long '.repeat(300)}`, /^Redis: ERR long long .*long $/],
    ['', /^Redis: $/],
  ])('with an error is told in words: %#', async (error, words) => {
    expect(await newestOf(`-${error}\r\n`)).toMatch(words);
  });

  test('with an error in the middle of a frame list gives that error', async () => {
    expect(await newestOf(`*1\r\n*2\r\n${bulk('1-2')}-ERR in the middle\r\n`)).toBe(
      'Redis: ERR in the middle',
    );
  });

  test.each([
    ['a map', '%1\r\n+a\r\n+b\r\n'],
    ['a null of RESP3', '_\r\n'],
    ['a big number', '(123456789012345678901234567890\r\n'],
    ['a status', '+OK\r\n'],
    ['a push', '>1\r\n+x\r\n'],
    ['an empty line', '\r\n'],
    ['a negative number of entries', '*-2\r\n'],
    ['a huge number of entries', `*${'9'.repeat(30)}\r\n`],
    ['a number that is none', '*1e1\r\n'],
    ['more entries than asked for', list(list(bulk('1-2'), '*0\r\n'), list(bulk('1-1'), '*0\r\n'))],
    ['an entry of three parts', list(list(bulk('1-2'), '*0\r\n', '*0\r\n'))],
    ['an id that is none', newestReply('now')],
    ['a long id', newestReply('1'.repeat(100))],
    ['nil for an id', list(list('$-1\r\n', '*0\r\n'))],
    ['nil for a field', list(list(bulk('1-2'), list('$-1\r\n', bulk('x'))))],
    ['nil for pixels', list(list(bulk('1-2'), list(bulk('pixels'), '$-1\r\n')))],
    ['a negative size', list(list(bulk('1-2'), list(bulk('pixels'), '$-5\r\n')))],
    ['a size that is none', list(list(bulk('1-2'), list(bulk('pixels'), `$${'9'.repeat(19)}\r\n`)))],
    ['a line that never ends', { floodBytes: 1_000_000 }],
  ])('of %s is that of a broken connection', async (_, reply) => {
    expect(await newestOf(reply)).toMatch(/^Redis: (it answers|its answer|Redis sent a line)/);
  });

  const frameHead = `*1\r\n*2\r\n${bulk('1-2')}*4\r\n${bulk('pixels')}`;
  test.each([
    ['at once', []],
    ['in a head', ['*1\r\n*2']],
    ['before the frame', [`${frameHead}$16\r\n`]],
    ['in the frame', [`${frameHead}$16\r\n0123456`]],
    ['in the line break behind the frame', [`${frameHead}$16\r\n${FRAME}\r`]],
    ['in the fields behind the frame', [`${frameHead}${bulk(FRAME)}$5\r\nab`]],
  ])('that ends %s leaves no slot behind', async (_, steps) => {
    expect(await newestOf(...steps, { pauseMs: 5 }, { end: true })).toBe('Redis: the connection was closed');
  });

  test('of a frame of 1 GiB is read away without memory for it', async () => {
    const sizeBytes = 2 ** 30;
    const before = process.memoryUsage.rss();
    const head = `${frameHead}$${sizeBytes}\r\n`;
    const found = await newestOf(head, { floodBytes: sizeBytes }, `\r\n${bulk('a')}${bulk('b')}`);
    expect(found).toBe(`1-2 has ${sizeBytes} bytes`);
    expect(process.memoryUsage.rss() - before).toBeLessThan(sizeBytes / 4);
  });
});
