import { NS_PER_SECOND, tickOffsetNs, type FrameRate } from '../base/frame-rate.ts';

/** Past this lag the ticks that were missed are given up and the schedule starts again from now. */
const MAX_LAG_NS = NS_PER_SECOND;

/** What the tick that is due now is to do. */
export type Tick =
  /** On time, or late by less than a period. */
  | { readonly kind: 'regular'; readonly lagNs: bigint }
  /** The following tick is due too: this one only keeps the time of the video equal to wall time. */
  | { readonly kind: 'made-up'; readonly lagNs: bigint }
  /** As many as were missed have been made up, and the following tick is due all the same: no use in making up more. */
  | { readonly kind: 'late'; readonly lagNs: bigint }
  | RestartedTick;

/** Too late to make up: `skippedTicks` were given up and this one is tick 0 of a new schedule. */
export interface RestartedTick {
  readonly kind: 'restarted';
  readonly lagNs: bigint;
  readonly skippedTicks: bigint;
}

/**
 * When each tick is due: tick n at origin + n × period, computed from the exact fraction each time, so that nothing
 * adds up, however long it runs.
 */
export class TickSchedule {
  #originNs: bigint;
  #index = 0n;
  /** Ticks that may still be made up; undefined while on time. */
  #toMakeUp: bigint | undefined;

  constructor(
    readonly rate: FrameRate,
    originNs: bigint,
  ) {
    this.#originNs = originNs;
  }

  /** Monotonic time in nanoseconds at which the next tick is due. */
  get dueNs(): bigint {
    return this.#originNs + tickOffsetNs(this.rate, this.#index);
  }

  /** Passes to the following tick and says how the one that was due is to be done. Call it at `dueNs` or later. */
  advance(nowNs: bigint): Tick {
    const lagNs = nowNs - this.dueNs;
    if (lagNs > MAX_LAG_NS) return this.#restart(nowNs, lagNs);
    this.#index += 1n;
    return { kind: this.#kindOf(nowNs), lagNs };
  }

  /**
   * Made up is what was missed in one go. If that takes as long as it should have taken in the first place, ffmpeg is at
   * its limit: making up for ever would be a standing picture, so from then on late ticks have frames of their own.
   */
  #kindOf(nowNs: bigint): 'regular' | 'made-up' | 'late' {
    if (this.dueNs > nowNs) {
      this.#toMakeUp = undefined;
      return 'regular';
    }
    const left = this.#toMakeUp ?? this.#ticksDueBy(nowNs);
    this.#toMakeUp = left > 0n ? left - 1n : 0n;
    return left > 0n ? 'made-up' : 'late';
  }

  /** Ticks from the next one on that are due already. */
  #ticksDueBy(nowNs: bigint): bigint {
    return ((nowNs - this.dueNs) * this.rate.numerator) / (NS_PER_SECOND * this.rate.denominator) + 1n;
  }

  #restart(nowNs: bigint, lagNs: bigint): Tick {
    const skippedTicks = (lagNs * this.rate.numerator) / (NS_PER_SECOND * this.rate.denominator);
    this.#originNs = nowNs;
    this.#index = 1n;
    this.#toMakeUp = undefined;
    return { kind: 'restarted', lagNs, skippedTicks };
  }
}
