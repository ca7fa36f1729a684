import { expect } from 'bun:test';
import type { FrameIntake, FrameSlot, MemoryArea } from '../../src/base/frame.ts';
import type { GrayFormat } from '../../src/base/gray-format.ts';
import type { LevelsReport } from '../../src/base/levels-report.ts';
import type { LevelsSettings } from '../../src/config/config.ts';
import { Levels } from '../../src/levels/levels.ts';
import { addressAt, libc } from '../../src/os/libc.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { PLAIN_LEVELS } from '../support/levels-settings.ts';
import { bytesOf } from '../os/slot-bytes.ts';
import { grayOf } from './gray-formats.ts';
import { writePixel } from './kernel-stage.ts';

/** What comes behind each value in Redis. */
export const LINE_BREAK = Uint8Array.of(13, 10);

interface StageParts {
  readonly pixelFormat?: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly settings?: Partial<LevelsSettings>;
}

/** Levels on a clock that stands still, and the frames that go through them. */
export class LevelsStage implements Disposable {
  readonly clock = new FakeClock();
  readonly levels: Levels;
  readonly gray: GrayFormat;
  readonly reports: LevelsReport[] = [];
  readonly widthPx: number;
  readonly heightPx: number;

  constructor({ pixelFormat = 'gray16le', widthPx, heightPx, settings }: StageParts) {
    this.gray = grayOf(pixelFormat);
    [this.widthPx, this.heightPx] = [widthPx, heightPx];
    this.levels = new Levels({
      format: { pixelFormat, widthPx, heightPx, sizeBytes: widthPx * heightPx * this.gray.pixelBytes },
      gray: this.gray,
      settings: { ...PLAIN_LEVELS, ...settings },
      clock: this.clock,
      onReport: (report) => this.reports.push(report),
    });
  }

  /** What was reported last. */
  get report(): LevelsReport {
    const report = this.reports.at(-1);
    if (!report) throw new Error('nothing was reported');
    return report;
  }

  configure(settings: Partial<LevelsSettings>): void {
    this.levels.configure({ ...PLAIN_LEVELS, ...settings });
  }

  acquire(): FrameSlot {
    const slot = this.levels.slots.acquire();
    if (!slot) throw new Error('no slot is free');
    return slot;
  }

  /** The bytes of a frame with the sample that `sample` gives for each place, rounded and taken into the format's range. */
  frame(sample: (x: number, y: number) => number): Uint8Array {
    const { widthPx, heightPx, gray } = this;
    const bytes = new Uint8Array(widthPx * heightPx * gray.pixelBytes);
    for (let index = 0; index < widthPx * heightPx; index += 1) {
      const x = index % widthPx;
      const value = Math.round(sample(x, (index - x) / widthPx));
      const clamped = Math.min(Math.max(value, 0), 2 ** gray.bits - 1);
      writePixel(bytes, index * gray.pixelBytes, clamped, gray);
    }
    return bytes;
  }

  /** The same of samples that lie one line behind the other. */
  frameOf(samples: readonly number[]): Uint8Array {
    return this.frame((x, y) => samples[y * this.widthPx + x] ?? 0);
  }

  /** Takes a whole frame in, and gives the picture that has become of it, as ffmpeg would get it. */
  picture(frame: Uint8Array, pieces: readonly number[] = []): Uint8Array {
    const slot = this.acquire();
    feed(this.levels.intake(slot), frame, pieces);
    const picture = this.pictureIn(slot);
    this.levels.slots.release(slot);
    return picture;
  }

  /** Lets so many frames through at a rate, and gives the luma of each, without what makes its size even. */
  async play(
    rateHz: number,
    frames: number,
    samples: (frame: number) => readonly number[],
  ): Promise<Uint8Array[]> {
    const lumas: Uint8Array[] = [];
    for (let frame = 0; frame < frames; frame += 1) {
      await this.clock.advanceMs(1_000 / rateHz);
      lumas.push(lumaOf(this.picture(this.frameOf(samples(frame))), this));
    }
    return lumas;
  }

  /** A copy of the picture in a slot. */
  pictureIn(slot: FrameSlot): Uint8Array {
    return joined(this.levels.areas(slot));
  }

  [Symbol.dispose](): void {
    this.levels.close();
  }
}

/** What lies in areas of memory, one behind the other. */
export function joined(areas: readonly MemoryArea[]): Uint8Array {
  return new Uint8Array(Buffer.concat(areas.map(bytesOf)));
}

/** Writes bytes into the room of an intake, as a socket would: in pieces of these sizes, over and over, or as large as there is room. */
export function feed(intake: FrameIntake, bytes: Uint8Array, pieces: readonly number[] = []): void {
  let piece = 0;
  for (let done = 0; done < bytes.length; piece += 1) {
    const { address, sizeBytes } = intake.room();
    const wanted = pieces[piece % pieces.length] ?? bytes.length;
    const count = Math.min(wanted, sizeBytes, bytes.length - done);
    libc.memcpy(addressAt(address, 0), bytes.subarray(done), count);
    intake.took(count);
    done += count;
  }
}

/** The luma of a picture without the column and line that make its size even. */
export function lumaOf(
  picture: Uint8Array,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): Uint8Array {
  const strideBytes = widthPx + (widthPx % 2);
  const luma = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y += 1) {
    luma.set(picture.subarray(y * strideBytes, y * strideBytes + widthPx), y * widthPx);
  }
  return luma;
}

/** That a picture has these bytes; which one has not is said, not all of them. */
export function expectSame(picture: Uint8Array, expected: Uint8Array): void {
  expect(picture.length).toBe(expected.length);
  const differing = picture.findIndex((byte, index) => byte !== expected[index]);
  expect([differing, picture[differing]]).toEqual([-1, undefined]);
}
