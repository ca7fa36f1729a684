/** Waiting times that double from the first to the longest. */
export class Backoff {
  #nextMs: number;

  constructor(
    private readonly firstMs: number,
    private readonly longestMs: number,
  ) {
    this.#nextMs = firstMs;
  }

  /** The waiting time for this failure, in milliseconds; the next one will be twice as long. */
  nextMs(): number {
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(delayMs * 2, this.longestMs);
    return delayMs;
  }

  reset(): void {
    this.#nextMs = this.firstMs;
  }
}
