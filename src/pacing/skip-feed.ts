import { NS_PER_MS, type Clock } from '../base/clock.ts';
import { periodNs } from '../base/frame-rate.ts';
import type { FrameReader } from '../base/frame-reader.ts';
import type { Feed } from './feed.ts';
import type { FrameHolder } from './frame-holder.ts';
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
    private readonly holder: FrameHolder,
    private readonly schedule: TickSchedule,
    private readonly clock: Clock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    let tickNs = this.schedule.dueNs;
    while (!signal.aborted) {
      await this.clock.sleepUntil(tickNs - this.#leadNs, signal);
      await this.#fetch(signal);
      tickNs = this.#tickAfter(tickNs);
    }
  }

  onStarvedTick(): void {}

  /** The tick to fetch for after the one at `tickNs`: one a period, also while a slow encoder holds the ticks up. */
  #tickAfter(tickNs: bigint): bigint {
    const { dueNs, rate } = this.schedule;
    const nowNs = this.clock.nowNs();
    // Half a period on is surely the next one, although due times are rounded and a schedule may start again.
    const nextNs = tickNs + periodNs(rate) / 2n;
    const soonestNs = nextNs > nowNs ? nextNs : nowNs;
    if (dueNs >= soonestNs) return dueNs;
    const periods = (soonestNs - dueNs) / periodNs(rate) + 1n;
    return dueNs + periods * periodNs(rate);
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const startNs = this.clock.nowNs();
    const frame = await this.reader.newest(signal);
    if (!frame) return;
    const nowNs = this.clock.nowNs();
    this.#learn(nowNs - startNs);
    this.holder.offer(frame, nowNs);
  }

  #learn(durationNs: bigint): void {
    const wantedNs = durationNs + MARGIN_NS;
    const forgottenNs = this.#leadNs - this.#leadNs / FORGETTING;
    const longestNs = (periodNs(this.schedule.rate) * 9n) / 10n;
    const leadNs = wantedNs > forgottenNs ? wantedNs : forgottenNs;
    this.#leadNs = leadNs < longestNs ? leadNs : longestNs;
  }
}
