import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import type { Child } from '../support/child.ts';
import { childrenOf } from '../support/processes.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 90_000;
const ROUNDS = 6;
const MEBIBYTE = 1024;
/** What rounds 3 to 6 may add, in KiB; a slot or a frame buffer lost in each would be more. */
const GROWTH_KB = 8 * MEBIBYTE;

async function start(stage: Stage, settings: Readonly<Record<string, string>>): Promise<Child> {
  const builder = stage.builder({ DESTINATION: stage.file('video.ts'), ...settings });
  await builder.line(/connected/);
  return builder;
}

function residentKb({ pid }: Child): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

test(
  'one outage of Redis after the other, each longer than the idle timeout, costs neither memory nor the stream',
  async () => {
    await using stage = await Stage.open();
    const builder = await start(stage, { IDLE_TIMEOUT: '0.5' });
    const resident: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await stage.writer.writeUntil(async () => builder.count(/streaming to/) >= round);
      await stage.server.stop();
      await builder.line(/closing the stream/, { nth: round });
      await stage.server.startAgain();
      resident.push(residentKb(builder));
    }
    // What is lost stays lost: the lower of the last two leaves out what is only not collected yet.
    const growthKb = Math.min(...resident.slice(-2)) - (resident[1] ?? 0);
    expect(growthKb).toBeLessThan(GROWTH_KB);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'an error that Redis answers with for a while is told, and the stream goes on behind it',
  async () => {
    await using stage = await Stage.open();
    const builder = await start(stage, { IDLE_TIMEOUT: '0' });
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) >= 1);
    await stage.redis.set('imagestream', 'a string');
    await builder.line(/is there, but is no stream: check COSMOS_VIDEO_STREAM/);
    await stage.redis.del('imagestream');
    await stage.writer.writeUntil(async () => builder.count(/connected again/) >= 1);
    const before = stage.writer.number;
    await stage.writer.writeUntil(async () => stage.writer.number > before + 12);
    expect(builder.count(/is no stream/)).toBe(1);
    expect(builder.count(/closing the stream/)).toBe(0);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'ffmpeg killed again and again leaves no descriptor and no thread behind',
  async () => {
    await using stage = await Stage.open();
    const builder = await start(stage, {});
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) >= 1);
    const [fds, threads] = [count(builder, 'fd'), count(builder, 'task')];
    for (let kills = 1; kills <= 4; kills += 1) {
      process.kill(onlyChild(builder.pid), 'SIGKILL');
      await stage.writer.writeUntil(async () => builder.count(/the next ffmpeg encodes/) >= kills);
    }
    // Connections that count the source come and go; each kill that left one behind would be four.
    await until(async () => count(builder, 'fd') <= fds + 2, 'end of descriptors');
    await until(async () => count(builder, 'task') <= threads + 2, 'end of threads');
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

function count({ pid }: Child, what: 'fd' | 'task'): number {
  return readdirSync(`/proc/${pid}/${what}`).length;
}

function onlyChild(pid: number): number {
  const children = childrenOf(pid);
  const [child] = children;
  if (child === undefined || children.length !== 1)
    throw new Error(`the program has ${children.length} children`);
  return child;
}
