import type { FrameReader } from '../source/frame-reader.ts';
import { BacklogTrimmer } from './backlog-trimmer.ts';
import { NS_PER_MS, type Clock } from './clock.ts';
import type { Feed } from './feed.ts';
import type { FrameSelector } from './frame-selector.ts';

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
    private readonly selector: FrameSelector,
    private readonly clock: Clock,
    trimAfterNs: bigint,
  ) {
    this.#trimmer = new BacklogTrimmer(trimAfterNs, clock.nowNs());
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const askedNs = this.clock.nowNs();
      const { frame, waited, passedOver } = await this.reader.next(signal);
      const isTight = waited || (frame.writtenNs !== undefined && askedNs - frame.writtenNs < TIGHT_NS);
      // Past the maximum delay the stream is being thinned out as it is; dropping a read would only cost another one.
      const nowNs = this.clock.nowNs();
      const ageNs = frame.writtenNs === undefined ? undefined : nowNs - frame.writtenNs;
      if (!passedOver && this.#trimmer.judge(isTight, nowNs, ageNs) === 'drop') {
        this.reader.drop(frame);
        continue;
      }
      this.selector.offer(frame, nowNs);
      await this.selector.whenTaken(signal);
    }
  }

  onStarvedTick(nowNs: bigint): void {
    this.#trimmer.starved(nowNs);
  }
}
