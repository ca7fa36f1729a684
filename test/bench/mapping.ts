/**
 * What making a picture of a frame of 1920x1080 gray16be costs by itself, warm, over all the pieces in which it comes: the mapping, the
 * counting of samples that a window which follows the frames takes, and all of it until luma lies in its slot. Prints a table.
 *
 * bun test/bench/mapping.ts [--quick]
 */
import { parseArgs } from 'node:util';
import type { GrayFormat } from '../../src/base/gray-format.ts';
import type { WindowSetting } from '../../src/config/config.ts';
import { linearFactors } from '../../src/levels/factors.ts';
import { KernelMemory, PIECE_BYTES } from '../../src/levels/kernel-memory.ts';
import { Kernel } from '../../src/levels/kernel.ts';
import { Levels } from '../../src/levels/levels.ts';
import { addressAt, libc, pinned } from '../../src/os/libc.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import { PLAIN_LEVELS } from '../support/levels-settings.ts';
import { describeMachine, machineLine } from './machine.ts';
import { targetResult, targetTable } from './targets.ts';

const FORMAT = { pixelFormat: 'gray16be', widthPx: 1920, heightPx: 1080, sizeBytes: 4_147_200 } as const;
const GRAY: GrayFormat = { bits: 16, sampleBytes: 2, pixelBytes: 2, isBigEndian: true };
const MAPPING_MS = 0.45;
const AUTO_MS = 0.1;
/** So many to get warm, and so many that are measured. */
const FRAMES = { quick: 200, whole: 2_000 } as const;

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const length = options.quick ? 'quick' : 'whole';

process.stdout.write(`${machineLine(describeMachine())}\n`);
const frame = picture();
const { kernelMs, countMs, fullMs, autoMs } = measure();
const lines = targetTable([
  targetResult('1920x1080 gray16be: mapping, ms a frame', kernelMs, MAPPING_MS),
  targetResult('1920x1080 gray16be: auto, counting included, ms a frame', countMs + autoMs - fullMs, AUTO_MS),
]);
const whole = `all of it, into the slot: ${fullMs.toFixed(2)} ms with full, ${autoMs.toFixed(2)} ms with auto`;
process.stdout.write(`${lines.join('\n')}\n${whole}\n`);

/** Medians in milliseconds a frame. All are measured in turns, so that the load of the machine meets each of them. */
function measure() {
  const alone = kernelAlone();
  const full = levelsWith({ kind: 'full' });
  const auto = levelsWith({ kind: 'auto', lowPercent: 0.5, highPercent: 99.5 });
  const times: Record<'kernelMs' | 'countMs' | 'fullMs' | 'autoMs', number>[] = [];
  for (let index = 0; index < 2 * FRAMES[length]; index += 1) {
    const time = { ...alone(), fullMs: mapMs(full), autoMs: mapMs(auto) };
    if (index >= FRAMES[length]) times.push(time);
  }
  const median = (of: (time: (typeof times)[number]) => number) =>
    times.map(of).toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  return {
    kernelMs: median((time) => time.kernelMs),
    countMs: median((time) => time.countMs),
    fullMs: median((time) => time.fullMs),
    autoMs: median((time) => time.autoMs),
  };
}

/** The kernel over as many pieces as a frame has, the same samples each time. */
function kernelAlone() {
  const memory = new KernelMemory(GRAY);
  const { samples, luma, fine, coarse } = memory.offsets;
  const kernel = new Kernel(memory.wasm, GRAY);
  const factors = linearFactors({ low: 310, high: 3_970 }, false);
  const counting = { step: 127, maxSample: 65_535, coarseShift: 8, fine, coarse, sums: 0 };
  const count = PIECE_BYTES / GRAY.pixelBytes;
  const pieces = FORMAT.sizeBytes / PIECE_BYTES;
  libc.memcpy(addressAt(memory.address(samples), 0), frame.address, PIECE_BYTES);
  return () => {
    const startMs = performance.now();
    for (let piece = 0; piece < pieces; piece += 1)
      kernel.mapLinear({ source: samples, target: luma, count }, factors);
    const mappedMs = performance.now();
    for (let piece = 0; piece < pieces; piece += 1) kernel.countSamples(samples, count, 0, counting);
    // The last piece is not whole.
    const part = pieces / Math.ceil(pieces);
    return { kernelMs: (mappedMs - startMs) * part, countMs: (performance.now() - mappedMs) * part };
  };
}

function levelsWith(window: WindowSetting): Levels {
  const settings = { ...PLAIN_LEVELS, window };
  return new Levels({ format: FORMAT, gray: GRAY, settings, clock: new PollLoop(), onReport() {} });
}

/** The time that one frame takes, without that in which it comes. */
function mapMs(levels: Levels): number {
  const slot = levels.slots.acquire();
  if (!slot) throw new Error('no slot is free');
  const intake = levels.intake(slot);
  let tookMs = 0;
  for (let doneBytes = 0; doneBytes < FORMAT.sizeBytes;) {
    const room = intake.room();
    const sizeBytes = Math.min(room.sizeBytes, FORMAT.sizeBytes - doneBytes);
    libc.memcpy(addressAt(room.address, 0), addressAt(frame.address, doneBytes), sizeBytes);
    const startMs = performance.now();
    intake.took(sizeBytes);
    tookMs += performance.now() - startMs;
    doneBytes += sizeBytes;
  }
  levels.slots.release(slot);
  return tookMs;
}

/** Samples of 12 bits, with noise. */
function picture() {
  const memory = pinned(FORMAT.sizeBytes);
  const view = new DataView(memory.view.buffer);
  for (let index = 0; index < FORMAT.sizeBytes / 2; index += 1) {
    const sample = (index % FORMAT.widthPx) * 2 + ((index * 2_654_435_761) >>> 24);
    view.setUint16(index * 2, sample, false);
  }
  return memory;
}
