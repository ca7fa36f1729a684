import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { noMountReason } from '../outputs/recorder/mounted-disk.ts';
import { PATIENT_LATENCY, SrtReceiver } from '../support/receiver.ts';
import { stepsOf, tsQuality } from '../support/ts-quality.ts';
import { until } from '../support/until.ts';
import { decoderWords } from '../support/video.ts';
import { FaultStage } from './fault-stage.ts';
import type { Program } from './program.ts';
import { ShownDisk } from './shown-disk.ts';

// What becomes of the disk of the recordings is nothing to the stream.

const LIMIT_MS = 120_000;
const DISK = { kind: 'tmpfs', sizeBytes: 50_000_000 } as const;
/** Less than what stays free for others. */
const LEFT_BYTES = 1_000_000;
const SEGMENT = /^imagestream-\d{8}T\d{6}Z\.ts$/;
const STOPPED = /recording to \S+ has stopped: .*trying again/;
const ERROR = /^\S+ error /;
const PICTURE_TICKS = 3_750;
const VIDEO_PID = 0x100;
/** More than a receiver may still hold back when the disk fails: three seconds of them. */
const MORE_PICTURES = 72;
/** More than a busy machine holds anything up. */
const MOST_GAP_MS = 2_500;

const whyNot = noMountReason(DISK);
if (whyNot !== undefined) console.warn(`recorders on disks that fail are not tested: ${whyNot}`);

/** The program with an SRT listener and a recorder that both get the stream, and the disk of the recorder. */
class RecorderStage implements AsyncDisposable {
  private constructor(
    private readonly stack: AsyncDisposableStack,
    readonly shown: ShownDisk,
    private readonly listener: SrtReceiver,
    readonly program: Program,
  ) {}

  static async open(): Promise<RecorderStage> {
    // A disk that is left mounted is in the way of others: it is gone also where this fails.
    await using stack = new AsyncDisposableStack();
    const stage = stack.use(await FaultStage.open());
    const shown = stage.use(new ShownDisk(DISK, stage.file('recordings')));
    const listener = stage.use(
      await SrtReceiver.start(stage.file('received.ts'), { parameters: PATIENT_LATENCY }),
    );
    const program = await stage.streaming({
      DESTINATION: listener.address,
      RECORD: shown.path,
      RECORD_QUOTA: '40M',
      RECORD_SEGMENT: '1',
    });
    await program.line(/ info +recording to /);
    return new RecorderStage(stack.move(), shown, listener, program);
  }

  get finished(): string[] {
    const { path } = this.shown.disk;
    return readdirSync(path)
      .filter((name) => SEGMENT.test(name))
      .toSorted()
      .map((name) => `${path}/${name}`);
  }

  /** Waits for so many more finished segments. */
  async finishes(count: number): Promise<void> {
    const wanted = this.finished.length + count;
    await until(async () => this.finished.length >= wanted, `${count} more finished segments`, LIMIT_MS);
  }

  /** While the disk is away it has said so, tries again, and the listener gets one picture after the other: nothing waits for the disk. */
  async goesWithoutDisk(): Promise<void> {
    await this.program.line(STOPPED, { nth: 2 });
    await this.listener.morePictures(MORE_PICTURES, LIMIT_MS);
  }

  /** It records again by itself, and segments are finished, without another error. */
  async recordsAgain(): Promise<void> {
    await this.program.line(/ info +recording to \S+ again/);
    await this.finishes(2);
  }

  /**
   * After the fault: one error has been said, and it is this one; the listener has got each picture that was encoded, at its time; the
   * segments play.
   */
  async isUnharmed(reason: RegExp): Promise<void> {
    const { program, listener } = this;
    const { encoded } = await program.isSound();
    expect(await program.child.stop()).toBe(0);
    await listener.stop();
    const errors = program.child.lines.filter((line) => ERROR.test(line));
    expect(errors).toEqual([expect.stringMatching(STOPPED)]);
    expect(errors[0]).toMatch(reason);
    await this.#hasAll(encoded);
    const came = listener.pictures.map(({ firstMs }) => firstMs);
    const gapsMs = came.slice(1).map((atMs, index) => atMs - (came[index] ?? Number.NaN));
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(MOST_GAP_MS);
    for (const path of this.finished) expect([path, await decoderWords(path)]).toEqual([path, '']);
    expect(readdirSync(this.shown.disk.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }

  /** @param least so many pictures; the program has encoded more while it was being stopped */
  async #hasAll(least: number): Promise<void> {
    const { path, acceptedMs } = this.listener;
    const { continuityErrors, ptsTicks } = tsQuality(await Bun.file(path).bytes());
    expect(acceptedMs).toHaveLength(1);
    expect(continuityErrors).toEqual([]);
    const times = ptsTicks.get(VIDEO_PID);
    expect(times?.length).toBeGreaterThanOrEqual(least);
    expect(stepsOf(times).filter((step) => step !== PICTURE_TICKS)).toEqual([]);
    expect(await decoderWords(path)).toBe('');
  }
}

describe.skipIf(whyNot !== undefined)('a recorder', () => {
  test.concurrent(
    'whose disk something else fills stops with one line and goes on once there is room; the stream is unharmed',
    async () => {
      await using stage = await RecorderStage.open();
      const { shown } = stage;
      await stage.finishes(1);
      shown.disk.leave(LEFT_BYTES);
      await stage.goesWithoutDisk();
      shown.disk.empty();
      await stage.recordsAgain();
      await stage.isUnharmed(
        /the disk has \d\.\d MB left, and 2\.5 MB stay free: it goes on once there is room/,
      );
    },
    LIMIT_MS,
  );

  test.concurrent(
    'whose disk vanishes stops with one line and goes on where it is back; the stream is unharmed',
    async () => {
      await using stage = await RecorderStage.open();
      const { shown } = stage;
      await stage.finishes(1);
      shown.vanish();
      await stage.goesWithoutDisk();
      expect(readdirSync(shown.path)).toEqual([]);
      shown.comeBack();
      await stage.recordsAgain();
      await stage.isUnharmed(/nothing is mounted at \S+ any more: it goes on once its disk is back/);
    },
    LIMIT_MS,
  );

  test.concurrent(
    'whose disk can only be read stops with one line and goes on once it can be written; the stream is unharmed',
    async () => {
      await using stage = await RecorderStage.open();
      const { shown } = stage;
      await stage.finishes(1);
      shown.protect();
      await stage.goesWithoutDisk();
      shown.unprotect();
      await stage.recordsAgain();
      await stage.isUnharmed(/the file system of the recordings can only be read/);
    },
    LIMIT_MS,
  );
});
