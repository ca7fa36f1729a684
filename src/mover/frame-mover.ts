import type { Loss } from '../base/counts.ts';
import type { PacingSettings } from '../config/config.ts';
import { SourceError } from '../base/errors.ts';
import type { Frame } from '../base/frame.ts';
import { FrameStats } from './frame-stats.ts';
import { sleepMs, type Clock } from '../base/clock.ts';
import { firstFrame } from '../pacing/first-frame.ts';
import { runPump } from '../pacing/pump.ts';
import type { FrameSink } from '../pacing/tick-loop.ts';
import type { RestartedTick } from '../pacing/tick-schedule.ts';
import { removeCountingGroup } from '../redis/entry-counter.ts';
import { StreamFrameReader, type SourceObserver } from '../redis/stream-frame-reader.ts';
import type { ConnectStream } from '../redis/stream-connection.ts';
import type { TransportReport } from './frame-transport.ts';

/** Taking our mark out of Redis may take this long when the program ends. */
const FAREWELL_LIMIT_MS = 300;

/** What of the settings decides how frames move. */
export type MoverSettings = PacingSettings;

/** Is told what the operator may want to know; what is only counted stands in the report. */
export interface MoverObserver extends Omit<SourceObserver, 'onFrameRead' | 'onDropped'> {
  onScheduleRestarted(tick: RestartedTick): void;
}

interface MoverParts {
  readonly settings: MoverSettings;
  readonly clock: Clock;
  readonly connect: ConnectStream;
  readonly stream: string;
  readonly observer: MoverObserver;
}

/** Source and pacing of one stream after another, on whatever clock and connection it is given. */
export class FrameMover {
  readonly #reader: StreamFrameReader;
  readonly #stats = new FrameStats();
  #first: Frame | undefined;
  #isFirstSent = false;

  constructor(private readonly parts: MoverParts) {
    const { settings, clock, connect, stream, observer } = parts;
    this.#reader = new StreamFrameReader({
      connect,
      stream,
      clock,
      // Only scale has a backlog that could become old.
      maxDelayMs: settings.method === 'scale' ? settings.maxDelayMs : 0,
      observer: {
        onLost: (error) => observer.onLost(error),
        onConnected: () => observer.onConnected(),
        onStreamRestarted: () => observer.onStreamRestarted(),
        onFrameRead: () => this.#stats.onRead(),
        onDropped: () => this.#stats.onDropped(),
        onWrongEntry: (entry) => {
          this.#stats.onWrong();
          observer.onWrongEntry(entry);
        },
      },
    });
  }

  /** See `FrameTransport`. */
  async awaitFrame(signal: AbortSignal): Promise<void> {
    this.dropFirst();
    const { settings, clock } = this.parts;
    this.#first = await firstFrame(this.#reader, settings.idleTimeoutMs, clock, signal);
    this.#isFirstSent = false;
  }

  async writeFirst(sink: FrameSink): Promise<void> {
    if (!this.#first) throw new Error('there is no frame to begin with');
    this.#isFirstSent = true;
    this.#stats.onFirstFrame(this.parts.clock.nowNs());
    await sink.write(this.#first);
  }

  async pump(sink: FrameSink, signal: AbortSignal): Promise<'idle' | 'stopped'> {
    const first = this.#first;
    if (!first) throw new Error('there is no frame to begin with');
    // From here on the pump holds it, and gives it back.
    this.#first = undefined;
    const { settings, clock, observer } = this.parts;
    return runPump(
      {
        settings,
        clock,
        reader: this.#reader,
        sink,
        observer: {
          onTick: (tick, selection, nowNs) => {
            this.#stats.onTick(tick, selection, nowNs);
            if (tick.kind === 'restarted') observer.onScheduleRestarted(tick);
          },
        },
      },
      first,
      signal,
    );
  }

  /** Gives back the frame that was waited for, where no session goes on with it. */
  dropFirst(): void {
    if (this.#first && this.#isFirstSent) this.#reader.release(this.#first);
    else if (this.#first) this.#reader.drop(this.#first);
    this.#first = undefined;
  }

  /** What the session has lost; to be told before the next one begins. */
  countLoss(loss: Loss): void {
    this.#stats.onLoss(loss, this.parts.clock.nowNs());
  }

  report(): TransportReport {
    return { counts: this.#stats.counts, ages: this.#stats.takeAges(), source: this.#reader.source };
  }

  /** Leaves nothing in Redis, where that can be had in a moment. Never rejects. */
  async close(): Promise<void> {
    this.dropFirst();
    this.#reader.close();
    if (this.#reader.source.kind !== 'counted') return;
    const { connect, stream, clock } = this.parts;
    const done = new AbortController();
    const limit = sleepMs(clock, FAREWELL_LIMIT_MS, done.signal);
    await Promise.race([removeGroup(connect, stream), limit]);
    done.abort();
  }
}

/** On a connection of its own: the one for reading may be blocked for a while yet. */
async function removeGroup(connect: ConnectStream, stream: string): Promise<void> {
  try {
    const connection = await connect();
    await removeCountingGroup(connection, stream).finally(() => connection.close());
  } catch (error) {
    // Redis is away, and the group as small as it is.
    if (!(error instanceof SourceError)) throw error;
  }
}
