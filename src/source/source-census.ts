import { compareStreamIds, type StreamId } from './stream-id.ts';
import type { StreamInfo } from './stream-info.ts';

/** How far reading has come. */
export interface ReadingState {
  /** Entries read so far, wrong ones too. */
  readonly entriesRead: number;
  /** Id of the last of them. */
  readonly position: StreamId;
}

/** What has become known since the first look. */
export interface CensusTotals {
  readonly entriesAdded: number;
  /** Entries that were neither read nor will be: thinned out, or fallen out of the stream. */
  readonly passedOver: number;
}

/**
 * Counts the frames that were passed over without crossing from Redis: those that were added, less those that were read
 * and those that still wait behind the position. How many wait is known only when there are none; in between it is
 * taken to be all that the stream holds. So the count is exact whenever reading has caught up, and never too high.
 */
export class SourceCensus {
  /** Entries added less entries read, when nothing was passed over yet, and the most that it has certainly grown to. */
  #unread: number | undefined;
  #addedBefore: number | undefined;
  #totals: CensusTotals = { entriesAdded: 0, passedOver: 0 };

  get totals(): CensusTotals {
    return this.#totals;
  }

  /** Takes in what Redis says now. Without Redis's own count (before version 7) nothing is known. */
  look(info: StreamInfo, state: ReadingState): void {
    if (info.entriesAdded === undefined) return;
    const before = this.#addedBefore;
    this.#addedBefore = info.entriesAdded;
    const isFirst = before === undefined || info.entriesAdded < before;
    if (isFirst) this.#unread = undefined;
    this.#totals = {
      entriesAdded: this.#totals.entriesAdded + (isFirst ? 0 : info.entriesAdded - before),
      passedOver: this.#totals.passedOver + this.#newlyPassedOver(info, info.entriesAdded, state),
    };
  }

  #newlyPassedOver(info: StreamInfo, entriesAdded: number, state: ReadingState): number {
    const ahead = compareStreamIds(info.lastId, state.position);
    // Reading went on while Redis answered, or the stream has started over: the two do not belong together.
    if (ahead < 0) return 0;
    const unread = entriesAdded - state.entriesRead;
    const before = (this.#unread ??= unread);
    const waitingAtMost = ahead === 0 ? 0 : info.length;
    this.#unread = Math.max(before, unread - waitingAtMost);
    return this.#unread - before;
  }
}
