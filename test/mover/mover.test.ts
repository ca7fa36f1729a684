import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkerTransport } from '../../src/mover/mover.ts';
import { Folder } from '../support/folder.ts';
import { freeTcpPort } from '../support/ports.ts';
import { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const FRAME_THREAD = join(import.meta.dir, '../../src/frame-thread.ts');

function transport(port: number, events: string[] = [], frameThreadUrl = FRAME_THREAD): WorkerTransport {
  return new WorkerTransport({
    settings: {
      frameRate: { numerator: 24n, denominator: 1n },
      method: 'scale',
      maxDelayMs: 0,
      trimAfterMs: 0,
      idleTimeoutMs: 0,
    },
    redis: { host: '127.0.0.1', port, db: 0, tls: false },
    shape: { stream: 'stream', key: 'pixels', sizeBytes: 100 },
    observer: {
      onLost: (error) => events.push(`lost: ${error.message}`),
      onConnected: () => events.push('connected'),
      onStreamRestarted: () => events.push('restarted'),
      onWrongEntry: () => events.push('wrong entry'),
      onScheduleRestarted: () => events.push('schedule restarted'),
    },
    frameThreadUrl,
  });
}

const descriptors = () => readdirSync('/proc/self/fd').length;
/** What `read` makes of each entry of a folder below /proc/self; those that go meanwhile are left out. */
const ofSelf = (folder: string, read: (path: string) => string) =>
  readdirSync(`/proc/self/${folder}`).flatMap((name) => {
    try {
      return [read(`/proc/self/${folder}/${name}`)];
    } catch {
      return [];
    }
  });
/** Bun names the threads of its Workers so; it has others, which come and go. */
const threads = () =>
  ofSelf('task', (path) => readFileSync(`${path}/comm`, 'utf8')).filter((name) => name === 'Worker\n').length;
const isOpen = (pipe: string) => ofSelf('fd', readlinkSync).includes(pipe);

describe('the frame thread', () => {
  test('leaves no descriptor and no thread behind, whatever it does when it is closed', async () => {
    await using server = await RedisServer.start();
    const redis = server.client();
    await redis.xadd('stream', '*', 'pixels', Buffer.alloc(100, 1));
    redis.disconnect();
    const rounds = 24;
    let [fdsBefore, threadsBefore] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      if (round === 4) [fdsBefore, threadsBefore] = [descriptors(), threads()];
      const events: string[] = [];
      const moving = transport(server.port, events);
      const stop = new AbortController();
      const waiting = moving.awaitFrame(stop.signal).catch(() => {});
      // Closed while it starts, connects, reads, and reports.
      if (round % 4 > 0) await until(async () => events.includes('connected'), 'connection');
      if (round % 4 > 1) void moving.report();
      if (round % 4 > 2) {
        const input = moving.createInput();
        input.started(undefined);
        await moving.report();
        input.end();
      }
      stop.abort();
      await moving.close();
      void waiting;
    }
    await until(async () => descriptors() <= fdsBefore, 'end of descriptors');
    await until(async () => threads() <= threadsBefore, 'end of threads');
  });

  test('that fails is told to whoever asks, and can still be closed, at once and later', async () => {
    using folder = new Folder();
    const path = folder.file('fails.ts');
    writeFileSync(path, "self.addEventListener('message', () => { throw new Error('out of order'); });");
    for (const thread of [path, folder.file('missing.ts')]) {
      const threadsBefore = threads();
      const failed = transport(await freeTcpPort(), [], thread);
      const report = failed.report().catch(String);
      expect(await report).toContain('the frame thread failed');
      // Its end is told once, before it is waited for.
      await until(async () => threads() <= threadsBefore, 'end of the thread');
      await failed.close();
      expect(await failed.report().catch(String)).toContain('the frame thread failed');
    }
  });

  test('that is in the middle of waiting hears that it is to stop', async () => {
    const events: string[] = [];
    const moving = transport(await freeTcpPort(), events);
    const stop = new AbortController();
    const waiting = moving.awaitFrame(stop.signal).catch(String);
    await until(async () => events.length > 0, 'loss');
    expect(events[0]).toContain('connection refused');
    stop.abort();
    expect(await waiting).toContain('abort');
    await moving.close();
  });

  test('drops only the frame of the stream that ends, not the one that waits for the next', async () => {
    await using server = await RedisServer.start();
    const redis = server.client();
    const moving = transport(server.port);
    const never = new AbortController().signal;
    const add = () => redis.xadd('stream', '*', 'pixels', Buffer.alloc(100, 1));
    try {
      await add();
      await moving.awaitFrame(never);
      const first = moving.createInput();
      await first.writeFirst();
      // Nobody reads it: the pipe is waited for while the next stream begins.
      first.end();
      await add();
      await moving.awaitFrame(never);
      const second = moving.createInput();
      await second.writeFirst();
      const firstPipe = readlinkSync(`/proc/self/fd/${first.stdin}`);
      first.started(undefined);
      await until(async () => !isOpen(firstPipe), 'end of the first pipe');
      const stop = new AbortController();
      const pumping = second.pump(stop.signal);
      await until(async () => (await moving.report()).counts.output > 3, 'ticks');
      stop.abort();
      expect(await pumping).toBe('stopped');
      second.started(undefined);
      second.end();
    } finally {
      redis.disconnect();
      await moving.close();
    }
  });
});
