/** The only source of time for everything that paces, waits or gives up; a test hands in one that it turns itself. */
export interface Clock {
  /** Monotonic time in nanoseconds from an arbitrary origin; never steps when the wall clock is set. */
  nowNs(): bigint;
  /** Resolves at `deadlineNs`, or as soon as `signal` aborts; never rejects. The caller looks which of the two it was. */
  sleepUntil(deadlineNs: bigint, signal: AbortSignal): Promise<void>;
}

/** For durations that are constants in milliseconds. */
export const NS_PER_MS = 1_000_000n;

/** A duration in milliseconds, with their fractions; not for a schedule. */
export function inMs(durationNs: bigint): number {
  return Number(durationNs) / Number(NS_PER_MS);
}

/** A duration in milliseconds as seconds in words, with one digit: `0.5`. */
export function inSeconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(1);
}

/** For reports and estimates; not for a schedule. */
export function secondsBetween(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e9;
}

/** setTimeout takes a 32-bit number of milliseconds; a longer sleep is slept in pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's monotonic clock. bigint, since a number of nanoseconds loses exactness after 104 days of running. */
export const systemClock: Clock = {
  nowNs: () => process.hrtime.bigint(),
  async sleepUntil(deadlineNs, signal) {
    while (!signal.aborted) {
      const remainingNs = deadlineNs - process.hrtime.bigint();
      if (remainingNs <= 0n) return;
      const remainingMs = Math.ceil(Number(remainingNs) / 1e6);
      await timer(Math.min(remainingMs, LONGEST_TIMER_MS), signal);
    }
  },
};

function timer(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const handle = setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Sleeps `durationMs` from now; like `sleepUntil` otherwise. */
export function sleepMs(clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> {
  return clock.sleepUntil(clock.nowNs() + BigInt(Math.ceil(durationMs * 1e6)), signal);
}

/** Waits until `work` settles, but `limitMs` at the most: it then goes on unheard. Rejects with what `work` rejects with. */
export async function waitAtMost(clock: Clock, limitMs: number, work: Promise<void>): Promise<void> {
  const settled = new AbortController();
  try {
    await Promise.race([work, sleepMs(clock, limitMs, settled.signal)]);
  } finally {
    settled.abort();
  }
}
