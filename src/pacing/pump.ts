import { NS_PER_MS, sleepMs, waitAtMost, type Clock } from '../base/clock.ts';
import type { Frame, FrameOwner, FrameSink } from '../base/frame.ts';
import { periodNs, type FrameRate } from '../base/frame-rate.ts';
import type { FrameReader } from '../base/frame-reader.ts';
import { LAST_FRAME_LIMIT_MS } from '../base/stop-budget.ts';
import type { PacingSettings } from '../config/config.ts';
import type { Feed } from './feed.ts';
import { freshNewest } from './first-frame.ts';
import { FrameHolder } from './frame-holder.ts';
import { ScaleFeed } from './scale-feed.ts';
import { SkipFeed } from './skip-feed.ts';
import { startPhase } from './start-phase.ts';
import { runTickLoop, type TickObserver } from './tick-loop.ts';
import { TickSchedule } from './tick-schedule.ts';

/** Redis has this long to give the newest frame before the ticks begin without it. */
const NEWEST_LIMIT_MS = 500;

interface PumpParts {
  readonly frameRate: FrameRate;
  readonly clock: Clock;
  readonly owner: FrameOwner;
  /** One that has failed goes on failing until it can take frames again. */
  readonly sink: FrameSink;
  readonly observer: TickObserver;
}

/** What may be another from one run to the next. */
export type PumpSettings = Pick<PacingSettings, 'method' | 'trimAfterMs' | 'idle' | 'idleTimeoutMs'>;

/**
 * Moves frames from a reader to the sink for one session, one a tick. It may be stopped and run again with other settings
 * or another reader: ticks go on at the times at which they would have come, and no frame that it holds is lost or sent
 * as new twice.
 */
export class Pump {
  readonly #holder: FrameHolder;
  #schedule: TickSchedule | undefined;
  /**
   * Where frames come from; what another one has to give is not read from its beginning, but from its newest frame on, or from
   * the next one where that is old.
   */
  #reader: FrameReader | undefined;
  /** Resolves once no frame is being written. */
  #ticks: Promise<void> = Promise.resolve();

  /** @param first the frame that was sent before the first tick, which this owns from now on */
  constructor(
    private readonly parts: PumpParts,
    first: Frame,
  ) {
    this.#holder = new FrameHolder(first, parts.owner, parts.clock.nowNs());
  }

  /**
   * Runs until `signal` aborts or, where an idle source is to close the video, no new frame has come for the idle timeout; a frame
   * that is being written then is finished. Rejects with what the sink rejects with; where that can take frames again, a further
   * run goes on. One run at a time.
   */
  async run(reader: FrameReader, settings: PumpSettings, signal: AbortSignal): Promise<'idle' | 'stopped'> {
    const schedule = (this.#schedule ??= await this.#begin(reader, signal));
    if (!schedule) return 'stopped';
    const feed = this.#createFeed(reader, settings, schedule);
    const ending = new AbortController();
    const inner = AbortSignal.any([signal, ending.signal]);
    const loop = {
      ...this.parts,
      schedule,
      holder: this.#holder,
      observer: withFeed(this.parts.observer, feed),
    };
    // One that the sink had not taken by the end of the run before is finished first.
    const ticks = this.#ticks.then(() => runTickLoop(loop, inner));
    this.#ticks = ticks.catch(() => {});
    try {
      return await Promise.race([
        ticks.then(() => 'stopped' as const),
        this.#runFeed(feed, reader, settings.idleTimeoutMs, inner),
        this.#untilIdle(settings, inner),
      ]);
    } finally {
      ending.abort();
      await waitAtMost(this.parts.clock, LAST_FRAME_LIMIT_MS, this.#ticks);
    }
  }

  /** The frame that was sent last, or stands in for it; valid until the pump is closed or a tick passes. */
  get held(): Frame {
    return this.#holder.held;
  }

  /** Gives back the frames that are held. It is not run again. */
  close(): void {
    this.#holder.close();
  }

  /**
   * Frames that came while the destination was being opened are not to be latency: only the newest of them counts.
   * @returns undefined if `signal` has aborted
   */
  async #begin(reader: FrameReader, signal: AbortSignal): Promise<TickSchedule | undefined> {
    const { clock, frameRate } = this.parts;
    const askedNs = clock.nowNs();
    const newest = await newestInTime(reader, clock, signal);
    const nowNs = clock.nowNs();
    const measured = { writtenNs: newest?.writtenNs, fetchNs: nowNs - askedNs };
    const { originNs, isNewestDue } = startPhase(measured, periodNs(frameRate), nowNs);
    if (newest) this.#holder.offer(newest, nowNs);
    if (signal.aborted) return undefined;
    // A later frame is already on its way for tick 0; until it is here this one stands in for it.
    if (!isNewestDue) this.#holder.standIn();
    this.#reader = reader;
    return new TickSchedule(frameRate, originNs);
  }

  #createFeed(reader: FrameReader, settings: PumpSettings, schedule: TickSchedule): Feed {
    const { clock } = this.parts;
    return settings.method === 'scale'
      ? new ScaleFeed(reader, this.#holder, clock, BigInt(settings.trimAfterMs) * NS_PER_MS)
      : new SkipFeed(reader, this.#holder, schedule, clock);
  }

  async #runFeed(feed: Feed, reader: FrameReader, freshMs: number, signal: AbortSignal): Promise<'stopped'> {
    try {
      if (this.#reader !== reader) {
        const { owner, clock } = this.parts;
        const newest = await freshNewest({ reader, owner, clock }, freshMs, signal);
        if (newest) this.#holder.offer(newest, clock.nowNs());
        this.#reader = reader;
      }
      await feed.run(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return 'stopped';
  }

  /** A frame that waits for its tick is no idleness, however long ffmpeg makes it wait. */
  async #untilIdle({ idle, idleTimeoutMs }: PumpSettings, signal: AbortSignal): Promise<'idle' | 'stopped'> {
    const { clock } = this.parts;
    const holder = this.#holder;
    const timeoutNs = BigInt(Math.round(idleTimeoutMs)) * NS_PER_MS;
    if (idle === 'hold' || timeoutNs === 0n) return new Promise(() => {});
    for (;;) {
      const sinceNs = holder.hasNext ? clock.nowNs() : holder.lastOfferNs;
      await clock.sleepUntil(sinceNs + timeoutNs, signal);
      if (signal.aborted) return 'stopped';
      if (!holder.hasNext && clock.nowNs() - holder.lastOfferNs >= timeoutNs) return 'idle';
    }
  }
}

async function newestInTime(
  reader: FrameReader,
  clock: Clock,
  signal: AbortSignal,
): Promise<Frame | undefined> {
  const limit = new AbortController();
  const answered = new AbortController();
  void sleepMs(clock, NEWEST_LIMIT_MS, answered.signal).then(() => limit.abort());
  try {
    return await reader.newest(AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (signal.aborted || limit.signal.aborted) return undefined;
    throw error;
  } finally {
    answered.abort();
  }
}

function withFeed(observer: TickObserver, feed: Feed): TickObserver {
  return {
    onTick(tick, tickFrame, nowNs) {
      if (tick.kind === 'regular' && !tickFrame.isNew) feed.onStarvedTick(nowNs);
      observer.onTick(tick, tickFrame, nowNs);
    },
  };
}
