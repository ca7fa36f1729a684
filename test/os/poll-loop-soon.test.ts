import { expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { libc } from '../../src/os/libc.ts';
import { makePipe } from '../../src/os/pipe.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import { inLoop, NEVER } from './in-loop.ts';

const FAR_NS = 2n ** 62n;

interface Ends {
  readonly readFd: number;
  readonly writeFd: number;
}

/** What `use` gives on two pipes, right after the first of them was waited for and has become readable. */
async function woken<T>(use: (loop: PollLoop, first: Ends, second: Ends) => T): Promise<T> {
  const [first, second] = [makePipe(), makePipe()];
  try {
    return await inLoop(async (loop) => {
      write(first);
      expect(await loop.readable(first.readFd, FAR_NS)).toBe(true);
      return use(loop, first, second);
    });
  } finally {
    for (const { readFd, writeFd } of [first, second]) [readFd, writeFd].forEach((fd) => libc.close(fd));
  }
}

function write({ writeFd }: Ends): void {
  libc.write(writeFd, new Uint8Array(new ArrayBuffer(1)), 1);
}

function read({ readFd }: Ends): void {
  libc.read(readFd, new Uint8Array(new ArrayBuffer(1)), 1);
}

test('whoever was woken alone is told of more here and now', async () => {
  expect(await woken((loop, first) => loop.readableSoon(first.readFd))).toBe(true);
});

test('a millisecond is waited for it, and no longer', async () => {
  const { isReady, tookNs } = await woken((loop, first) => {
    read(first);
    const startNs = loop.nowNs();
    return { isReady: loop.readableSoon(first.readFd), tookNs: loop.nowNs() - startNs };
  });
  expect(isReady).toBe(false);
  expect(tookNs).toBeGreaterThanOrEqual(NS_PER_MS);
  expect(tookNs).toBeLessThan(1_000n * NS_PER_MS);
});

test('not while another descriptor that is waited for is ready, too', async () => {
  const isReady = await woken((loop, first, second) => {
    write(second);
    void loop.readable(second.readFd, FAR_NS);
    return loop.readableSoon(first.readFd);
  });
  expect(isReady).toBe(false);
});

test('not while somebody is due, however much there is to read', async () => {
  const isReady = await woken((loop, first) => {
    void loop.sleepUntil(loop.nowNs() + NS_PER_MS, NEVER);
    Bun.sleepSync(2);
    return loop.readableSoon(first.readFd);
  });
  expect(isReady).toBe(false);
});

test('not for one of two that were woken together', async () => {
  const [first, second] = [makePipe(), makePipe()];
  try {
    const isReady = await inLoop(async (loop) => {
      write(first);
      write(second);
      const both = [first, second].map(({ readFd }) => loop.readable(readFd, FAR_NS));
      await Promise.all(both);
      return loop.readableSoon(first.readFd);
    });
    expect(isReady).toBe(false);
  } finally {
    for (const { readFd, writeFd } of [first, second]) [readFd, writeFd].forEach((fd) => libc.close(fd));
  }
});

test('not on a loop that was stopped', async () => {
  const isReady = await woken((loop, first) => {
    loop.stop();
    return loop.readableSoon(first.readFd);
  });
  expect(isReady).toBe(false);
});
