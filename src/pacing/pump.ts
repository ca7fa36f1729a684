import type { PacingSettings } from '../config/config.ts';
import { NS_PER_MS, sleepMs, type Clock } from '../base/clock.ts';
import type { Feed } from './feed.ts';
import { periodNs } from '../base/frame-rate.ts';
import { FrameSelector } from './frame-selector.ts';
import { ScaleFeed } from './scale-feed.ts';
import { SkipFeed } from './skip-feed.ts';
import { startPhase } from './start-phase.ts';
import { runTickLoop, type FrameSink, type TickObserver } from './tick-loop.ts';
import { TickSchedule } from './tick-schedule.ts';
import type { Frame } from '../base/frame.ts';
import type { FrameReader } from '../base/frame-reader.ts';

/** Redis has this long to give the newest frame before the ticks begin without it. */
const NEWEST_LIMIT_MS = 500;
/** When the stream is to end, the frame being written has this long to be finished. */
const LAST_FRAME_LIMIT_MS = 1_000;

interface PumpParts {
  readonly settings: Omit<PacingSettings, 'maxDelayMs'>;
  readonly clock: Clock;
  readonly reader: FrameReader;
  readonly sink: FrameSink;
  readonly observer: TickObserver;
}

/**
 * Moves frames from the reader to the sink, one a tick, until `signal` aborts or no new frame has come for the idle
 * timeout; a frame that is being written then is finished. Rejects with what the sink rejects with.
 * @param first the frame that was sent before the first tick
 */
export async function runPump(
  parts: PumpParts,
  first: Frame,
  signal: AbortSignal,
): Promise<'idle' | 'stopped'> {
  const { clock } = parts;
  const { schedule, selector } = await begin(parts, first, signal);
  const feed = createFeed(parts, schedule, selector);
  const ending = new AbortController();
  const inner = AbortSignal.any([signal, ending.signal]);
  const ticks = runTickLoop(
    { ...parts, schedule, selector, observer: withFeed(parts.observer, feed) },
    inner,
  );
  try {
    return await Promise.race([
      ticks.then(() => 'stopped' as const),
      runFeed(feed, inner),
      untilIdle(parts, selector, inner),
    ]);
  } finally {
    ending.abort();
    const settled = ticks.catch(() => {});
    const closing = new AbortController();
    await Promise.race([settled, sleepMs(clock, LAST_FRAME_LIMIT_MS, closing.signal)]);
    closing.abort();
    selector.close();
  }
}

/** Frames that came while the destination was being opened are not to be latency: only the newest of them counts. */
async function begin(parts: PumpParts, first: Frame, signal: AbortSignal) {
  const { clock, reader, settings } = parts;
  const askedNs = clock.nowNs();
  const newest = await newestInTime(reader, clock, signal);
  const nowNs = clock.nowNs();
  const measured = { writtenNs: newest?.writtenNs, fetchNs: nowNs - askedNs };
  const { originNs, isNewestDue } = startPhase(measured, periodNs(settings.frameRate), nowNs);
  const schedule = new TickSchedule(settings.frameRate, originNs);
  const selector = new FrameSelector(first, reader, nowNs);
  if (newest) {
    selector.offer(newest, nowNs);
    // A later frame is already on its way for tick 0; until it is here this one stands in for it.
    if (!isNewestDue) selector.standIn();
  }
  return { schedule, selector };
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

function createFeed(parts: PumpParts, schedule: TickSchedule, selector: FrameSelector): Feed {
  const { reader, clock, settings } = parts;
  return settings.method === 'scale'
    ? new ScaleFeed(reader, selector, clock, BigInt(settings.trimAfterMs) * NS_PER_MS)
    : new SkipFeed(reader, selector, schedule, clock);
}

function withFeed(observer: TickObserver, feed: Feed): TickObserver {
  return {
    onTick(tick, selection, nowNs) {
      if (tick.kind === 'regular' && !selection.isNew) feed.onStarvedTick(nowNs);
      observer.onTick(tick, selection, nowNs);
    },
  };
}

async function runFeed(feed: Feed, signal: AbortSignal): Promise<'stopped'> {
  try {
    await feed.run(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 'stopped';
}

/** A frame that waits for its tick is no idleness, however long ffmpeg makes it wait. */
async function untilIdle(
  parts: PumpParts,
  selector: FrameSelector,
  signal: AbortSignal,
): Promise<'idle' | 'stopped'> {
  const timeoutNs = BigInt(Math.round(parts.settings.idleTimeoutMs)) * NS_PER_MS;
  if (timeoutNs === 0n) return new Promise(() => {});
  for (;;) {
    const sinceNs = selector.hasNext ? parts.clock.nowNs() : selector.lastOfferNs;
    await parts.clock.sleepUntil(sinceNs + timeoutNs, signal);
    if (signal.aborted) return 'stopped';
    if (!selector.hasNext && parts.clock.nowNs() - selector.lastOfferNs >= timeoutNs) return 'idle';
  }
}
