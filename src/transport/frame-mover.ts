import type { Config } from '../config/config.ts';
import type { Frame } from '../frame/frame.ts';
import { FrameStats } from '../observe/frame-stats.ts';
import type { Clock } from '../pacing/clock.ts';
import { firstFrame } from '../pacing/first-frame.ts';
import { runPump } from '../pacing/pump.ts';
import type { FrameSink } from '../pacing/tick-loop.ts';
import type { RestartedTick } from '../pacing/tick-schedule.ts';
import { StreamFrameReader, type SourceObserver } from '../source/stream-frame-reader.ts';
import type { ConnectStream } from '../source/stream-connection.ts';
import { StreamCounter } from '../source/stream-counter.ts';
import type { TransportReport } from './frame-transport.ts';

/** What of the settings decides how frames move. */
export type MoverSettings = Pick<
  Config,
  'frameRate' | 'method' | 'maxDelayMs' | 'trimAfterMs' | 'idleTimeoutMs'
>;

/** Is told what the operator may want to know; what is only counted stands in the report. */
export interface MoverObserver extends Omit<SourceObserver, 'onFrameRead'> {
  onScheduleRestarted(tick: RestartedTick): void;
}

interface MoverParts {
  readonly settings: MoverSettings;
  readonly clock: Clock;
  readonly connect: ConnectStream;
  readonly observer: MoverObserver;
}

/** Source and pacing of one stream after another, on whatever clock and connection it is given. */
export class FrameMover {
  readonly #reader: StreamFrameReader;
  readonly #stats = new FrameStats();
  readonly #counter: StreamCounter;
  #first: Frame | undefined;

  constructor(private readonly parts: MoverParts) {
    const { settings, clock, connect, observer } = parts;
    this.#reader = new StreamFrameReader({
      connect,
      clock,
      // Only scale has a backlog that could become old.
      maxDelayMs: settings.method === 'scale' ? settings.maxDelayMs : 0,
      observer: {
        onLost: (error) => observer.onLost(error),
        onConnected: () => observer.onConnected(),
        onStreamRestarted: () => observer.onStreamRestarted(),
        onFrameRead: () => this.#stats.onRead(),
        onWrongEntry: (entry) => {
          this.#stats.onWrong();
          observer.onWrongEntry(entry);
        },
      },
    });
    this.#counter = new StreamCounter(connect, () => {
      const { read, wrong } = this.#stats.counts;
      return { entriesRead: read + wrong, position: this.#reader.position };
    });
  }

  /** See `FrameTransport`. */
  async awaitFrame(signal: AbortSignal): Promise<void> {
    this.dropFirst();
    const { settings, clock } = this.parts;
    this.#first = await firstFrame(this.#reader, settings.idleTimeoutMs, clock, signal);
  }

  async writeFirst(sink: FrameSink): Promise<void> {
    if (!this.#first) throw new Error('there is no frame to begin with');
    await sink.write(this.#first);
    this.#stats.onFirstFrame();
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
          onDropped: () => this.#stats.onDropped(),
        },
      },
      first,
      signal,
    );
  }

  /** Gives back the frame that was waited for, where no stream has begun with it. */
  dropFirst(): void {
    if (this.#first) this.#reader.release(this.#first);
    this.#first = undefined;
  }

  report(): TransportReport {
    return { counts: this.#stats.counts, ages: this.#stats.takeAges(), source: this.#counter.totals };
  }

  countSource(): Promise<void> {
    return this.#counter.count();
  }

  close(): void {
    this.dropFirst();
    this.#reader.close();
    this.#counter.close();
  }
}
