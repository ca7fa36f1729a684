import type { FrameReader } from '../source/frame-reader.ts';
import { BacklogTrimmer } from './backlog-trimmer.ts';
import type { Clock } from './clock.ts';
import type { Feed } from './feed.ts';
import type { FrameSelector } from './frame-selector.ts';

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
    private readonly onTrimmed: () => void,
  ) {
    this.#trimmer = new BacklogTrimmer(trimAfterNs, clock.nowNs());
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { frame, waited, passedOver } = await this.reader.next(signal);
      // Past the maximum delay the stream is being thinned out as it is; dropping a read would only cost another one.
      const nowNs = this.clock.nowNs();
      if (!passedOver && this.#trimmer.judge(waited, nowNs) === 'drop') {
        this.reader.release(frame);
        this.onTrimmed();
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
