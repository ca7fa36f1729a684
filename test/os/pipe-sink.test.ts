import { describe, expect, test } from 'bun:test';
import { openSync, readFileSync } from 'node:fs';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { libc } from '../../src/os/libc.ts';
import { makePipe, makeVideoPipe } from '../../src/os/pipe.ts';
import { PipeSink } from '../../src/os/pipe-sink.ts';
import { Folder } from '../support/folder.ts';
import { inLoop, NEVER } from './in-loop.ts';
import { F_SETPIPE_SZ, failure, pictureOf, withSink } from './sink-stage.ts';
import { bytesOf } from './slot-bytes.ts';

const O_NONBLOCK = 0o4000;
const F_GETFD = 1;
const F_GETFL = 3;
const F_GETPIPE_SZ = 1032;
const FD_CLOEXEC = 1;
/** Copied, and handed over. */
const SMALL_BYTES = 100_000;
const LARGE_BYTES = 400_000;

test('the pipe is as large as is allowed, not inherited, and only our end does not block', () => {
  const { readFd, writeFd } = makePipe();
  const allowed = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8'));
  expect(libc.fcntl(writeFd, F_GETPIPE_SZ, 0)).toBeLessThanOrEqual(Math.min(allowed, 1_048_576));
  expect(libc.fcntl(writeFd, F_GETPIPE_SZ, 0)).toBeGreaterThanOrEqual(4_096);
  const flags = [readFd, writeFd].map((fd) => libc.fcntl(fd, F_GETFL, 0) & O_NONBLOCK);
  expect(flags).toEqual([0, O_NONBLOCK]);
  expect([readFd, writeFd].map((fd) => libc.fcntl(fd, F_GETFD, 0))).toEqual([FD_CLOEXEC, FD_CLOEXEC]);
  [readFd, writeFd].forEach((fd) => libc.close(fd));
});

test('the one for video blocks at both ends, which are not inherited', () => {
  const { readFd, writeFd } = makeVideoPipe();
  const [pipe, same] = [makePipe(), libc.fcntl(writeFd, F_GETPIPE_SZ, 0)];
  expect(same).toBe(libc.fcntl(pipe.writeFd, F_GETPIPE_SZ, 0));
  const ends = [readFd, writeFd];
  expect(ends.map((fd) => libc.fcntl(fd, F_GETFL, 0) & O_NONBLOCK)).toEqual([0, 0]);
  expect(ends.map((fd) => libc.fcntl(fd, F_GETFD, 0))).toEqual([FD_CLOEXEC, FD_CLOEXEC]);
  [...ends, pipe.readFd, pipe.writeFd].forEach((fd) => libc.close(fd));
});

describe.each([
  ['copied', SMALL_BYTES],
  ['handed over', LARGE_BYTES],
])('a frame that is %s', (_, sizeBytes) => {
  test('arrives whole in a pipe that is smaller than it, with a slow reader', async () => {
    const { said } = await withSink(sizeBytes, 'sleep 0.1; wc -c', async ({ sink, write, writeFd }) => {
      libc.fcntl(writeFd, F_SETPIPE_SZ, 8_192);
      await write(1);
      await sink.finish();
    });
    expect(said).toBe(`${sizeBytes}`);
  });

  test('fails in words when its reader is gone, also while it is being written', async () => {
    const { result } = await withSink(sizeBytes, 'head -c 10000 > /dev/null', async ({ write, writeFd }) => {
      libc.fcntl(writeFd, F_SETPIPE_SZ, 8_192);
      return failure(write(1));
    });
    expect(result).toBe('ffmpeg takes no more frames: Broken pipe (ffmpeg-ended)');
  });

  test('is written until the end by finish(), which waits for the reader but not for ever', async () => {
    const { result } = await withSink(sizeBytes, undefined, async ({ sink, loop, write }) => {
      await write(1);
      const startNs = loop.nowNs();
      await sink.finish();
      const tookMs = Number((loop.nowNs() - startNs) / NS_PER_MS);
      return { tookMs, after: await failure(write(2)) };
    });
    expect(result.tookMs).toBeGreaterThanOrEqual(999);
    expect(result.tookMs).toBeLessThan(5_000);
    expect(result.after).toBe('ffmpeg takes no more frames: its input is closed (ffmpeg-ended)');
  });

  test('is not waited for by finish() where its reader is gone without having read it', async () => {
    const { readFd, writeFd } = makePipe();
    const tookMs = await inLoop(async (loop) => {
      const slots = new FrameSlots(sizeBytes);
      const sink = new PipeSink(writeFd, loop, sizeBytes);
      const [slot] = [slots.acquire(), slots.acquire(), slots.acquire()];
      if (!slot) throw new Error('no slot');
      await sink.write(pictureOf(slots, slot));
      libc.close(readFd);
      const startNs = loop.nowNs();
      await sink.finish();
      slots.release(slot);
      expect(slots.acquire()).toBe(slot);
      return Number((loop.nowNs() - startNs) / NS_PER_MS);
    });
    // It waits a second for a reader that is there.
    expect(tookMs).toBeLessThan(900);
  });

  test('that is being written when the sink is closed fails, and closing twice closes once', async () => {
    const { result } = await withSink(sizeBytes, undefined, async ({ sink, loop, write, writeFd }) => {
      libc.fcntl(writeFd, F_SETPIPE_SZ, 8_192);
      const writing = failure(write(1));
      await loop.sleepUntil(loop.nowNs() + 5n * NS_PER_MS, NEVER);
      sink.close();
      // The next pipe gets the number that has become free.
      const next = makePipe();
      sink.close();
      await sink.finish();
      const words = await writing;
      const isOpen = libc.fcntl(next.writeFd, F_GETFD, 0) >= 0 && libc.fcntl(next.readFd, F_GETFD, 0) >= 0;
      [next.readFd, next.writeFd].forEach((fd) => libc.close(fd));
      return { words, isOpen };
    });
    expect(result).toEqual({
      words: 'ffmpeg takes no more frames: its input is closed (ffmpeg-ended)',
      isOpen: true,
    });
  });
});

test('where pages cannot be handed over, they are copied', async () => {
  // vmsplice refuses what is no pipe; a file takes the same bytes by write.
  using folder = new Folder();
  const path = folder.file('frames');
  const fd = openSync(path, 'w');
  await inLoop(async (loop) => {
    const slots = new FrameSlots(LARGE_BYTES);
    const sink = new PipeSink(fd, loop, LARGE_BYTES);
    const slot = slots.acquire();
    if (!slot) throw new Error('no slot');
    bytesOf(slot).fill(7);
    await sink.write(pictureOf(slots, slot));
    sink.close();
  });
  expect(readFileSync(path).equals(Buffer.alloc(LARGE_BYTES, 7))).toBe(true);
});

test('a slot is held by the pipe until it is read past it, and not longer', async () => {
  const { result } = await withSink(LARGE_BYTES, undefined, async ({ sink, slots, readFd }) => {
    const [slot, ...others] = [slots.acquire(), slots.acquire(), slots.acquire()];
    if (!slot || others.includes(undefined)) throw new Error('no slot');
    await sink.write(pictureOf(slots, slot));
    slots.release(slot);
    const away = new Uint8Array(new ArrayBuffer(LARGE_BYTES));
    const free = [slots.acquire()];
    for (const bytes of [LARGE_BYTES - 1, 1]) {
      for (let left = bytes; left > 0;) left -= libc.read(readFd, away, left);
      free.push(slots.acquire());
    }
    return free.map((found) => found === slot);
  });
  expect(result).toEqual([false, false, true]);
});

test('a pipe that is closed holds no slot', async () => {
  const { result } = await withSink(LARGE_BYTES, undefined, async ({ sink, slots }) => {
    const [slot] = [slots.acquire(), slots.acquire(), slots.acquire()];
    if (!slot) throw new Error('no slot');
    await sink.write(pictureOf(slots, slot));
    slots.release(slot);
    const before = slots.acquire();
    sink.close();
    return [before, slots.acquire() === slot];
  });
  expect(result).toEqual([undefined, true]);
});
