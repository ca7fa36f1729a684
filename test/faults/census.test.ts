import { expect, test } from 'bun:test';
import type { Redis } from 'ioredis';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { script } from '../support/script.ts';
import { freeUdpPort } from '../support/ports.ts';
import { SrtReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { FaultStage } from './fault-stage.ts';
import { nextAccount } from './frame-account.ts';

// What the count of the source costs, and that it is right.

const LIMIT_MS = 120_000;
/** So many come before the destination opens: two seconds of them. */
const WAITING_FRAMES = 48;
/** Frames from one keyframe to the next: a listener is given what came since the last one. */
const GOP_FRAMES = 48;
/** The one that opens the video, and the newest once it is open. */
const SHOWN_FRAMES = 2;
const FULL_HD = { pixelFormat: 'gray16be', widthPx: 1920, heightPx: 1080 } as const;
const REPORT = / out [\d.]+ fps, source /;
const REPORTS = 20;
const STARTED_OVER = /imagestream has started over/;
const SLOW_US = 1_000;
/** The reading of frames, and the sensor: they move pixels. */
const OF_FRAMES = new Set(['XREAD', 'XREVRANGE', 'XADD']);
/** A busy machine may take the CPU from Redis in the midst of any command, but not in that of each. */
const MOST_SLOW_BY_CHANCE = 5;
const GROUP = 'cosmos-video-builder';
/** The rights for reading, and none for counting. */
const READER_RIGHTS = ['~imagestream', '+xread', '+xrevrange', '+time'];
const NOT_COUNTED = /what the source adds is not counted/;
const COUNTED = / out .*source \d/;
/** It takes a second from the first id that is lower; a busy machine makes the reports late as well, one of which comes a second. */
const MOST_REPORTS_TO_NOTICE = 3;

test.concurrent(
  'a report every second takes no time of Redis, however large the frames are',
  async () => {
    await using stage = await FaultStage.open({ picture: FULL_HD, length: 12 });
    const program = stage.started({ settings: { RESOLUTION: '1920x1080' } });
    stage.sensor.start();
    await program.line(/streaming to/);
    const { redis } = stage;
    await redis.config('SET', 'slowlog-max-len', 100_000);
    await redis.config('SET', 'slowlog-log-slower-than', SLOW_US);
    const nth = program.child.count(REPORT) + REPORTS;
    await program.line(REPORT, { nth, withinMs: 3 * REPORTS * 1000 });
    expect((await slowCommands(redis)).length).toBeLessThanOrEqual(MOST_SLOW_BY_CHANCE);
    const costsUs = await commandCosts(redis);
    for (const name of ['eval', 'xinfo|stream']) expect([...costsUs.keys()]).not.toContain(name);
    for (const name of ['xinfo|groups', 'xlen']) expect(costsUs.get(name)).toBeLessThan(SLOW_US);
  },
  LIMIT_MS,
);

test.concurrent(
  'of two programs on one stream each counts all, also after the other has ended, and nothing is left of them',
  async () => {
    await using stage = await FaultStage.open();
    const first = stage.started({ settings: { DESTINATION: stage.file('first.ts') } });
    const second = stage.started({ settings: { DESTINATION: stage.file('second.ts') } });
    await Promise.all([first.counts(), second.counts()]);
    stage.sensor.start();
    await Promise.all([first.streams(), second.streams()]);
    expect(await groups(stage.redis)).toEqual([GROUP]);
    const before = stage.sensor.written;
    await until(async () => sourceIs(await nextAccount(first.child), before), 'count of the first', 20_000);
    expect(await first.child.stop()).toBe(0);
    await second.streamsAgain(3);
    await second.isSound();
    expect(await second.child.stop()).toBe(0);
    expect(await groups(stage.redis)).toEqual([]);
  },
  LIMIT_MS,
);

test.concurrent(
  'a user that may only read streams without a count, is told why once, and is refused nothing a second time',
  async () => {
    await using stage = await FaultStage.open();
    await stage.redis.acl('SETUSER', 'viewer', 'on', '>secret', ...READER_RIGHTS);
    const program = stage.started({ settings: { USERNAME: 'viewer', PASSWORD: 'secret' } });
    stage.sensor.start();
    await program.line(/source not counted, [1-9][\d.]* fps read/);
    const { child } = program;
    const counted = child.count(COUNTED);
    const refused = await refusals(stage.redis);
    await program.streamsAgain(5);
    expect(await refusals(stage.redis)).toBe(refused);
    expect(child.count(NOT_COUNTED)).toBe(1);
    expect(child.text).toMatch(/is not counted, .*: NOPERM .*xinfo/i);
    expect(child.count(COUNTED)).toBe(counted);
  },
  LIMIT_MS,
);

test.concurrent(
  'a user with the rights that the documents name counts all, is refused nothing, and leaves nothing behind',
  async () => {
    await using stage = await FaultStage.open();
    await stage.redis.call('ACL', 'SETUSER', ...(await documentedUser()));
    const program = await stage.streaming({ USERNAME: 'viewer', PASSWORD: 'PASSWORD' });
    await program.isSound();
    expect(await program.child.stop()).toBe(0);
    expect(await refusals(stage.redis)).toBe(0);
    expect(await groups(stage.redis)).toEqual([]);
  },
  LIMIT_MS,
);

test.concurrent(
  'a stream that is made again with lower ids is noticed at once, and each of its frames is counted',
  async () => {
    let id = 1_000_000;
    await using stage = await FaultStage.open({ nextId: () => `${(id += 1)}-0` });
    const { sensor } = stage;
    const program = await stage.streaming();
    // What waits in a stream that is deleted is counted by nobody.
    sensor.pause();
    const isAllRead = async () => {
      const { source, waiting } = await nextAccount(program.child);
      return sensor.tried === sensor.written && source === sensor.written && waiting === 0;
    };
    await until(isAllRead, 'reading to the end', 20_000);
    await sensor.startOver();
    id = 0;
    const { written } = sensor;
    sensor.goOn();
    await until(async () => sensor.written > written, 'first lower id');
    const { child } = program;
    const before = child.lines.length;
    await program.line(STARTED_OVER);
    const lines = child.lines.slice(
      before,
      child.lines.findIndex((line) => STARTED_OVER.test(line)),
    );
    expect(lines.filter((line) => REPORT.test(line)).length).toBeLessThanOrEqual(MOST_REPORTS_TO_NOTICE);
    await program.streamsAgain();
    expect(program.child.count(/streaming to/)).toBe(1);
    expect(program.child.count(/closing the stream/)).toBe(0);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'frames that come while ffmpeg is slow to open the destination are counted as dropped',
  async () => {
    await using stage = await FaultStage.open();
    const sign = stage.file('sign');
    const body = `case "$*" in *pipe:0*) while [ ! -e ${sign} ]; do sleep 0.05; done;; esac; exec ffmpeg "$@"`;
    const FFMPEG = script(stage.stage.folder, 'late-ffmpeg', body);
    const program = await stage.waiting({ settings: { FFMPEG } });
    await program.line(/opening/);
    await sensorWrites(stage, WAITING_FRAMES);
    writeFileSync(sign, '');
    await program.streams();
    expect((await program.isSound()).dropped).toBeGreaterThanOrEqual(WAITING_FRAMES - SHOWN_FRAMES);
  },
  LIMIT_MS,
);

test.concurrent(
  'pictures of the time before there is an SRT listener are counted as skipped',
  async () => {
    await using stage = await FaultStage.open();
    const port = await freeUdpPort();
    const program = await stage.waiting({ settings: { DESTINATION: `srt://127.0.0.1:${port}` } });
    await program.line(/opening srt/);
    const isEncoded = async () => (await nextAccount(program.child)).encoded >= 3 * GOP_FRAMES;
    await until(isEncoded, 'pictures that nobody gets', 40_000);
    stage.use(await SrtReceiver.start(stage.file('received.ts'), { port }));
    await program.streams();
    await program.isSound();
    const counted = /pictures sent [1-9]\d*, skipped (\d+)/;
    const told = await program.line(counted, { nth: program.child.count(counted) });
    expect(Number(counted.exec(told)?.[1])).toBeGreaterThanOrEqual(2 * GOP_FRAMES);
  },
  LIMIT_MS,
);

/** Waits until the sensor has written so many frames more. */
async function sensorWrites({ sensor }: FaultStage, frames: number): Promise<void> {
  const before = sensor.written;
  await until(async () => sensor.written >= before + frames, `${frames} frames of the sensor`);
}

/** The user whom the page on security has made, with its rights. */
async function documentedUser(): Promise<string[]> {
  const page = await Bun.file(join(import.meta.dir, '../../docs/security.md')).text();
  return /^ACL SETUSER (viewer on >PASSWORD .*)$/m.exec(page)?.[1]?.split(' ') ?? [];
}

/** Names of the commands in the slow log that are there for no frame. */
async function slowCommands(redis: Redis): Promise<string[]> {
  // An entry is its number, time, duration, arguments and more (redis.io/docs: SLOWLOG GET).
  const entries = listOf(await redis.slowlog('GET', -1));
  const names = entries.map((entry) => String(listOf(listOf(entry)[3])[0]).toUpperCase());
  return names.filter((name) => !OF_FRAMES.has(name));
}

/** What each command takes of Redis in µs, in the middle of all its calls: one that was held up decides nothing. */
async function commandCosts(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const lines = (await redis.info('latencystats')).matchAll(
    /^latency_percentiles_usec_(\S+?):p50=([\d.]+)/gm,
  );
  return new Map(Array.from(lines, ([, name = '', us]) => [name, Number(us)]));
}

/** The names of the stream's consumer groups. */
async function groups(redis: Redis): Promise<string[]> {
  const all = listOf(await redis.call('XINFO', 'GROUPS', 'imagestream'));
  return all.map((group) => String(listOf(group)[1]));
}

/** How often Redis has refused a command to somebody without the right for it. */
async function refusals(redis: Redis): Promise<number> {
  // What is refused again within a minute is one entry that counts (redis.io/docs: ACL LOG).
  const entries = listOf(await redis.call('ACL', 'LOG'));
  return entries.reduce<number>((sum, entry) => sum + Number(listOf(entry)[1]), 0);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function sourceIs(account: { readonly source: number | undefined }, atLeast: number): boolean {
  return (account.source ?? 0) >= atLeast;
}
