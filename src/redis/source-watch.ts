import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { SourceCounts } from '../base/counts.ts';
import type { StreamId } from '../base/stream-entry.ts';
import { EntryCounter, type EntryCount } from './entry-counter.ts';
import { SourceCensus, type ReadingState } from './source-census.ts';
import type { StreamConnection } from './stream-connection.ts';
import { STREAM_START } from './stream-id.ts';

const NOT_YET = 'Redis does not tell it at present';
/** The first look that sees no entry come in between is the one that counts; a source is never that fast for long. */
const MOST_FIRST_LOOKS = 5;

/**
 * Looks now and then at what Redis counts of the stream, between two reads and on the same connection, so that what it
 * says and what was read belong together.
 */
export class SourceWatch {
  readonly #census = new SourceCensus();
  #counter: EntryCounter;
  #before: { readonly count: EntryCount; readonly entriesRead: number } | undefined;
  #dueNs = 0n;
  #startedOverAt: number | undefined;

  /** @param periodMs from one look to the next */
  constructor(
    private readonly stream: string,
    private readonly clock: Clock,
    private readonly periodMs: number,
  ) {
    this.#counter = new EntryCounter(stream);
  }

  /** What is known by the last look, or why nothing is. */
  get counts(): SourceCounts {
    const { refusal } = this.#counter;
    if (refusal !== undefined) return { kind: 'not-counted', reason: refusal };
    if (this.#before && !this.#census.hasBegun) return { kind: 'not-counted', reason: NOT_YET };
    return { kind: 'counted', ...this.#census.totals };
  }

  /** On a new connection other rights may hold, and what happened meanwhile is looked at first. */
  connected(): void {
    this.#counter = new EntryCounter(this.stream);
    this.#dueNs = 0n;
  }

  /**
   * Begins to count with what comes from now on, and the newest entry that is there. Redis's count and that entry belong
   * together if there is none behind it after the count. Rejects with a `SourceError` if the connection is lost.
   * @param newestAfter the id of the newest entry, if it comes after that one
   */
  async begin(
    connection: StreamConnection,
    newestAfter: (id: StreamId) => Promise<StreamId | undefined>,
  ): Promise<void> {
    if (this.#census.hasBegun) return;
    let newestId = STREAM_START;
    for (let look = 0; look < MOST_FIRST_LOOKS; look += 1) {
      const count = await this.#counter.count(connection);
      const newerId = await newestAfter(newestId);
      if (!newerId && count) this.#census.begin(count, newestId === STREAM_START ? 0 : 1);
      if (!newerId) return;
      newestId = newerId;
    }
  }

  /** What Redis counts, if it is time to look; rejects with a `SourceError` if the connection is lost. */
  async countIfDue(connection: StreamConnection): Promise<EntryCount | undefined> {
    const nowNs = this.clock.nowNs();
    if (nowNs < this.#dueNs) return undefined;
    this.#dueNs = nowNs + BigInt(this.periodMs) * NS_PER_MS;
    return this.#counter.count(connection);
  }

  /** Whether what is added shows in the counts, so that it need not be looked for in the stream itself. */
  get seesAdditions(): boolean {
    return this.#before?.count.added !== undefined;
  }

  /** Whether something happened to the stream since the last look that reading behind its position does not see. */
  hasMissed(count: EntryCount, entriesRead: number): boolean {
    const before = this.#before;
    if (this.#census.hasMissed(count, entriesRead)) return true;
    if (!before) return false;
    if (count.length === 0 && before.count.length > 0) return true;
    return count.isGroupNew || (before.entriesRead === entriesRead && before.count.length !== count.length);
  }

  /** The position was set back, since ids are lower than before. */
  startedOver(entriesRead: number): void {
    this.#startedOverAt = entriesRead;
  }

  /** Takes in a count of Redis, and what a read that was asked for after it has found. */
  look(count: EntryCount, entriesRead: number, found: ReadingState['found']): void {
    this.#before = { count, entriesRead };
    if (!this.#census.knows(count)) return;
    const startedOverAt = this.#startedOverAt;
    this.#startedOverAt = undefined;
    this.#census.look(count, { entriesRead, found, ...(startedOverAt !== undefined && { startedOverAt }) });
  }
}
