import { describe, expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { SourceError } from '../../src/base/errors.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import { STREAM_START } from '../../src/redis/stream-id.ts';
import { NEVER } from '../os/in-loop.ts';
import { FRAME, freeSlots, inWords, onConnection, type ConnectionStage } from './connection-stage.ts';
import { bulk, newestReply, ScriptedRedis, type Step } from './scripted-redis.ts';

const GOOD = newestReply('1-3', 'pixels', FRAME);
const FIELD = bulk('a') + bulk('b');
const PIXELS = bulk('pixels') + bulk(FRAME);
const LARGEST_BYTES = 67_108_864;
/** A byte now and then, for longer than any limit. */
const DROPS = Array.from({ length: 100 }, () => ['x', { pauseMs: 100 }] as const).flat();
const entryOf = (fieldCount: number): string => `*1\r\n*2\r\n${bulk('1-2')}*${2 * fieldCount}\r\n`;

/** The entry that these steps are read as, and the one behind it; a `SourceError` as its words. */
async function twoOf(...steps: readonly Step[]): Promise<string[]> {
  await using redis = await ScriptedRedis.start([[steps, [GOOD]]]);
  return onConnection([redis.address], readTwo);
}

async function readTwo({ connection, slots }: ConnectionStage): Promise<string[]> {
  const found: string[] = [];
  while (found.length < 2) {
    const entry = await connection.readNewest(STREAM_START).catch(wordsOf);
    found.push(typeof entry === 'string' ? entry : inWords(entry));
    if (typeof entry === 'object' && entry.kind === 'frame') slots.release(entry.pixels);
  }
  expect(freeSlots(slots)).toBe(3);
  return found;
}

function wordsOf(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  throw error;
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

  test.each([
    [
      'of too many fields',
      [entryOf(999_999_999), { repeat: FIELD, times: 999_999_999 }],
      'has 999999999 fields',
    ],
    ['of a wrong size', [`${entryOf(1)}${bulk('pixels')}$1000\r\n`, ...DROPS], 'has 1000 bytes'],
  ] as const)(
    '%s that never ends is told after 5 s, and everything else on the loop goes on meanwhile',
    async (_, steps, wrong) => {
      await using redis = await ScriptedRedis.start([[steps]]);
      const { words, ticks } = await onConnection([redis.address], async (stage) => {
        const counter = countTicks(stage.loop);
        return { words: await readTwo(stage), ticks: counter.ticks };
      });
      expect(words).toEqual([`1-2 ${wrong}`, 'Redis: its answer does not end']);
      // 500 on a machine that has the time.
      expect(ticks).toBeGreaterThan(50);
    },
    30_000,
  );
});

/** Counts how often a sleep of 10 ms ends. */
function countTicks(loop: PollLoop): { ticks: number } {
  const counter = { ticks: 0 };
  const startNs = loop.nowNs();
  const tick = async () => {
    for (let at = 1n; ; at += 1n) {
      await loop.sleepUntil(startNs + at * 10n * NS_PER_MS, NEVER);
      counter.ticks += 1;
    }
  };
  void tick();
  return counter;
}
