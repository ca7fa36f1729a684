import { Backoff } from '../base/backoff.ts';

/** A way that has carried video for so long was a good one: it is opened again at once. */
export const HELD_MS = 2_000;
/** Waits after quick refusals, which double: shortened by chance by a fifth, the first is a second or more. */
const FIRST_WAIT_MS = 1_250;
/** The other side may be back at any time, and a try costs it little. */
const LONGEST_WAIT_MS = 5_000;
/** An attempt that took longer than this has waited for an answer itself. */
const SLOW_ATTEMPT_MS = 1_000;
/** After such a one: whoever comes back is called within half a second and the time of a handshake. */
const WAIT_AFTER_SLOW_MS = 500;

/** How an attempt to use a way has ended. */
export type Attempt =
  | { readonly kind: 'not-opened'; readonly tookMs: number }
  /** `heldMs`: since the first video went that way; 0 where none did. */
  | { readonly kind: 'broken'; readonly heldMs: number };

/** How long to wait before a way is opened again. */
export class RetryRule {
  readonly #refused: Backoff;
  readonly #unanswered: Backoff;

  /** @param random as Math.random, which it is where it is left out */
  constructor(random?: () => number) {
    this.#refused = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS, random);
    this.#unanswered = new Backoff(WAIT_AFTER_SLOW_MS, WAIT_AFTER_SLOW_MS, random);
  }

  /** The wait after this one, in milliseconds. */
  waitMs(attempt: Attempt): number {
    const isGood = attempt.kind === 'broken' && attempt.heldMs >= HELD_MS;
    const isSlow = attempt.kind === 'not-opened' && attempt.tookMs >= SLOW_ATTEMPT_MS;
    if (!isGood && !isSlow) return this.#refused.nextMs();
    this.#refused.reset();
    return isGood ? 0 : this.#unanswered.nextMs();
  }
}
