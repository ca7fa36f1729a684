import { expect, test } from 'bun:test';
import { join } from 'node:path';
import type { FrameSlot } from '../../src/base/frame.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { libc } from '../../src/os/libc.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PipeSink } from '../../src/os/pipe-sink.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import { pictureOf } from '../os/sink-stage.ts';
import { bytesOf } from '../os/slot-bytes.ts';
import { fillFrame } from './frame-pattern.ts';

const LIMIT_MS = 120_000;

interface Run {
  readonly sizeBytes: number;
  readonly frames: number;
  /** The reader pauses for 1 ms after so many bytes; 0 = never. */
  readonly pauseEveryBytes?: number;
  /** The control: what happens when the slots do not know what the pipe still holds. */
  readonly isCareless?: boolean;
}

/** Writes frames from the ring of slots as the frame thread does, and lets another process check what arrives. */
async function arrived({ sizeBytes, frames, pauseEveryBytes = 0, isCareless = false }: Run) {
  const { readFd, writeFd } = makePipe();
  const checker = Bun.spawn(
    [process.execPath, join(import.meta.dir, 'frame-checker.ts'), `${sizeBytes}`, `${pauseEveryBytes}`],
    { stdio: [readFd, 'pipe', 'inherit'] },
  );
  libc.close(readFd);
  const loop = new PollLoop();
  const slots = new FrameSlots(sizeBytes);
  const sink = new PipeSink(writeFd, loop, sizeBytes);
  const holder = isCareless ? { putInto() {} } : slots;
  const write = (slot: FrameSlot) => sink.write(pictureOf(holder, slot));
  const writing = writeAll(loop, slots, write, frames)
    .then(() => sink.finish())
    .finally(() => loop.stop());
  loop.run();
  await writing;
  const [whole, torn] = (await checker.stdout.text()).trim().split(' ').map(Number);
  return { whole, torn };
}

/** Each frame is held until the next one is there, and every third one is sent twice, as a dup is. */
async function writeAll(
  loop: PollLoop,
  slots: FrameSlots,
  write: (slot: FrameSlot) => Promise<void>,
  frames: number,
) {
  const never = new AbortController().signal;
  let held: FrameSlot | undefined;
  for (let number = 0; number < frames; number += 1) {
    let slot = slots.acquire();
    while (!slot) {
      await loop.sleepUntil(loop.nowNs() + 200_000n, never);
      slot = slots.acquire();
    }
    fillFrame(bytesOf(slot), number);
    if (held) slots.release(held);
    held = slot;
    await write(held);
  }
}

const GRAY16 = 2;
/** 10,000 frames of each size as far as their bytes allow: about 20 GB in all. */
const RUNS: readonly (readonly [string, Run])[] = [
  ['16x16', { sizeBytes: 16 * 16 * GRAY16, frames: 10_000 }],
  ['160x120', { sizeBytes: 160 * 120 * GRAY16, frames: 10_000 }],
  ['320x240', { sizeBytes: 320 * 240 * GRAY16, frames: 10_000 }],
  ['362x362, just under the size from which pages are handed over', { sizeBytes: 262_088, frames: 10_000 }],
  ['512x256, exactly that size', { sizeBytes: 262_144, frames: 10_000 }],
  ['640x480', { sizeBytes: 640 * 480 * GRAY16, frames: 5000 }],
  ['724x724, about the size of the pipe', { sizeBytes: 724 * 724 * GRAY16, frames: 2000 }],
  ['1280x720', { sizeBytes: 1280 * 720 * GRAY16, frames: 1000 }],
  ['1920x1080', { sizeBytes: 1920 * 1080 * GRAY16, frames: 1000 }],
  ['3840x2160', { sizeBytes: 3840 * 2160 * GRAY16, frames: 200 }],
];

test.each(RUNS)(
  'no frame of %s tears',
  async (_, run) => {
    expect(await arrived(run)).toEqual({ whole: run.frames, torn: 0 });
  },
  LIMIT_MS,
);

test.each([
  ['320x240', { sizeBytes: 320 * 240 * GRAY16, frames: 200, pauseEveryBytes: 16_384 }],
  ['640x480', { sizeBytes: 640 * 480 * GRAY16, frames: 100, pauseEveryBytes: 65_536 }],
  ['1920x1080', { sizeBytes: 1920 * 1080 * GRAY16, frames: 40, pauseEveryBytes: 65_536 }],
] as const)(
  'no frame of %s tears with a slow reader',
  async (_, run) => {
    expect(await arrived(run)).toEqual({ whole: run.frames, torn: 0 });
  },
  LIMIT_MS,
);

test(
  'when the slots do not know what the pipe still holds, frames do tear: the check can fail',
  async () => {
    const run = { sizeBytes: 512 * 257 * GRAY16, frames: 200, pauseEveryBytes: 65_536, isCareless: true };
    const { torn } = await arrived(run);
    expect(torn).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
