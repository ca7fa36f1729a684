import { expect, test } from 'bun:test';
import type { Redis } from 'ioredis';
import { startBuilder, SMALL } from '../support/builder.ts';
import { readReply } from '../redis/scripted-redis.ts';
import { Folder } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { FaultStage, lasting } from './fault-stage.ts';
import { HostileRedis } from './hostile-redis.ts';
import type { Program } from './program.ts';

// A Redis that lets the program in, but gives it no frame, and one that is away for almost too long.

const LIMIT_MS = 120_000;
/** What is in the log for an operator; a busy machine is told of that, too. */
const WORDS =
  /^(?!.*( debug | out [\d.]+ fps, source |behind the schedule|was held up|cannot keep up|took no frame))/;
/** The program tries once a second, and a little more often at first. */
const MOST_TRIES_A_SECOND = 2;
const FIRST_TRIES = 4;
/** It takes two seconds, and the start of the program; a busy machine gets many times as much. */
const WORDS_MS = 45_000;
const AWAY_MS = 3_200;
/**
 * From the last frame before to the first one that is read again, with some room for the last one: the video closes after 5 s
 * without. Redis is tried again within a second.
 */
const BEARABLE_MS = 4_600;
/** A busy machine makes some of the outages longer than was asked for. Those after ten failures would not be told of. */
const MOST_OUTAGES = 5;
const FRAME_BYTES = SMALL.widthPx * SMALL.heightPx * 2;

test.concurrent(
  'a right to read that is taken away is named once and asked for once a second, and is back only when it is',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming({ IDLE_TIMEOUT: '0' });
    const { child } = program;
    const [words, connections] = [child.count(WORDS), await connectionsMade(stage.redis)];
    const startMs = performance.now();
    await stage.redis.acl('SETUSER', 'default', '-xread');
    await program.line(/this user may not do that/);
    await lasting(12_000);
    const seconds = (performance.now() - startMs) / 1000;
    const tries = (await connectionsMade(stage.redis)) - connections;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThanOrEqual(seconds * MOST_TRIES_A_SECOND + FIRST_TRIES);
    expect(child.count(/this user may not do that/)).toBe(1);
    // That one, and that no frame comes.
    expect(child.count(WORDS) - words).toBeLessThanOrEqual(4);
    expect(child.count(/connected again/)).toBe(0);
    await stage.redis.acl('SETUSER', 'default', '+xread');
    await program.line(/connected again/);
    await program.streamsAgain();
    expect(child.count(/connected again/)).toBe(1);
    expect(child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent.each([
  {
    what: 'closes the connection in the middle of each frame',
    answer: readReply('9000000000000-0', 'pixels', 'x'.repeat(FRAME_BYTES)).slice(0, 10_000),
    words: /the connection was closed/,
  },
  {
    what: 'gives each frame an id that is none',
    answer: readReply('no-id', 'pixels', 'x'.repeat(FRAME_BYTES)).slice(0, 10_000),
    words: /its answer cannot be understood: not a stream id: no-id/,
  },
])(
  'a server that $what is named once, and asked once a second',
  async ({ answer, words }) => {
    await using server = await HostileRedis.start({ kind: 'always', answer }, 24);
    using folder = new Folder();
    await using builder = startBuilder({
      PORT: `${server.port}`,
      DESTINATION: folder.file('video.ts'),
      IDLE_TIMEOUT: '0',
      STATS_INTERVAL: '1',
    });
    await builder.line(words, { withinMs: WORDS_MS });
    const before = builder.count(WORDS);
    const startMs = performance.now();
    await lasting(8000);
    const seconds = (performance.now() - startMs) / 1000;
    const tries = server.child.count(/the fault begins/);
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThanOrEqual(seconds * MOST_TRIES_A_SECOND + FIRST_TRIES);
    expect(builder.count(/trying again until it answers/)).toBe(1);
    expect(builder.count(/connected again/)).toBe(0);
    // That no frame comes may be said.
    expect(builder.count(WORDS) - before).toBeLessThanOrEqual(2);
    expect(builder.isRunning).toBe(true);
  },
  LIMIT_MS,
);

test.concurrent(
  'a Redis that is away for 3.2 s costs repeated frames, not the video, whose idle timeout is the usual one',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming({ IDLE_TIMEOUT: '5' });
    let closings: number;
    let withoutMs: number;
    let outages = 0;
    do {
      expect((outages += 1)).toBeLessThanOrEqual(MOST_OUTAGES);
      closings = program.child.count(/closing the stream/);
      withoutMs = await outageMs(stage, program);
      await program.streamsAgain();
    } while (withoutMs > BEARABLE_MS);
    expect(program.child.count(/closing the stream/)).toBe(closings);
    await program.isSound('some');
  },
  LIMIT_MS,
);

/** Redis is killed and started again; how long it took until the program had read a frame again. */
async function outageMs({ server, sensor }: FaultStage, program: Program): Promise<number> {
  const { written } = sensor;
  const nth = program.child.count(/connected again/) + 1;
  await until(async () => sensor.written > written, 'frame before the outage');
  const startMs = performance.now();
  await server.stop();
  await lasting(AWAY_MS);
  await server.startAgain();
  // It says so once it has one.
  await program.line(/connected again/, { nth });
  return performance.now() - startMs;
}

/** Connections that Redis has taken since its start. */
async function connectionsMade(redis: Redis): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await redis.info('stats'))?.[1]);
}
