import { describe, expect, test } from 'bun:test';
import { FRAME, onConnection, readTwo } from './connection-stage.ts';
import { bulk, entryOf, newestReply, ScriptedRedis, type Step } from './scripted-redis.ts';

const GOOD = newestReply('1-3', 'pixels', FRAME);
const FIELD = bulk('a') + bulk('b');
const PIXELS = bulk('pixels') + bulk(FRAME);
const LARGEST_BYTES = 67_108_864;

/** The entry that these steps are read as, and the one behind it; a `SourceError` as its words. */
async function twoOf(...steps: readonly Step[]): Promise<string[]> {
  await using redis = await ScriptedRedis.start([[steps, [GOOD]]]);
  return onConnection([redis.address], readTwo);
}

describe('an entry', () => {
  test.each([
    ['a thousand fields beside its frame', [entryOf(1_001), PIXELS, { repeat: FIELD, times: 1_000 }], FRAME],
    ['one more than that', [entryOf(1_002), PIXELS, { repeat: FIELD, times: 1_001 }], 'has 1002 fields'],
    [
      'half a million fields',
      [entryOf(500_001), { repeat: FIELD, times: 500_000 }, PIXELS],
      'has 500001 fields',
    ],
    [
      '64 MiB beside its frame',
      [
        entryOf(2),
        PIXELS,
        `${bulk('a')}$${LARGEST_BYTES - 7}\r\n`,
        { floodBytes: LARGEST_BYTES - 7 },
        '\r\n',
      ],
      FRAME,
    ],
    [
      'a byte more than that',
      [
        entryOf(2),
        PIXELS,
        `${bulk('a')}$${LARGEST_BYTES - 6}\r\n`,
        { floodBytes: LARGEST_BYTES - 6 },
        '\r\n',
      ],
      'has too much beside',
    ],
    [
      'that much in a name, before its frame',
      [
        entryOf(2),
        `$${LARGEST_BYTES + 1}\r\n`,
        { floodBytes: LARGEST_BYTES + 1 },
        `\r\n${bulk('b')}${PIXELS}`,
      ],
      'has too much beside',
    ],
  ] as const)('with %s is told, and the one behind it is read', async (_, steps, words) => {
    expect(await twoOf(...steps)).toEqual([`1-2 ${words}`, `1-3 ${FRAME}`]);
  });

  test('that is wrong and cut off is told, so that it is not read again', async () => {
    const cut = twoOf(`${entryOf(1)}${bulk('pixels')}$1000000\r\nab`, { pauseMs: 5 }, { end: true });
    expect(await cut).toEqual(['1-2 has 1000000 bytes', 'Redis: the connection was closed']);
  });

  test('with a name without a value is read to its end', async () => {
    const odd = `*1\r\n*2\r\n${bulk('1-2')}*3\r\n${PIXELS}${bulk('pixels')}`;
    expect(await twoOf(odd)).toEqual([`1-2 ${FRAME}`, `1-3 ${FRAME}`]);
  });
});
