import { expect } from 'bun:test';
import type { Child } from '../support/child.ts';
import { until } from '../support/until.ts';
import { expectAccounted, nextAccount, type FrameAccount, type Known } from './frame-account.ts';
import { childrenOf, residentKib } from './processes.ts';
import type { Sensor } from './sensor.ts';

/** A report a second, and with each one the account of all frames. */
export const TALKATIVE = { LOG_LEVEL: 'debug', STATS_INTERVAL: '1' } as const;

/** It takes a second to six, back-off and all; a busy machine gets five times as much. */
const RECOVERY_MS = 30_000;
/** A second of video in which most of the frames were new ones; a busy machine may lose some. */
const GOOD_SECOND = /streaming \| out .*unique [1-9]\d+,/;
/** So long it may take until a second is such a one. */
const MOST_BUSY_MS = 5_000;
/** What is in the log because a test asks for it, every second. */
const ASKED_FOR = / debug | out [\d.]+ fps, source /;
/** Lines beside one a second: those of the start, and a few at once where something has just happened. */
const EXTRA_LINES = 12;
const GROWTH = 1.2;
/** The runtime gives memory back when it has nothing better to do. */
const SHRINK_LIMIT_MS = 15_000;

/** The program while a fault happens to it, and what every fault must leave as it was. */
export class Program {
  readonly #startMs = performance.now();
  #residentKib = 0;

  constructor(
    readonly child: Child,
    private readonly sensor: Sensor,
  ) {}

  /** Waits until it has looked at the stream for the first time: what is written from then on is counted. */
  async counts(): Promise<void> {
    await this.line(/: connected/);
    await nextAccount(this.child, RECOVERY_MS);
  }

  /** Waits until it streams what the sensor writes, and remembers how much memory that takes. */
  async streams(): Promise<void> {
    await this.streamsAgain();
    this.#residentKib = residentKib(this.child.pid);
  }

  /** Waits for good seconds of video, of which the first may have begun before now; fails if they do not come in time. */
  async streamsAgain(seconds = 2): Promise<void> {
    const nth = this.child.count(GOOD_SECOND) + seconds;
    await this.line(GOOD_SECOND, { nth, withinMs: RECOVERY_MS + seconds * MOST_BUSY_MS });
  }

  /** Waits for what it says, for as long as getting over a fault may take. */
  line(pattern: RegExp, { nth = 1, withinMs = RECOVERY_MS } = {}): Promise<string> {
    return this.child.line(pattern, { nth, withinMs });
  }

  /** The one process that it has started: ffmpeg; waits for it. */
  async ffmpegPid(): Promise<number> {
    await until(async () => childrenOf(this.child.pid).length > 0, 'ffmpeg', RECOVERY_MS);
    return childrenOf(this.child.pid)[0] ?? 0;
  }

  /**
   * After the fault: it is the same process, has said no more than a line a second, holds no more memory than before,
   * and knows what has become of each frame.
   */
  async isSound(known: Known = 'all'): Promise<FrameAccount> {
    expect(this.child.isRunning).toBe(true);
    this.#isQuiet();
    await this.#isSmall();
    const account = await expectAccounted(this.child, this.sensor, known);
    expect(this.child.isRunning).toBe(true);
    return account;
  }

  #isQuiet(): void {
    const words = this.child.lines.filter((line) => !ASKED_FOR.test(line));
    const seconds = (performance.now() - this.#startMs) / 1000;
    const tooMany = words.length > seconds + EXTRA_LINES ? words : [];
    expect(tooMany).toEqual([]);
  }

  async #isSmall(): Promise<void> {
    const { pid } = this.child;
    const limitKib = this.#residentKib * GROWTH;
    const isSmall = async () => residentKib(pid) <= limitKib;
    await until(isSmall, `less than ${limitKib} KiB, after ${residentKib(pid)}`, SHRINK_LIMIT_MS);
  }
}
