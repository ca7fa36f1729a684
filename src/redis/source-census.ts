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
  /** Whether a 0 with which the count began may have been an unknown number. */
  #hasBegunEmpty = false;
  #totals: CensusTotals = { entries: 0, passedOver: 0 };

  /** What is known by the last look. */
  get totals(): CensusTotals {
    return this.#totals;
  }

  /** Whether it counts: `begin` or a look has found what to count from. */
  get hasBegun(): boolean {
    return this.#offset !== undefined;
  }

  /** Begins to count, where it is not done yet: so many entries that Redis has counted are still to be read. */
  begin(count: EntryCount, waiting: number): void {
    if (count.added === undefined || this.#offset !== undefined) return;
    this.#addedBefore = count.added;
    this.#offset = waiting - count.added;
    this.#hasBegunEmpty = isEmpty(count);
  }

  /** Whether a count tells anything: of a stream without an entry Redis 8 says that none was ever added. */
  knows(count: EntryCount): boolean {
    return count.added !== undefined && !(isEmpty(count) && this.#addedBefore > 0);
  }

  /** Whether entries were added that were not read, although none is behind the position: of another stream, maybe. */
  hasMissed(count: EntryCount, entriesRead: number): boolean {
    if (count.added === undefined || this.#offset === undefined || !this.knows(count)) return false;
    return (
      count.added < this.#addedBefore || count.added + this.#offset - entriesRead > this.#totals.passedOver
    );
  }

  /** Takes in a count of Redis that tells anything. */
  look(count: EntryCount, reading: ReadingState): void {
    const { added, length } = count;
    if (added === undefined || !this.knows(count)) return;
    const { entriesRead, found } = reading;
    this.#followStream(added, count, reading);
    this.#addedBefore = added;
    if (this.#offset === undefined && found !== 'nothing') return;
    const { passedOver } = this.#totals;
    const entries = added + (this.#offset ??= entriesRead + passedOver - added);
    const waitingAtMost = found === 'more' ? length : 0;
    this.#totals = { entries, passedOver: Math.max(passedOver, entries - entriesRead - waitingAtMost) };
  }

  /** Sets the offset again where the count is of another stream, so that the total goes on from where it is. */
  #followStream(added: number, { length, isGroupNew }: EntryCount, reading: ReadingState): void {
    if (this.#offset === undefined) return;
    const { entriesRead, startedOverAt } = reading;
    const { entries, passedOver } = this.#totals;
    const isSmaller = added < this.#addedBefore;
    if (startedOverAt !== undefined && (isSmaller || isGroupNew)) {
      // Nothing was read of the new one yet then, and what waited in the old one is gone.
      const gone = Math.max(passedOver, entries - startedOverAt);
      this.#totals = { entries, passedOver: gone };
      this.#offset = startedOverAt + gone;
    } else if (isSmaller) {
      // Its ids go on, and reading went over into it unnoticed: it has added what was read, at least.
      this.#offset = Math.max(entries, entriesRead + passedOver) - added;
    } else if (this.#hasBegunEmpty && !isGroupNew && added > length) {
      // It was empty, but not for want of entries ever: those that are there now have come since, at least.
      this.#offset = Math.max(length, entriesRead + passedOver) - added;
    }
    this.#hasBegunEmpty = false;
  }
}

function isEmpty({ added, length }: EntryCount): boolean {
  return added === 0 && length === 0;
}
