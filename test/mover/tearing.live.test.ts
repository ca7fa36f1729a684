import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { NS_PER_MS } from '../../src/base/clock.ts';
import type { Frame, FrameSlot } from '../../src/base/frame.ts';
import { MARKS } from '../../src/config/config.ts';
import { FrameMemory } from '../../src/mover/frame-memory.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { libc } from '../../src/os/libc.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PipeSink, type Picture } from '../../src/os/pipe-sink.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import { feed } from '../levels/levels-stage.ts';
import { pictureOf } from '../os/sink-stage.ts';
import { bytesOf } from '../os/slot-bytes.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { PLAIN_LEVELS } from '../support/levels-settings.ts';
import { moverStage } from '../support/mover-stage.ts';
import { fillFrame } from './frame-pattern.ts';
import { formatOf, frameNumberOf, grayFrame, idOf, type PictureRun } from './picture-pattern.ts';

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
function arrived({ sizeBytes, frames, pauseEveryBytes = 0, isCareless = false }: Run) {
  return checked([sizeBytes, pauseEveryBytes], sizeBytes, (loop, sink) => {
    const slots = new FrameSlots(sizeBytes);
    const holder = isCareless ? { putInto() {} } : slots;
    return writeAll(loop, slots, (slot) => sink.write(pictureOf(holder, slot)), frames);
  });
}

/** What the checker, with these arguments, finds in a pipe that `write` writes into. */
async function checked(
  args: readonly (string | number)[],
  sizeBytes: number,
  write: (loop: PollLoop, sink: PipeSink) => Promise<void>,
) {
  const { readFd, writeFd } = makePipe();
  const checker = Bun.spawn(
    [process.execPath, join(import.meta.dir, 'frame-checker.ts'), ...args.map(String)],
    { stdio: [readFd, 'pipe', 'inherit'] },
  );
  libc.close(readFd);
  const loop = new PollLoop();
  const sink = new PipeSink(writeFd, loop, sizeBytes);
  const writing = write(loop, sink)
    .then(() => sink.finish())
    .finally(() => loop.stop());
  loop.run();
  await writing;
  const [whole, torn] = (await checker.stdout.text()).trim().split(' ').map(Number);
  return { whole, torn };
}

/** Each frame is held until the next one is there. */
async function writeAll(
  loop: PollLoop,
  slots: FrameSlots,
  write: (slot: FrameSlot) => Promise<void>,
  frames: number,
) {
  let held: FrameSlot | undefined;
  for (let number = 0; number < frames; number += 1) {
    const slot = await freeSlot(loop, slots);
    fillFrame(bytesOf(slot), number);
    if (held) slots.release(held);
    held = slot;
    await write(held);
  }
}

async function freeSlot(loop: PollLoop, slots: FrameSlots): Promise<FrameSlot> {
  for (;;) {
    const slot = slots.acquire();
    if (slot) return slot;
    await loop.pause(200_000n);
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

/** Who is told that pages are in the pipe: all that own any, only the slots, or nobody. */
type Told = 'all' | 'slots' | 'nobody';

interface MarkedRun extends PictureRun {
  readonly pictures: number;
  readonly pauseEveryBytes?: number;
  readonly told?: Told;
}

/** The same for gray frames that become pictures with marks, in the memory that the frame thread has for them. */
function picturesArrived({ pictures, pauseEveryBytes = 0, told = 'all', ...run }: MarkedRun) {
  const { settings } = moverStage();
  const clock = new PictureClock();
  const levels = { ...PLAIN_LEVELS, palette: run.palette, overlay: MARKS };
  const memory = new FrameMemory({ ...settings, levels, format: formatOf(run) }, clock, () => {});
  const args = [memory.sizeBytes, pauseEveryBytes, run.widthPx, run.heightPx, run.palette];
  return checked(args, memory.sizeBytes, async (loop, sink) => {
    let held: Frame | undefined;
    for (clock.picture = 0; clock.picture < pictures; clock.picture += 1) {
      const number = frameNumberOf(clock.picture);
      if (held?.id !== idOf(number)) {
        const pixels = await freeSlot(loop, memory.slots);
        feed(memory.intake(pixels), grayFrame(number, run), [4_096, 65_535, 131_072]);
        if (held) memory.slots.release(held.pixels);
        held = { id: idOf(number), pixels, writtenNs: 0n };
      }
      await sink.write(toldOnly(told, memory.picture(held), memory, held));
    }
    memory.close();
  });
}

/** Stands still but for a millisecond from picture to picture. */
class PictureClock extends FakeClock {
  picture = 0;

  override nowNs(): bigint {
    return BigInt(this.picture) * NS_PER_MS;
  }
}

function toldOnly(told: Told, picture: Picture, { slots }: FrameMemory, { pixels }: Frame): Picture {
  if (told === 'all') return picture;
  const holder = told === 'slots' ? slots : { putInto() {} };
  return { ...picture, hold: (pipe, endBytes) => holder.putInto(pipe, pixels, endBytes) };
}

describe('no picture with marks tears', () => {
  test.each<readonly [string, MarkedRun]>([
    ['16x16', { widthPx: 16, heightPx: 16, palette: 'gray', pictures: 2_000 }],
    ['320x240, which is copied', { widthPx: 320, heightPx: 240, palette: 'gray', pictures: 1_000 }],
    ['641x481', { widthPx: 641, heightPx: 481, palette: 'gray', pictures: 1_000 }],
    ['640x480 with colours', { widthPx: 640, heightPx: 480, palette: 'iron', pictures: 500 }],
    ['1920x1080', { widthPx: 1_920, heightPx: 1_080, palette: 'gray', pictures: 200 }],
  ])(
    'at %s',
    async (_, run) => {
      expect(await picturesArrived(run)).toEqual({ whole: run.pictures, torn: 0 });
    },
    LIMIT_MS,
  );

  test.each<readonly [string, MarkedRun]>([
    ['641x481', { widthPx: 641, heightPx: 481, palette: 'gray', pictures: 100, pauseEveryBytes: 65_536 }],
    [
      '640x480 with colours',
      { widthPx: 640, heightPx: 480, palette: 'iron', pictures: 100, pauseEveryBytes: 65_536 },
    ],
    [
      '1920x1080',
      { widthPx: 1_920, heightPx: 1_080, palette: 'gray', pictures: 16, pauseEveryBytes: 131_072 },
    ],
  ])(
    'at %s with a slow reader',
    async (_, run) => {
      expect(await picturesArrived(run)).toEqual({ whole: run.pictures, torn: 0 });
    },
    LIMIT_MS,
  );

  test.each<readonly [string, Told]>([
    ['nobody', 'nobody'],
    ['only the owner of the slots', 'slots'],
  ])(
    'but they do when %s knows what the pipe still holds: the check can fail',
    async (_, told) => {
      const run = {
        widthPx: 512,
        heightPx: 400,
        palette: 'gray',
        pictures: 60,
        pauseEveryBytes: 65_536,
      } as const;
      const { torn } = await picturesArrived({ ...run, told });
      expect(torn).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});
