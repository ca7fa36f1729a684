import type { OutputCounts, SkipCause } from '../base/output-state.ts';
import { Continuity } from '../mpegts/continuity.ts';

/** What became of the video at one output. It may be kept for longer than the output, for one of the same name later. */
export class OutputAccount implements OutputCounts {
  sentBytes = 0;
  sentPictures = 0;
  readonly skipped: Record<SkipCause, number> = { away: 0, slow: 0, broken: 0, standby: 0 };
  attempts = 0;
  viewers = 0;
  /**
   * Of an output that has one receiver: whoever listens to UDP or reads a pipe sees one stream over all openings of it, and
   * would take counters that begin again for packets that were lost.
   */
  readonly continuity = new Continuity();

  /** So many pictures never get there. */
  skip(cause: SkipCause, pictures: number): void {
    this.skipped[cause] += pictures;
  }

  /** As it is now. */
  get counts(): OutputCounts {
    const { sentBytes, sentPictures, attempts, viewers } = this;
    return { sentBytes, sentPictures, skipped: { ...this.skipped }, attempts, viewers };
  }
}
