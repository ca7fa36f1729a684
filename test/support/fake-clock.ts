import { NS_PER_MS, type Clock } from '../../src/base/clock.ts';

interface Sleeper {
  readonly deadlineNs: bigint;
  readonly wake: () => void;
}

/** A clock that stands still until a test turns it; who sleeps is woken in the order of the deadlines. */
export class FakeClock implements Clock {
  #nowNs: bigint;
  readonly #sleepers = new Set<Sleeper>();

  constructor(nowMs = 1_000_000) {
    this.#nowNs = BigInt(nowMs) * NS_PER_MS;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  get nowMs(): number {
    return Number(this.#nowNs / NS_PER_MS);
  }

  /** How many sleep now: none must be left over when everything has ended. */
  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  sleepUntil(deadlineNs: bigint, signal: AbortSignal): Promise<void> {
    if (signal.aborted || deadlineNs <= this.#nowNs) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { deadlineNs, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Lets time pass; after each deadline on the way everything runs that it has set going. */
  async advanceMs(durationMs: number): Promise<void> {
    await this.advanceTo(this.#nowNs + BigInt(Math.round(durationMs * 1e6)));
  }

  async advanceTo(targetNs: bigint): Promise<void> {
    await settle();
    for (let next = this.#first(); next && next.deadlineNs <= targetNs; next = this.#first()) {
      this.#nowNs = maxOf(this.#nowNs, next.deadlineNs);
      next.wake();
      await settle();
    }
    this.#nowNs = maxOf(this.#nowNs, targetNs);
  }

  /** Time passes while nobody runs, as when the machine stands still; only then is everyone woken who is due. */
  async jumpMs(durationMs: number): Promise<void> {
    await settle();
    this.#nowNs += BigInt(Math.round(durationMs * 1e6));
    await this.advanceTo(this.#nowNs);
  }

  #first(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (!first || sleeper.deadlineNs < first.deadlineNs) first = sleeper;
    }
    return first;
  }
}

/** Resolves once everything has run that can run without time passing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
