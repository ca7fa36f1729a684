import type { EntryCount } from './entry-counter.ts';

/** How far reading had come when Redis counted. */
export interface ReadingState {
  /** Entries read so far, wrong ones too. */
  readonly entriesRead: number;
  /**
   * What a read that was asked for after Redis had counted has found: nothing; the newest entry, which counts as read and
   * may have come since; or that more wait.
   */
  readonly found: 'nothing' | 'nothing-else' | 'more';
  /** The stream was found to have started over with lower ids, since the last look, when so many entries had been read. */
  readonly startedOverAt?: number;
}

/** What the source has done, as far as it is known. */
export interface CensusTotals {
  /** Entries added since the first look, and those read by then. */
  readonly entries: number;
  /** Those of them that were neither read nor will be: thinned out, or fallen out of the stream. */
  readonly passedOver: number;
}

/**
 * Counts the frames that were passed over without crossing from Redis: those that were added, less those that were read
 * and those that still wait. How many wait is known only when there are none; in between it is taken to be all that the
 * stream holds. So the count is exact whenever reading has caught up, and never too high.
 */
export class SourceCensus {
  /** What Redis's count has to be raised by to give `entries`; undefined until both are known of one moment. */
  #offset: number | undefined;
  #addedBefore = 0;
  #totals: CensusTotals = { entries: 0, passedOver: 0 };

  get totals(): CensusTotals {
    return this.#totals;
  }

  get hasBegun(): boolean {
    return this.#offset !== undefined;
  }

  /** Begins to count, where it is not done yet: so many entries that Redis has counted are still to be read. */
  begin({ added }: EntryCount, waiting: number): void {
    if (added === undefined) return;
    this.#addedBefore = added;
    this.#offset ??= waiting - added;
  }

  /** Whether entries were added that were not read, although none is behind the position: of another stream, maybe. */
  hasMissed({ added }: EntryCount, entriesRead: number): boolean {
    if (added === undefined || this.#offset === undefined) return false;
    return added < this.#addedBefore || added + this.#offset - entriesRead > this.#totals.passedOver;
  }

  /** Takes in a count of Redis; one in which it does not know what was added tells nothing. */
  look({ added, length, isGroupNew }: EntryCount, reading: ReadingState): void {
    if (added === undefined) return;
    const { entriesRead, found, startedOverAt } = reading;
    const isSmaller = added < this.#addedBefore;
    this.#addedBefore = added;
    const { passedOver } = this.#totals;
    if (startedOverAt !== undefined && (isSmaller || isGroupNew)) {
      // Another stream, of which nothing was read yet then. What waited in the old one is gone, however much it was.
      if (this.#offset !== undefined) this.#offset = startedOverAt + passedOver;
    } else if (isSmaller) {
      // Another stream, and reading went over into it unnoticed, for its ids go on: nothing is known to be missing.
      this.#offset = undefined;
    }
    if (this.#offset === undefined && found !== 'nothing') return;
    const entries = added + (this.#offset ??= entriesRead + passedOver - added);
    const waitingAtMost = found === 'more' ? length : 0;
    this.#totals = { entries, passedOver: Math.max(passedOver, entries - entriesRead - waitingAtMost) };
  }
}
