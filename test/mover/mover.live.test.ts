import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../src/base/event.ts';
import { startMover, type Mover } from '../../src/mover/mover.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import { Folder } from '../support/folder.ts';
import { PLAIN_LEVELS, rawFormat } from '../support/levels-settings.ts';
import { freeTcpPort } from '../support/ports.ts';
import { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const FRAME_THREAD = join(import.meta.dir, '../../src/frame-thread.ts');

function started(events: Event[] = [], threadUrl = FRAME_THREAD): Mover {
  return startMover(threadUrl, (event) => events.push(event));
}

function settings(port: number): MoverSettings {
  return {
    source: { redis: { host: '127.0.0.1', port, db: 0, tls: false }, stream: 'stream', key: 'pixels' },
    pacing: {
      frameRate: { numerator: 24n, denominator: 1n },
      method: 'scale',
      maxDelayMs: 0,
      trimAfterMs: 0,
      idle: 'close',
      idleTimeoutMs: 0,
    },
    levels: PLAIN_LEVELS,
    format: rawFormat(100),
  };
}

const has = (events: readonly Event[], kind: Event['kind']) => events.some((event) => event.kind === kind);

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
      const events: Event[] = [];
      const moving = started(events);
      void moving.configure(settings(server.port)).catch(() => {});
      const stop = new AbortController();
      const waiting = moving.awaitFrame(stop.signal).catch(() => {});
      // Closed while it starts, connects, reads, and sends.
      if (round % 4 > 0) await until(async () => has(events, 'redis-connected'), 'connection');
      if (round % 4 > 1) await waiting;
      if (round % 4 > 2) {
        using input = moving.openInput();
        await input.firstSent;
        // Nobody reads what was put into them: each is left in another way.
        using prepared = moving.prepareInput();
        using another = moving.prepareInput();
        await moving.switchInput();
        using last = moving.prepareInput();
        if (round % 8 > 3) moving.dropPrepared();
        if (round % 16 > 7) moving.endInput();
        void [prepared, another, last];
      }
      stop.abort();
      await moving[Symbol.asyncDispose]();
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
      const failed = started([], thread);
      const configured = failed.configure(settings(await freeTcpPort())).catch(String);
      expect(await configured).toContain('the frame thread failed');
      // Its end is told once, before it is waited for.
      await until(async () => threads() <= threadsBefore, 'end of the thread');
      await failed[Symbol.asyncDispose]();
      expect(await failed.pump(new AbortController().signal).catch(String)).toContain(
        'the frame thread failed',
      );
    }
  });

  test('that is in the middle of waiting hears that it is to stop', async () => {
    const events: Event[] = [];
    await using moving = started(events);
    await moving.configure(settings(await freeTcpPort()));
    const stop = new AbortController();
    const waiting = moving.awaitFrame(stop.signal).catch(String);
    await until(async () => has(events, 'redis-lost'), 'loss');
    expect(events[0]).toMatchObject({ kind: 'redis-lost', failure: { code: 'redis-refused' } });
    stop.abort();
    expect(await waiting).toContain('abort');
  });

  test('drops only the frame of the stream that ends, not the one that waits for the next', async () => {
    await using server = await RedisServer.start();
    const redis = server.client();
    const events: Event[] = [];
    await using moving = started(events);
    await moving.configure(settings(server.port));
    const never = new AbortController().signal;
    const add = () => redis.xadd('stream', '*', 'pixels', Buffer.alloc(100, 1));
    try {
      await add();
      await moving.awaitFrame(never);
      const first = moving.openInput();
      await first.firstSent;
      // Nobody reads it: the pipe is waited for while the next session begins.
      moving.endInput();
      await add();
      await moving.awaitFrame(never);
      using second = moving.openInput();
      await second.firstSent;
      const firstPipe = readlinkSync(`/proc/self/fd/${first.fd}`);
      first[Symbol.dispose]();
      await until(async () => !isOpen(firstPipe), 'end of the first pipe');
      const stop = new AbortController();
      const pumping = moving.pump(stop.signal);
      const output = () => events.findLast((event) => event.kind === 'frames')?.counts.output ?? 0;
      await until(async () => output() > 3, 'ticks');
      stop.abort();
      expect(await pumping).toBe('stopped');
      moving.endInput();
    } finally {
      redis.disconnect();
    }
  });

  test('says that the file of the certificate authority is gone, and tries again', async () => {
    const events: Event[] = [];
    await using moving = started(events);
    const { source, ...rest } = settings(await freeTcpPort());
    const redis = { ...source.redis, tls: true, tlsCa: '/nowhere/ca.pem' };
    await moving.configure({ ...rest, source: { ...source, redis } });
    const stop = new AbortController();
    const waiting = moving.awaitFrame(stop.signal).catch(String);
    const losses = () => events.filter((event) => event.kind === 'redis-lost');
    await until(async () => losses().length > 1, 'second attempt');
    expect(losses()[0]).toMatchObject({ failure: { code: 'redis-tls' } });
    expect(losses()[0]?.failure.text).toContain('COSMOS_VIDEO_TLS_CA=/nowhere/ca.pem cannot be read');
    stop.abort();
    expect(await waiting).toContain('abort');
  });

  test('prepares no input without one that is open, and drops none', async () => {
    await using moving = started();
    expect(() => moving.prepareInput()).toThrow('no input is open');
    moving.dropPrepared();
    expect(await moving.switchInput().catch(String)).toContain('no input was opened');
  });

  test('is not asked to pump where it is to stop already', async () => {
    await using moving = started();
    expect(await moving.pump(AbortSignal.abort())).toBe('stopped');
  });
});
