import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { FrameReader } from '../base/frame-reader.ts';
import { BacklogTrimmer } from './backlog-trimmer.ts';
import type { Feed } from './feed.ts';
import type { FrameHolder } from './frame-holder.ts';

/**
 * A frame that was written less than this before it was asked for is as good as waited for: with one frame less in the
 * stream the next uneven one would miss its tick.
 */
const TIGHT_NS = 5n * NS_PER_MS;

/**
 * scale: frames in their order, one fetched ahead of the tick that takes it; a burst stays in the stream and is spread
 * over the ticks that follow.
 */
export class ScaleFeed implements Feed {
  readonly #trimmer: BacklogTrimmer;

  constructor(
    private readonly reader: FrameReader,
    private readonly holder: FrameHolder,
    private readonly clock: Clock,
    trimAfterNs: bigint,
  ) {
    this.#trimmer = new BacklogTrimmer(trimAfterNs, clock.nowNs());
  }

  async run(signal: AbortSignal): Promise<void> {
    let isAhead = false;
    for (;;) {
      // The next one takes its place if it comes before the tick; if not, the tick has this one, and repeats nothing.
      if (!isAhead) await this.holder.whenTaken(signal);
      if (signal.aborted) return;
      const askedNs = this.clock.nowNs();
      const { frame, waited, passedOver } = await this.reader.next(signal);
      const nowNs = this.clock.nowNs();
      const isTight = waited || (frame.writtenNs !== undefined && askedNs - frame.writtenNs < TIGHT_NS);
      // It was asked for a tick too early, to replace the one before it: that it came too late for that is no shortage.
      const isTooLate: boolean = isAhead && !this.holder.hasNext;
      const ageNs = frame.writtenNs === undefined ? undefined : nowNs - frame.writtenNs;
      // Past the maximum delay the stream is being thinned out as it is; trimming would only cost another read.
      isAhead = !passedOver && this.#trimmer.judge(isTight && !isTooLate, nowNs, ageNs) === 'trim';
      this.holder.offer(frame, nowNs);
    }
  }

  onStarvedTick(nowNs: bigint): void {
    this.#trimmer.starved(nowNs);
  }
}
