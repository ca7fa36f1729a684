import { NS_PER_SECOND } from '../pacing/frame-rate.ts';

/** Lets through so many messages a second, and says with a later one how many were held back. */
export class LimitedLog {
  #secondNs: bigint | undefined;
  #written = 0;
  #heldBack = 0;
  #lastHeldBack = '';

  constructor(
    private readonly perSecond: number,
    private readonly write: (message: string) => void,
  ) {}

  log(message: string, nowNs: bigint): void {
    if (this.#secondNs === undefined || nowNs - this.#secondNs >= NS_PER_SECOND) {
      this.#secondNs = nowNs;
      this.#written = 0;
    }
    if (this.#written === this.perSecond) {
      this.#heldBack += 1;
      this.#lastHeldBack = message;
      return;
    }
    this.#written += 1;
    this.write(this.#heldBack === 0 ? message : `${message} (and ${this.#heldBack} more before it)`);
    this.#heldBack = 0;
  }

  /** Says the last message that was held back, once it may be said; to be called now and then. */
  flush(nowNs: bigint): void {
    const isTime = this.#secondNs !== undefined && nowNs - this.#secondNs >= NS_PER_SECOND;
    if (this.#heldBack === 0 || !isTime) return;
    this.#heldBack -= 1;
    this.log(this.#lastHeldBack, nowNs);
  }
}
