import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { StreamId } from '../base/stream-entry.ts';
import type { StreamConnection } from './stream-connection.ts';

/** An id further than this from the server's time when it arrives is a counter or another unit, not the time. */
const PLAUSIBLE_NS = 3_600_000n * NS_PER_MS;

/** How often the server's clock is read again: it may be set while we run. */
const MEASURE_PERIOD_NS = 5_000n * NS_PER_MS;

/** Relates the Redis server's wall clock, which stream ids are taken from, to our monotonic one. */
export class RedisClock {
  #offsetNs: bigint | undefined;
  #dueNs = 0n;

  /** Asks the server for its time if that is due; rejects with a `SourceError` if the connection is lost. */
  async measureIfDue(connection: StreamConnection, clock: Clock): Promise<void> {
    if (clock.nowNs() >= this.#dueNs) await this.measure(connection, clock);
  }

  /** Asks the server for its time; rejects with a `SourceError` if the connection is lost. */
  async measure(connection: StreamConnection, clock: Clock): Promise<void> {
    const sentNs = clock.nowNs();
    this.measured(await connection.serverTimeUs(), sentNs, clock.nowNs());
    this.#dueNs = sentNs + MEASURE_PERIOD_NS;
  }

  /** Another connection, and maybe another server: its time is asked for first. */
  measureSoon(): void {
    this.#dueNs = 0n;
  }

  /**
   * Takes in one reply of TIME.
   * @param serverUs the reply, in microseconds since 1970
   * @param sentNs monotonic time of sending
   * @param receivedNs monotonic time of receiving; the server is taken to have answered half way between them
   */
  measured(serverUs: bigint, sentNs: bigint, receivedNs: bigint): void {
    this.#offsetNs = serverUs * 1000n - (sentNs + receivedNs) / 2n;
  }

  /** The server's time in milliseconds since 1970 at a monotonic time; undefined before the first measurement. */
  serverMs(atNs: bigint): bigint | undefined {
    return this.#offsetNs === undefined ? undefined : (atNs + this.#offsetNs) / NS_PER_MS;
  }

  /** Monotonic time at which an entry was written; undefined where its id cannot be a time, judged at `nowNs`. */
  writtenNs(id: StreamId, nowNs: bigint): bigint | undefined {
    if (this.#offsetNs === undefined) return undefined;
    const writtenNs = id.ms * NS_PER_MS - this.#offsetNs;
    const distanceNs = nowNs > writtenNs ? nowNs - writtenNs : writtenNs - nowNs;
    return distanceNs <= PLAUSIBLE_NS ? writtenNs : undefined;
  }
}
