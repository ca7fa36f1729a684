import { NS_PER_SECOND } from '../base/frame-rate.ts';

/** How often a failure that stays the same is logged again, where nothing else is asked for. */
export const SAY_AGAIN_NS = 60n * NS_PER_SECOND;

/** Failures that were not logged before one that is. */
interface HeldBack {
  readonly count: number;
  /** They are like this one. */
  readonly areSame: boolean;
}

/** Tells a failure that is to be logged from one that only repeats what was logged a moment ago. */
export class RepeatedFailure {
  #reason: string | undefined;
  #saidNs = 0n;
  #heldBack = 0;

  constructor(private readonly sayAgainNs = SAY_AGAIN_NS) {}

  /** @returns what was held back before; undefined where this one is to be held back */
  next(reason: string, nowNs: bigint): HeldBack | undefined {
    const isSame = withoutNumbers(reason) === this.#reason;
    if (isSame && nowNs - this.#saidNs < this.sayAgainNs) {
      this.#heldBack += 1;
      return undefined;
    }
    const count = this.#heldBack;
    this.#reason = withoutNumbers(reason);
    this.#saidNs = nowNs;
    this.#heldBack = 0;
    return { count, areSame: isSame };
  }

  /** The next one is logged, whatever it is. */
  forget(): void {
    this.#reason = undefined;
  }

  /** What failed is good again. @returns how many failures were held back and never logged */
  end(): number {
    const heldBack = this.#heldBack;
    this.forget();
    this.#heldBack = 0;
    return heldBack;
  }
}

/** Behind a failure that is said again: how often it came in between. */
export function moreInWords(count: number): string {
  return count === 0 ? '' : ` (and ${count} more before it)`;
}

/** Behind another failure, or the word that all is well: how many were not told of. */
export function untoldInWords(count: number): string {
  return count === 0 ? '' : ` (failed attempts not told of: ${count})`;
}

/** Times, addresses and counts are others at each attempt. */
function withoutNumbers(reason: string): string {
  return reason.replace(/0x[0-9a-f]+|\d+/g, '0');
}
