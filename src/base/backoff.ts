/** A wait is shorter by up to this part of it, so that many that have lost the same peer do not come back at once. */
const JITTER = 0.2;

/** Waiting times that double from the first to the longest, each shortened by chance by up to a fifth. */
export class Backoff {
  #nextMs: number;

  /** @param random as Math.random, which it is where it is left out */
  constructor(
    private readonly firstMs: number,
    private readonly longestMs: number,
    private readonly random: () => number = Math.random,
  ) {
    this.#nextMs = firstMs;
  }

  /** The waiting time for this failure, in whole milliseconds; the next one will be about twice as long. */
  nextMs(): number {
    const turnMs = this.#nextMs;
    this.#nextMs = Math.min(turnMs * 2, this.longestMs);
    return Math.round(turnMs * (1 - JITTER * this.random()));
  }

  /** After a success: the next waiting time is the first again. */
  reset(): void {
    this.#nextMs = this.firstMs;
  }
}
