import { NS_PER_MS } from '../base/clock.ts';
import {
  mergeAges,
  NO_AGES,
  type Ages,
  type DropCause,
  type FrameCounts,
  type Loss,
} from '../base/counts.ts';
import type { TickFrame } from '../pacing/frame-holder.ts';
import type { Tick } from '../pacing/tick-schedule.ts';
import type { LossInput } from './protocol.ts';
import { SentFrames } from './sent-frames.ts';

/** What is counted here; what was read, the reader counts. */
type SentCounts = Omit<FrameCounts, 'read' | 'wrong'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts what becomes of the frames behind the reader. */
export class FrameStats {
  readonly #counts: Mutable<SentCounts> = {
    output: 0,
    unique: 0,
    dup: 0,
    trimmed: 0,
    replaced: 0,
    unsent: 0,
    lost: 0,
    late: 0,
  };
  /** To the present input, and to the one before the last switch. */
  #sent = new SentFrames();
  #sentBefore = new SentFrames();
  #ages = NO_AGES;

  /** Since the start; a copy. */
  get counts(): SentCounts {
    return { ...this.#counts };
  }

  /** A tick hands over its frame. */
  onTick(tick: Tick, tickFrame: TickFrame, nowNs: bigint): void {
    this.#counts.output += 1;
    if (tick.kind !== 'regular') this.#counts.late += 1;
    this.#sent.onSent(tickFrame.isNew, nowNs);
    if (!tickFrame.isNew) {
      this.#counts.dup += 1;
      return;
    }
    this.#counts.unique += 1;
    if (tickFrame.frame.writtenNs !== undefined) this.#addAge(nowNs - tickFrame.frame.writtenNs);
  }

  /** The frame that a session begins with is sent before the first tick. */
  onFirstFrame(nowNs: bigint): void {
    this.#sentBefore.begin();
    this.#sent.begin();
    this.#sent.onSent(true, nowNs);
    this.#counts.output += 1;
    this.#counts.unique += 1;
  }

  /** Frames go to another input from the next one on. */
  onSwitch(): void {
    [this.#sent, this.#sentBefore] = [this.#sentBefore, this.#sent];
    this.#sent.begin();
  }

  /** A frame that was read goes back without having been sent. */
  onDropped(cause: DropCause): void {
    this.#counts[cause] += 1;
  }

  /** Not all frames of an input have arrived. */
  onLoss(loss: Loss, input: LossInput, nowNs: bigint): void {
    const sent = input === 'present' ? this.#sent : this.#sentBefore;
    this.#counts.lost += sent.lose(loss, nowNs);
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
