import { expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import { NEVER } from '../os/in-loop.ts';
import { onConnection, readTwo } from './connection-stage.ts';
import { bulk, entryOf, ScriptedRedis } from './scripted-redis.ts';

const FIELD = bulk('a') + bulk('b');
/** A byte now and then, for longer than any limit. */
const DROPS = Array.from({ length: 100 }, () => ['x', { pauseMs: 100 }] as const).flat();

test.each([
  [
    'of too many fields',
    [entryOf(999_999_999), { repeat: FIELD, times: 999_999_999 }],
    'has 999999999 fields',
  ],
  ['of a wrong size', [`${entryOf(1)}${bulk('pixels')}$1000\r\n`, ...DROPS], 'has 1000 bytes'],
] as const)(
  'an entry %s that never ends is told after 5 s, and everything else on the loop goes on meanwhile',
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
