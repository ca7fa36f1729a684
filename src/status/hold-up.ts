import { secondsBetween } from '../base/clock.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';

/** Looks are a second apart; a busy machine makes that two, no more. */
const LONGEST_GAP_NS = 3n * NS_PER_SECOND;
/** Of the second between two looks, half has passed on average when something happens. */
const HALF_LOOK_S = 0.5;

/**
 * Tells when the program itself stood still between two looks: it was stopped, or the machine was. What was counted across
 * such a gap says nothing of ffmpeg and the source.
 */
export class HoldUp {
  #lastNs: bigint | undefined;

  /**
   * Call it about once a second.
   * @returns how many seconds it stood still, about, where the last look was far too long ago
   */
  look(nowNs: bigint): number | undefined {
    const lastNs = this.#lastNs ?? nowNs;
    this.#lastNs = nowNs;
    return nowNs - lastNs > LONGEST_GAP_NS ? secondsBetween(lastNs, nowNs) - HALF_LOOK_S : undefined;
  }
}

/** The warning for the operator. */
export function heldUpInWords(seconds: number): string {
  return (
    `the program was held up for ${seconds.toFixed(0)} s: ` +
    'it was stopped, or the machine stood still or was far too busy; it goes on now'
  );
}
