import { NS_PER_MS } from '../pacing/clock.ts';
import type { Selection } from '../pacing/frame-selector.ts';
import type { Tick } from '../pacing/tick-schedule.ts';
import { SentFrames, type Loss } from './sent-frames.ts';

/** What became of the frames since the start of the program. */
export interface FrameCounts {
  /** Frames handed to ffmpeg. */
  readonly output: number;
  /** Those that were not handed over before, `lost` ones too. */
  readonly unique: number;
  readonly dup: number;
  /** Frames read, but never sent: trimmed from a standing backlog, or replaced by a newer one. */
  readonly dropped: number;
  /** Unique frames that were handed to an ffmpeg, or a link behind it, that then turned out to be dead. */
  readonly lost: number;
  /** Entries of a wrong size or without the key. */
  readonly wrong: number;
  /** Frames of the right size read from Redis. */
  readonly read: number;
  /** Ticks that came more than a period late. */
  readonly late: number;
}

/** Ages of the new frames when they were sent, for as many of them as have one. */
export interface Ages {
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
}

export const NO_AGES: Ages = { count: 0, sumMs: 0, maxMs: 0 };

/** The ages of two times together. */
export function mergeAges(a: Ages, b: Ages): Ages {
  return { count: a.count + b.count, sumMs: a.sumMs + b.sumMs, maxMs: Math.max(a.maxMs, b.maxMs) };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Is told what happens to the frames and counts it. */
export class FrameStats {
  readonly #counts: Mutable<FrameCounts> = {
    output: 0,
    unique: 0,
    dup: 0,
    dropped: 0,
    lost: 0,
    wrong: 0,
    read: 0,
    late: 0,
  };
  readonly #sent = new SentFrames();
  #ages = NO_AGES;

  get counts(): FrameCounts {
    return { ...this.#counts };
  }

  onTick(tick: Tick, selection: Selection, nowNs: bigint): void {
    this.#counts.output += 1;
    if (tick.kind !== 'regular') this.#counts.late += 1;
    this.#sent.onSent(selection.isNew, nowNs);
    if (!selection.isNew) {
      this.#counts.dup += 1;
      return;
    }
    this.#counts.unique += 1;
    if (selection.frame.writtenNs !== undefined) this.#addAge(nowNs - selection.frame.writtenNs);
  }

  /** The frame that a session begins with is sent before the first tick. */
  onFirstFrame(nowNs: bigint): void {
    this.#sent.begin();
    this.#sent.onSent(true, nowNs);
    this.#counts.output += 1;
    this.#counts.unique += 1;
  }

  onDropped(): void {
    this.#counts.dropped += 1;
  }

  /** The session has failed. */
  onLoss(loss: Loss, nowNs: bigint): void {
    this.#counts.lost += this.#sent.lose(loss, nowNs);
  }

  onRead(): void {
    this.#counts.read += 1;
  }

  onWrong(): void {
    this.#counts.wrong += 1;
  }

  /** The ages since the last call. */
  takeAges(): Ages {
    const ages = this.#ages;
    this.#ages = NO_AGES;
    return ages;
  }

  #addAge(ageNs: bigint): void {
    // The two clocks are compared to within a millisecond or so; a frame is never from the future.
    const ageMs = Math.max(0, Number(ageNs / (NS_PER_MS / 10n)) / 10);
    this.#ages = mergeAges(this.#ages, { count: 1, sumMs: ageMs, maxMs: ageMs });
  }
}
