import { inMs } from '../base/clock.ts';

/** More than that from one look to the next, and it was us who stood still: what the link did meanwhile is not known. */
const LONGEST_STEP_MS = 500;

/**
 * How long a link has acknowledged nothing although something waits for it. libsrt itself gives up a dead link only after
 * 5 s (it waits for 16 expirations, whatever its peer-idle timeout says), while a healthy one acknowledges every 10 ms.
 */
export class AckWatch {
  #acks = 0;
  #wasWaiting = false;
  #stillMs = 0;

  /** @param lookedNs monotonic time of the first look */
  constructor(private lookedNs: bigint) {}

  /**
   * @param acks counter of acknowledgements that have come
   * @param isWaiting whether something that was sent waits for one
   * @returns milliseconds for which the counter has stood still
   */
  look(acks: number, isWaiting: boolean, nowNs: bigint): number {
    const stepMs = Math.min(inMs(nowNs - this.lookedNs), LONGEST_STEP_MS);
    const isStill = isWaiting && this.#wasWaiting && acks === this.#acks;
    this.#stillMs = isStill ? this.#stillMs + stepMs : 0;
    [this.lookedNs, this.#wasWaiting, this.#acks] = [nowNs, isWaiting, acks];
    return this.#stillMs;
  }
}
