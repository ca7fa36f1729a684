import { NS_PER_SECOND } from '../pacing/frame-rate.ts';

/** Lets through so many messages in a period, and says with a later one how many were held back. */
export class LimitedLog {
  #periodStartNs: bigint | undefined;
  #written = 0;
  #heldBack = 0;
  #lastHeldBack = '';

  constructor(
    private readonly perPeriod: number,
    private readonly write: (message: string) => void,
    private readonly periodNs = NS_PER_SECOND,
  ) {}

  log(message: string, nowNs: bigint): void {
    if (this.#periodStartNs === undefined || nowNs - this.#periodStartNs >= this.periodNs) {
      this.#periodStartNs = nowNs;
      this.#written = 0;
    }
    if (this.#written === this.perPeriod) {
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
    const isTime = this.#periodStartNs !== undefined && nowNs - this.#periodStartNs >= this.periodNs;
    if (this.#heldBack === 0 || !isTime) return;
    this.#heldBack -= 1;
    this.log(this.#lastHeldBack, nowNs);
  }
}
