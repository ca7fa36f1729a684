import type { Clock } from '../base/clock.ts';
import type { FrameSink } from '../base/frame.ts';
import type { FrameHolder, TickFrame } from './frame-holder.ts';
import type { Tick, TickSchedule } from './tick-schedule.ts';

/** Hears of every tick as its frame is handed over; if that fails, so does the session. */
export interface TickObserver {
  onTick(tick: Tick, tickFrame: TickFrame, nowNs: bigint): void;
}

interface TickLoopParts {
  readonly clock: Clock;
  readonly schedule: TickSchedule;
  readonly holder: FrameHolder;
  readonly sink: FrameSink;
  readonly observer: TickObserver;
}

/**
 * Sends exactly one frame a tick until `signal` aborts; a frame that is being written then is finished first. Rejects
 * with what the sink rejects with.
 */
export async function runTickLoop(parts: TickLoopParts, signal: AbortSignal): Promise<void> {
  const { clock, schedule, holder, sink, observer } = parts;
  for (;;) {
    await clock.sleepUntil(schedule.dueNs, signal);
    if (signal.aborted) return;
    const nowNs = clock.nowNs();
    const tick = schedule.advance(nowNs);
    const tickFrame = tick.kind === 'made-up' ? holder.repeat() : holder.take();
    observer.onTick(tick, tickFrame, nowNs);
    await sink.write(tickFrame.frame);
  }
}
