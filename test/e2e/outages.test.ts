import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { READERS } from '../support/builder.ts';
import type { Child } from '../support/child.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 90_000;
const ROUNDS = 6;
const MEBIBYTE = 1024;
/** What rounds 3 to 6 may add, in KiB; a slot or a frame buffer lost in each would be more. */
const GROWTH_KB = { direct: 8 * MEBIBYTE, ioredis: 32 * MEBIBYTE };

interface Run {
  readonly reader: (typeof READERS)[number];
  readonly builder: Child;
}

/** Both ways of reading side by side, from the same Redis. */
async function startBoth(stage: Stage, settings: Readonly<Record<string, string>>): Promise<Run[]> {
  const runs = READERS.map((reader) => {
    const destination = stage.file(`${reader}.ts`);
    return { reader, builder: stage.builder({ READER: reader, DESTINATION: destination, ...settings }) };
  });
  await Promise.all(runs.map(({ builder }) => builder.line(/connected/)));
  return runs;
}

const all = (runs: readonly Run[], pattern: RegExp, nth: number) =>
  runs.every(({ builder }) => builder.count(pattern) >= nth);

function residentKb({ builder }: Run): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${builder.pid}/status`, 'utf8'))?.[1]);
}

test(
  'one outage of Redis after the other, each longer than the idle timeout, costs neither memory nor the stream',
  async () => {
    await using stage = await Stage.open();
    const runs = await startBoth(stage, { IDLE_TIMEOUT: '0.5' });
    const resident: number[][] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await stage.writer.writeUntil(async () => all(runs, /streaming to/, round));
      await stage.server.stop();
      await until(async () => all(runs, /closing the stream/, round), 'end of the stream');
      await stage.server.startAgain();
      resident.push(runs.map(residentKb));
    }
    for (const [index, { reader }] of runs.entries()) {
      // What is lost stays lost: the lower of the last two leaves out what is only not collected yet.
      const lastKb = Math.min(...resident.slice(-2).map((round) => round[index] ?? Infinity));
      const growthKb = lastKb - (resident[1]?.[index] ?? 0);
      expect(growthKb).toBeLessThan(GROWTH_KB[reader]);
    }
    for (const { builder } of runs) expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'an error that Redis answers with for a while is told, and the stream goes on behind it',
  async () => {
    await using stage = await Stage.open();
    const runs = await startBoth(stage, { IDLE_TIMEOUT: '0' });
    await stage.writer.writeUntil(async () => all(runs, /streaming to/, 1));
    await stage.redis.set('imagestream', 'a string');
    await until(async () => all(runs, /is there, but is no stream: check COSMOS_VIDEO_STREAM/, 1), 'error');
    await stage.redis.del('imagestream');
    await stage.writer.writeUntil(async () => all(runs, /connected again/, 1));
    const before = stage.writer.number;
    await stage.writer.writeUntil(async () => stage.writer.number > before + 12);
    for (const { builder } of runs) {
      expect(builder.count(/is no stream/)).toBe(1);
      expect(builder.count(/closing the stream/)).toBe(0);
      expect(await builder.stop()).toBe(0);
    }
  },
  LIMIT_MS,
);

test(
  'ffmpeg killed again and again leaves no descriptor and no thread behind',
  async () => {
    await using stage = await Stage.open();
    const runs = await startBoth(stage, {});
    await stage.writer.writeUntil(async () => all(runs, /streaming to/, 1));
    const before = runs.map((run) => ({ fds: count(run, 'fd'), threads: count(run, 'task') }));
    for (let kills = 1; kills <= 4; kills += 1) {
      for (const { builder } of runs) process.kill(onlyChild(builder.pid), 'SIGKILL');
      await stage.writer.writeUntil(async () => all(runs, /streaming to/, kills + 1));
    }
    for (const [index, run] of runs.entries()) {
      // Connections that count the source come and go; each kill that left one behind would be four.
      const { fds = 0, threads = 0 } = before[index] ?? {};
      await until(async () => count(run, 'fd') <= fds + 2, 'end of descriptors');
      await until(async () => count(run, 'task') <= threads + 2, 'end of threads');
      expect(await run.builder.stop()).toBe(0);
    }
  },
  LIMIT_MS,
);

function count({ builder }: Run, what: 'fd' | 'task'): number {
  return readdirSync(`/proc/${builder.pid}/${what}`).length;
}

function onlyChild(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const [child] = children;
  if (!child || children.length !== 1) throw new Error(`the program has ${children.length} children`);
  return child;
}
