import type { OutputReach } from './output.ts';

/** Whether the video gets anywhere by one output, of what becomes of its connections. */
export class ReachWatch {
  #reach: OutputReach = { kind: 'maybe' };
  #awayNs: bigint;

  /** @param openedNs when the output was opened; its first connection is being tried from then on */
  constructor(openedNs: bigint) {
    this.#awayNs = openedNs;
  }

  get reach(): OutputReach {
    return this.#reach;
  }

  /** A connection is open, and has not held for long enough yet to be called good. */
  settles(): void {
    this.#reach = { kind: 'maybe' };
  }

  /** It has. */
  streams(): void {
    this.#reach = { kind: 'gets' };
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
    this.#reach = { kind: 'away', sinceNs: this.#awayNs };
  }
}
