import { NS_PER_MS, waitAtMost, type Clock } from '../base/clock.ts';
import type { Loss } from '../base/counts.ts';
import { SourceError } from '../base/errors.ts';
import type { Emit, MoverEvent, SourceEvent } from '../base/event.ts';
import type { Frame, FrameOwner } from '../base/frame.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { SourceSettings } from '../config/config.ts';
import { firstFrame } from '../pacing/first-frame.ts';
import { Pump } from '../pacing/pump.ts';
import type { TickObserver } from '../pacing/tick-loop.ts';
import type { RestartedTick } from '../pacing/tick-schedule.ts';
import { removeCountingGroup } from '../redis/entry-counter.ts';
import { continued, ended, type EndedReport } from '../redis/source-report.ts';
import type { ConnectStream } from '../redis/stream-connection.ts';
import { StreamFrameReader } from '../redis/stream-frame-reader.ts';
import { FrameStats } from './frame-stats.ts';
import type { LossInput, MoverSettings } from './protocol.ts';
import { SessionSink, type InputSink } from './session-sink.ts';

/** Taking our mark out of Redis may take this long. */
const FAREWELL_LIMIT_MS = 300;
/** How often the counts are sent. */
const COUNTS_PERIOD_NS = NS_PER_SECOND;

const NOTHING_READ: EndedReport = {
  read: 0,
  wrong: 0,
  source: { kind: 'counted', entries: 0, passedOver: 0 },
};

/** How Redis is reached with some settings, and the memory that its frames come into. */
export interface FrameSource {
  readonly connect: ConnectStream;
  /** Gives the memory of a frame back. */
  release(frame: Pick<Frame, 'pixels'>): void;
  /** Takes over what concerns the frames that come from now on, and no other source. */
  configure(settings: MoverSettings): void;
}

interface MoverParts {
  readonly clock: Clock;
  readonly emit: Emit<SourceEvent | MoverEvent>;
  /** Called again for another Redis, stream, or size of frames; nothing that came before is used from then on. */
  readonly openSource: (settings: MoverSettings) => FrameSource;
}

/** What is set up for the settings that are in force. */
interface Setup {
  readonly settings: MoverSettings;
  readonly source: FrameSource;
  readonly owner: FrameOwner;
  readonly reader: StreamFrameReader;
}

/** One video: its pace, and where its frames go. */
interface Session {
  readonly pump: Pump;
  readonly sink: SessionSink;
}

/** Reading and pacing of one session after another, on whatever clock, connection and sink it is given. See `Mover`. */
export class FrameMover {
  readonly #stats = new FrameStats();
  readonly #ticks: TickObserver = {
    onTick: (tick, frame, nowNs) => {
      this.#stats.onTick(tick, frame, nowNs);
      if (tick.kind === 'restarted') this.parts.emit(scheduleRestarted(tick));
    },
  };
  #setup: Setup | undefined;
  /** What was read with the readers before this one. */
  #readBefore: EndedReport = NOTHING_READ;
  /** Waits for the session that begins with it. */
  #first: Frame | undefined;
  #session: Session | undefined;
  /** Resolves once nothing is pumped. */
  #pumping: Promise<unknown> = Promise.resolve();
  /** Those that have ended, until their last input is closed. */
  readonly #leaving = new Set<SessionSink>();

  constructor(private readonly parts: MoverParts) {}

  configure(settings: MoverSettings): void {
    const before = this.#setup;
    if (before && !isOtherSource(before.settings, settings)) {
      this.#setup = { ...before, settings };
      before.source.configure(settings);
      before.reader.maxDelayMs = maxDelayMs(settings);
      return;
    }
    if (before) {
      this.#dropFirst();
      before.reader.close();
      if (isOtherStream(before.settings.source, settings.source)) void this.#takeMarkOut(before);
      this.#readBefore = continued(this.#readBefore, ended(before.reader.report));
    }
    this.#setup = this.#setUp(settings);
  }

  async awaitFrame(signal: AbortSignal): Promise<void> {
    this.#dropFirst();
    const { reader, owner, settings } = this.#ready();
    const parts = { reader, owner, clock: this.parts.clock };
    this.#first = await firstFrame(parts, settings.pacing.idleTimeoutMs, signal);
  }

  /** Begins a session: hands over the frame that was waited for. The input is owned from then on. */
  async openInput(input: InputSink): Promise<void> {
    const { owner, settings } = this.#ready();
    const { clock } = this.parts;
    const first = this.#first;
    if (!first) throw new Error('there is no frame to begin with');
    this.#first = undefined;
    const { frameRate } = settings.pacing;
    const sink = new SessionSink(input, clock);
    const pump = new Pump({ frameRate, clock, owner, sink, observer: this.#ticks }, first);
    this.#session = { pump, sink };
    this.#stats.onFirstFrame(clock.nowNs());
    await sink.write(first);
  }

  pump(signal: AbortSignal): Promise<'idle' | 'stopped'> {
    const { reader, settings } = this.#ready();
    const pumped = this.#open().pump.run(reader, settings.pacing, signal);
    this.#pumping = pumped.catch(() => {});
    return pumped;
  }

  /** Puts a copy of the last picture into another input, which is owned from then on. Rejects as that does. */
  async prepareInput(input: InputSink): Promise<void> {
    const { pump, sink } = this.#open();
    await sink.prepare(input, pump.held);
  }

  /**
   * Frames go to the prepared input from the tick after the next one on, so that the one before has a whole period to finish; at
   * once where nothing is pumped. Rejects where none is prepared.
   * @returns how many were handed to the one before
   */
  async switchInput(): Promise<number> {
    await Promise.race([this.#pumping, this.#open().sink.afterFrame()]);
    const framesBefore = this.#open().sink.switch();
    this.#stats.onSwitch();
    return framesBefore;
  }

  /** Gives the prepared input up, if there is one. */
  dropPrepared(): void {
    this.#session?.sink.dropPrepared();
  }

  /** The session is over: its frames are given up at once. Resolves once its inputs are closed; never rejects. */
  async endInput(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (!session) return;
    const { pump, sink } = session;
    pump.close();
    this.#leaving.add(sink);
    await sink.finish();
    this.#leaving.delete(sink);
  }

  /** What an input has lost; to be said before the next one begins. */
  countLoss(loss: Loss, input: LossInput): void {
    this.#stats.onLoss(loss, input, this.parts.clock.nowNs());
  }

  /** Tells the counts once a second until `signal` aborts. */
  async tellCounts(signal: AbortSignal): Promise<void> {
    const { clock, emit } = this.parts;
    for (let atNs = clock.nowNs() + COUNTS_PERIOD_NS; ; atNs += COUNTS_PERIOD_NS) {
      await clock.sleepUntil(atNs, signal);
      if (signal.aborted) return;
      emit(this.counts());
      // After a standstill they are sent once, not as often as was missed.
      const lateNs = clock.nowNs() - atNs;
      atNs += (lateNs / COUNTS_PERIOD_NS) * COUNTS_PERIOD_NS;
    }
  }

  /** All that is known by now, and the ages since it was last asked for. */
  counts(): Extract<MoverEvent, { kind: 'frames' }> {
    const reader = this.#setup?.reader;
    const { read, wrong, source } = reader ? continued(this.#readBefore, reader.report) : this.#readBefore;
    return {
      kind: 'frames',
      counts: { ...this.#stats.counts, read, wrong },
      ages: this.#stats.takeAges(),
      source,
    };
  }

  /** Leaves nothing behind: inputs are closed at once, and Redis has a moment. Never rejects. */
  async close(): Promise<void> {
    this.#session?.sink.close();
    for (const sink of this.#leaving) sink.close();
    void this.endInput();
    this.#dropFirst();
    this.#setup?.reader.close();
    if (this.#setup) await this.#takeMarkOut(this.#setup);
  }

  /** Of a source that is not read any more. Never rejects, and takes a moment at the most. */
  async #takeMarkOut({ source, settings, reader }: Setup): Promise<void> {
    if (reader.report.source.kind !== 'counted') return;
    const removed = removeGroup(source.connect, settings.source.stream);
    await waitAtMost(this.parts.clock, FAREWELL_LIMIT_MS, removed);
  }

  #setUp(settings: MoverSettings): Setup {
    const { clock, emit, openSource } = this.parts;
    const source = openSource(settings);
    const owner: FrameOwner = {
      release: (frame) => source.release(frame),
      drop: (frame, cause) => {
        source.release(frame);
        this.#stats.onDropped(cause);
      },
    };
    const { stream } = settings.source;
    const reader = new StreamFrameReader({
      connect: source.connect,
      stream,
      clock,
      maxDelayMs: maxDelayMs(settings),
      emit,
      owner,
    });
    return { settings, source, owner, reader };
  }

  #open(): Session {
    if (!this.#session) throw new Error('no input was opened');
    return this.#session;
  }

  #ready(): Setup {
    if (!this.#setup) throw new Error('the mover has no settings yet');
    return this.#setup;
  }

  #dropFirst(): void {
    const first = this.#first;
    this.#first = undefined;
    if (first) this.#ready().owner.drop(first, 'unsent');
  }
}

function isOtherSource(before: MoverSettings, after: MoverSettings): boolean {
  return !Bun.deepEquals(before.format, after.format) || !Bun.deepEquals(before.source, after.source);
}

/** Whether the stream lies elsewhere, whoever reads it and however. */
function isOtherStream(before: SourceSettings, after: SourceSettings): boolean {
  return !Bun.deepEquals(placeOf(before), placeOf(after));
}

function placeOf({ stream, redis: { host, port, socket, db } }: SourceSettings) {
  return { stream, host, port, socket, db };
}

/** Only scale has a backlog that could become old. */
function maxDelayMs({ pacing }: MoverSettings): number {
  return pacing.method === 'scale' ? pacing.maxDelayMs : 0;
}

function scheduleRestarted({ lagNs, skippedTicks }: RestartedTick): MoverEvent {
  return { kind: 'schedule-restarted', lagMs: Number(lagNs / NS_PER_MS), skippedTicks: Number(skippedTicks) };
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
