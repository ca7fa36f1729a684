import { compareStreamIds, type StreamId } from './stream-id.ts';
import type { StreamInfo } from './stream-info.ts';

/** How far reading has come. */
export interface ReadingState {
  /** Entries read so far, wrong ones too. */
  readonly entriesRead: number;
  readonly position: StreamId;
  /** Whether ids tell the time in milliseconds. */
  readonly idsAreTimes: boolean;
}

/** What has become known since the first look. */
export interface CensusTotals {
  readonly entriesAdded: number;
  /** Entries that were neither read nor will be: thinned out, or fallen out of the stream. */
  readonly passedOver: number;
}

/** The entries that wait are estimated from the ids; on the safe side, since what was once counted as lost stays so. */
const ESTIMATE_FACTOR = 1.25;
const ESTIMATE_MARGIN_ENTRIES = 2;

/**
 * Counts the frames that were passed over without crossing from Redis: those that were added, less those that were read
 * and those that still wait behind the position. How many wait is known only when there are none; in between it is
 * estimated, so that the count is exact whenever reading has caught up, and never too high.
 */
export class SourceCensus {
  /** Entries added less entries read at a time when nothing was passed over yet. */
  #unreadAtStart: number | undefined;
  #addedBefore: StreamInfo | undefined;
  #totals: CensusTotals = { entriesAdded: 0, passedOver: 0 };

  get totals(): CensusTotals {
    return this.#totals;
  }

  /** Takes in what Redis says now. Without Redis's own count (before version 7) nothing is known. */
  look(info: StreamInfo, state: ReadingState): void {
    if (info.entriesAdded === undefined) return;
    const before = this.#addedBefore;
    this.#addedBefore = info;
    const isFirst = before?.entriesAdded === undefined || info.entriesAdded < before.entriesAdded;
    if (isFirst) this.#unreadAtStart = undefined;
    const added = isFirst ? 0 : info.entriesAdded - (before.entriesAdded ?? 0);
    const waiting = waitingEntries(info, state, isFirst ? undefined : before);
    this.#totals = {
      entriesAdded: this.#totals.entriesAdded + added,
      passedOver: this.#totals.passedOver + this.#newlyPassedOver(info.entriesAdded, state, waiting),
    };
  }

  #newlyPassedOver(entriesAdded: number, state: ReadingState, waiting: number | undefined): number {
    if (waiting === undefined) return 0;
    const unread = entriesAdded - state.entriesRead - waiting;
    const before = (this.#unreadAtStart ??= unread);
    this.#unreadAtStart = Math.max(before, unread);
    return this.#unreadAtStart - before;
  }
}

/** At most how many entries behind the position are still to be read; undefined where that cannot be told. */
function waitingEntries(
  info: StreamInfo,
  { position, idsAreTimes }: ReadingState,
  before: StreamInfo | undefined,
): number | undefined {
  if (compareStreamIds(info.lastId, position) <= 0) return 0;
  if (!idsAreTimes || before?.entriesAdded === undefined || info.entriesAdded === undefined) return undefined;
  const elapsedMs = Number(info.lastId.ms - before.lastId.ms);
  if (elapsedMs <= 0) return undefined;
  const entriesPerMs = (info.entriesAdded - before.entriesAdded) / elapsedMs;
  const estimate = Number(info.lastId.ms - position.ms) * entriesPerMs;
  return Math.ceil(estimate * ESTIMATE_FACTOR) + ESTIMATE_MARGIN_ENTRIES;
}
