import type { FrameReader } from '../source/frame-reader.ts';
import { NS_PER_MS, type Clock } from './clock.ts';
import type { Feed } from './feed.ts';
import { periodNs } from './frame-rate.ts';
import type { FrameSelector } from './frame-selector.ts';
import type { TickSchedule } from './tick-schedule.ts';

/** Added to the time that fetches have taken, so that an ordinary one is done before its tick. */
const MARGIN_NS = 2n * NS_PER_MS;
/** The lead forgets one part in this many with each fetch, so that one slow fetch does not count for ever. */
const FORGETTING = 16n;

/**
 * skip: the newest frame at each tick. It is asked for once a tick, just long enough before the tick that it has
 * arrived by then; what is newer than that belongs to the next tick.
 */
export class SkipFeed implements Feed {
  #leadNs = MARGIN_NS;

  constructor(
    private readonly reader: FrameReader,
    private readonly selector: FrameSelector,
    private readonly schedule: TickSchedule,
    private readonly clock: Clock,
    private readonly onReplaced: () => void,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    let fetchedTicks = 0n;
    while (!signal.aborted) {
      const { tickCount, dueNs, rate } = this.schedule;
      const isDueFetched = fetchedTicks > tickCount;
      const tickNs = isDueFetched ? dueNs + periodNs(rate) : dueNs;
      await this.clock.sleepUntil(tickNs - this.#leadNs, signal);
      fetchedTicks = tickCount + (isDueFetched ? 2n : 1n);
      await this.#fetch(signal);
    }
  }

  onStarvedTick(): void {}

  async #fetch(signal: AbortSignal): Promise<void> {
    const startNs = this.clock.nowNs();
    const frame = await this.reader.newest(signal);
    if (!frame) return;
    const nowNs = this.clock.nowNs();
    this.#learn(nowNs - startNs);
    if (!this.selector.offer(frame, nowNs)) this.onReplaced();
  }

  #learn(durationNs: bigint): void {
    const wantedNs = durationNs + MARGIN_NS;
    const forgottenNs = this.#leadNs - this.#leadNs / FORGETTING;
    const longestNs = (periodNs(this.schedule.rate) * 9n) / 10n;
    const leadNs = wantedNs > forgottenNs ? wantedNs : forgottenNs;
    this.#leadNs = leadNs < longestNs ? leadNs : longestNs;
  }
}
