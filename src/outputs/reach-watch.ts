import { NS_PER_MS } from '../base/clock.ts';
import type { OutputReach, ReachDoubt } from './output.ts';

/** Whether the video gets anywhere by one output, of what becomes of its connections. */
export class ReachWatch {
  #gets = false;
  #awayNs: bigint;
  #doubt: ReachDoubt = 'connecting';

  /** @param openedNs when the output was made, which is opened at once, or once one of its name has ended */
  constructor(openedNs: bigint) {
    this.#awayNs = openedNs;
  }

  get reach(): OutputReach {
    return this.#gets ? { kind: 'gets' } : { kind: 'away', sinceNs: this.#awayNs, doubt: this.#doubt };
  }

  /** A connection is open, and has not held for long enough yet to be called good. */
  settles(): void {
    this.#gets = false;
    if (this.#doubt === 'connecting') this.#doubt = 'settling';
  }

  /** It has. */
  streams(): void {
    this.#gets = true;
  }

  /**
   * One that had settled has broken. Of one that had not, this is not to be told: the output is away since it was before.
   * @param lastGotNs when the last picture came that is known to have got there; absent where none has
   */
  broke(lastGotNs: bigint | undefined): void {
    if (lastGotNs !== undefined && lastGotNs > this.#awayNs) this.#awayNs = lastGotNs;
  }

  /** There is no connection now. */
  gone(): void {
    this.#gets = false;
    this.#doubt = 'none';
  }
}

/**
 * When the last picture came that has been shown, of when the last one came that has arrived: what waits behind a link for its
 * latency is gone with a receiver that dies.
 */
export function shownNs(lastGotNs: bigint | undefined, latencyMs: number): bigint | undefined {
  return lastGotNs === undefined ? undefined : lastGotNs - BigInt(Math.ceil(latencyMs)) * NS_PER_MS;
}
