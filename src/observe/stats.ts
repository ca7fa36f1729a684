import type { Progress } from '../encoder/progress.ts';
import { NS_PER_MS } from '../pacing/clock.ts';
import type { Selection } from '../pacing/frame-selector.ts';
import type { Tick } from '../pacing/tick-schedule.ts';

/** Everything that is counted since the start of the program. */
export interface Counts {
  /** Frames handed to ffmpeg. */
  readonly output: number;
  readonly unique: number;
  readonly dup: number;
  /** Frames read, but never sent: trimmed from a standing backlog, or replaced by a newer one. */
  readonly dropped: number;
  /** Entries of a wrong size or without the key. */
  readonly wrong: number;
  /** Frames of the right size read from Redis. */
  readonly read: number;
  /** Ticks that came more than a period late and were made up. */
  readonly late: number;
  /** Frames that ffmpeg has encoded, and bytes that it has written. */
  readonly encodedFrames: number;
  readonly encodedBytes: number;
}

/** Ages of the new frames when they were sent, since they were last asked for. */
export interface Ages {
  readonly meanMs: number;
  readonly maxMs: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Is told what happens and counts it. */
export class Stats {
  readonly #counts: Mutable<Counts> = {
    output: 0,
    unique: 0,
    dup: 0,
    dropped: 0,
    wrong: 0,
    read: 0,
    late: 0,
    encodedFrames: 0,
    encodedBytes: 0,
  };
  #ageSumMs = 0;
  #ageMaxMs = 0;
  #ageCount = 0;
  #progress: Progress = { frames: 0, sizeBytes: 0 };

  get counts(): Counts {
    return { ...this.#counts };
  }

  onTick(tick: Tick, selection: Selection, nowNs: bigint): void {
    this.#counts.output += 1;
    if (tick.kind !== 'regular') this.#counts.late += 1;
    if (!selection.isNew) {
      this.#counts.dup += 1;
      return;
    }
    this.#counts.unique += 1;
    if (selection.frame.writtenNs !== undefined) this.#addAge(nowNs - selection.frame.writtenNs);
  }

  /** The frame that a stream begins with is sent before the first tick. */
  onFirstFrame(): void {
    this.#counts.output += 1;
    this.#counts.unique += 1;
  }

  onDropped(): void {
    this.#counts.dropped += 1;
  }

  onRead(): void {
    this.#counts.read += 1;
  }

  onWrong(): void {
    this.#counts.wrong += 1;
  }

  /** ffmpeg counts from its own start: what it had reported before is told apart by its starting lower again. */
  onProgress(progress: Progress): void {
    const isAnother = progress.frames < this.#progress.frames;
    const before = isAnother ? { frames: 0, sizeBytes: 0 } : this.#progress;
    this.#counts.encodedFrames += progress.frames - before.frames;
    this.#counts.encodedBytes += Math.max(0, (progress.sizeBytes ?? 0) - (before.sizeBytes ?? 0));
    this.#progress = progress;
  }

  /** The ages since the last call; undefined where no frame had one. */
  takeAges(): Ages | undefined {
    if (this.#ageCount === 0) return undefined;
    const ages = { meanMs: this.#ageSumMs / this.#ageCount, maxMs: this.#ageMaxMs };
    this.#ageSumMs = this.#ageMaxMs = this.#ageCount = 0;
    return ages;
  }

  #addAge(ageNs: bigint): void {
    // The two clocks are compared to within a millisecond or so; a frame is never from the future.
    const ageMs = Math.max(0, Number(ageNs / (NS_PER_MS / 10n)) / 10);
    this.#ageSumMs += ageMs;
    this.#ageMaxMs = Math.max(this.#ageMaxMs, ageMs);
    this.#ageCount += 1;
  }
}
