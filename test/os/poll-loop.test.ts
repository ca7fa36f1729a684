import { describe, expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { libc } from '../../src/os/libc.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import { inLoop, NEVER } from './in-loop.ts';

const FAR_NS = 2n ** 62n;

async function withPipe<T>(use: (pipe: ReturnType<typeof makePipe>) => Promise<T>): Promise<T> {
  const pipe = makePipe();
  try {
    return await use(pipe);
  } finally {
    libc.close(pipe.readFd);
    libc.close(pipe.writeFd);
  }
}

function writeTo(fd: number): void {
  const byte = new Uint8Array(new ArrayBuffer(1));
  libc.write(fd, byte, 1);
}

describe('the loop', () => {
  test.each([0, 15, 100])(
    'wakes sleepers in the order of their deadlines, never early, held up for %d ms',
    async (holdUpMs) => {
      const { order, earlyNs } = await inLoop(async (loop) => {
        const startNs = loop.nowNs();
        const woken: { ms: number; atNs: bigint }[] = [];
        const delays = [30, 5, 20, 1, 10, -5];
        const sleeps = delays.map(async (ms) => {
          await loop.sleepUntil(startNs + BigInt(ms) * NS_PER_MS, NEVER);
          woken.push({ ms, atNs: loop.nowNs() - startNs });
        });
        Bun.sleepSync(holdUpMs);
        await Promise.all(sleeps);
        return {
          order: woken.map(({ ms }) => ms),
          earlyNs: woken.filter(({ ms, atNs }) => atNs < BigInt(ms) * NS_PER_MS),
        };
      });
      expect(order).toEqual([-5, 1, 5, 10, 20, 30]);
      expect(earlyNs).toEqual([]);
    },
  );

  test('ends a sleep at once when its signal aborts, before or meanwhile', async () => {
    const tookNs = await inLoop(async (loop) => {
      const startNs = loop.nowNs();
      const abort = new AbortController();
      const sleeps = [loop.sleepUntil(FAR_NS, abort.signal), loop.sleepUntil(FAR_NS, abort.signal)];
      sleeps.push(loop.sleepUntil(FAR_NS, AbortSignal.abort()));
      void loop.sleepUntil(startNs + 5n * NS_PER_MS, NEVER).then(() => abort.abort());
      await Promise.all(sleeps);
      return loop.nowNs() - startNs;
    });
    expect(tookNs).toBeLessThan(5_000n * NS_PER_MS);
  });

  test('ends a sleep whose signal aborts while the loop is stopped', async () => {
    const loop = new PollLoop();
    const abort = new AbortController();
    let isAwake = false;
    void loop.sleepUntil(FAR_NS, abort.signal).then(() => (isAwake = true));
    void loop.sleepUntil(loop.nowNs() + NS_PER_MS, NEVER).then(() => {
      abort.abort();
      return loop.stop();
    });
    loop.run();
    expect(isAwake).toBe(true);
  });

  test('lets everybody have a turn, whoever goes on without waiting for anything', async () => {
    const found = await inLoop((loop) =>
      withPipe(async ({ readFd, writeFd }) => {
        const startNs = loop.nowNs();
        const done: string[] = [];
        const sleeping = loop.sleepUntil(startNs + 20n * NS_PER_MS, NEVER).then(() => done.push('slept'));
        writeTo(writeFd);
        const reading = loop.readable(readFd, FAR_NS).then(() => done.push('read'));
        while (done.length < 2) {
          if (loop.nowNs() - startNs > 5_000n * NS_PER_MS) break;
          await loop.turn(loop.nowNs());
        }
        const alone = [...done];
        await Promise.all([sleeping, reading]);
        return alone;
      }),
    );
    expect(found.toSorted()).toEqual(['read', 'slept']);
  });

  test('lets descriptors be read beside a sleeper that is always past its deadline', async () => {
    const isRead = await inLoop((loop) =>
      withPipe(async ({ readFd, writeFd }) => {
        writeTo(writeFd);
        const done: boolean[] = [];
        const reading = loop.readable(readFd, FAR_NS).then((isReady) => done.push(isReady));
        const startNs = loop.nowNs();
        while (done.length === 0 && loop.nowNs() - startNs < 5_000n * NS_PER_MS) {
          await loop.sleepUntil(startNs, NEVER);
        }
        const alone = [...done];
        await reading;
        return alone;
      }),
    );
    expect(isRead).toEqual([true]);
  });

  test('says to whoever goes on without waiting that it was stopped', async () => {
    const loop = new PollLoop();
    let isRunning: boolean | undefined;
    const work = async () => {
      while (isRunning !== false) isRunning = await loop.turn(loop.nowNs());
    };
    void work();
    void loop.sleepUntil(loop.nowNs() + NS_PER_MS, NEVER).then(() => loop.stop());
    loop.run();
    expect(isRunning).toBe(false);
  });

  test('tells what can be read from what cannot by the deadline', async () => {
    const found = await inLoop((loop) =>
      withPipe(async ({ readFd, writeFd }) => {
        const inTime = () => loop.nowNs() + 10n * NS_PER_MS;
        const empty = await loop.readable(readFd, inTime());
        const room = await loop.writable(writeFd, inTime());
        const waiting = loop.readable(readFd, FAR_NS);
        await loop.sleepUntil(inTime(), NEVER);
        writeTo(writeFd);
        return { empty, room, filled: await waiting, still: await loop.readable(readFd, inTime()) };
      }),
    );
    expect(found).toEqual({ empty: false, room: true, filled: true, still: true });
  });

  test('tells of an end as of something to read, and of a closed descriptor', async () => {
    const found = await inLoop(async (loop) => {
      const { readFd, writeFd } = makePipe();
      libc.close(writeFd);
      const end = await loop.readable(readFd, FAR_NS);
      libc.close(readFd);
      return { end, closed: await loop.readable(readFd, FAR_NS) };
    });
    expect(found).toEqual({ end: true, closed: true });
  });

  test('waits for 256 descriptors at a time, and says so at the one after', async () => {
    const found = await inLoop(async (loop) => {
      const pipes = Array.from({ length: 256 }, makePipe);
      const order: number[] = [];
      const waits = pipes.map(async ({ readFd }, index) => {
        if (await loop.readable(readFd, FAR_NS)) order.push(index);
      });
      const oneTooMany = await Promise.try(() => loop.readable(0, FAR_NS)).catch(String);
      for (const [index, { writeFd }] of [...pipes.entries()].toReversed()) {
        writeTo(writeFd);
        await waits[index];
      }
      pipes.forEach(({ readFd, writeFd }) => [readFd, writeFd].forEach((fd) => libc.close(fd)));
      return { oneTooMany, order };
    });
    expect(found.oneTooMany).toContain('more than 256 waits');
    expect(found.order).toEqual(Array.from({ length: 256 }, (_, index) => 255 - index));
  });

  test('ends every wait when it is stopped, so that whoever waits can tidy up', async () => {
    const loop = new PollLoop();
    const tidied: string[] = [];
    const pipe = makePipe();
    const wait = async (name: string) => {
      const isReady = await loop.readable(pipe.readFd, FAR_NS);
      const isReadyLater = await loop.readable(pipe.readFd, FAR_NS);
      tidied.push(`${name} ${isReady} ${isReadyLater}`);
    };
    void wait('a');
    void wait('b');
    void loop.sleepUntil(loop.nowNs() + NS_PER_MS, NEVER).then(() => loop.stop());
    loop.run();
    expect(tidied).toEqual(['a false false', 'b false false']);
    [pipe.readFd, pipe.writeFd].forEach((fd) => libc.close(fd));
  });
});
