import type { WrongEntry } from '../base/stream-entry.ts';
import type { SourceError } from '../base/errors.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import type { Clock } from '../base/clock.ts';
import { NS_PER_MS } from '../base/clock.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { RestartedTick } from '../pacing/tick-schedule.ts';
import type { ServiceState } from '../service/run-service.ts';
import { formatStreamId } from '../redis/stream-id.ts';
import { excessInWords } from '../redis/entry-limits.ts';
import { LimitedLog, warningLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { RepeatedFailure } from './repeated-failure.ts';

/** An outage has one or two reasons; a server that makes up new ones is not listened to for ever. */
const MOST_LOST_REASONS = 10;
/** ffmpeg says a few lines when it ends; a hundred a second would only fill the journal. */
const FFMPEG_LINES_PER_SECOND = 10;
/** So many of its lines are kept while it opens the destination; what it says there is a line or two. */
const MOST_OPENING_LINES = 50;

/** A stream that was open this long was a good one. */
const GOOD_STREAM_NS = 10n * NS_PER_SECOND;
/** After so many in a row that broke before that, the next ones are told of only once they are good. */
const SHORT_STREAMS_TOLD = 5;

/** An ffmpeg that is too slow makes the schedule start anew every second or so, for as long as it is. */
const RESTARTS_PERIOD_NS = 60n * NS_PER_SECOND;

/** What the messages name. */
export interface Naming {
  readonly redis: string;
  readonly stream: string;
  readonly key: string;
  readonly format: FrameFormat;
  /** In the form that may be shown. */
  readonly destination: string;
  readonly idleTimeoutMs: number;
}

/** Puts what happens into words for the operator, each thing once. */
export class OperatorLog {
  readonly #wrong: Record<WrongEntry['kind'], LimitedLog>;
  readonly #streamRestarts: LimitedLog;
  readonly #restarts: LimitedLog;
  readonly #ffmpeg: Record<'error' | 'warn', LimitedLog>;
  /** Said since Redis was last there, each once. */
  readonly #lostReasons = new Set<string>();
  readonly #losses: LimitedLog;
  #isLossTold = false;
  #hasConnected = false;
  #before: ServiceState | undefined;
  readonly #failure = new RepeatedFailure();
  #isRetry = false;
  #openedNs: bigint | undefined;
  #shortStreams = 0;
  /** What ffmpeg has said since it was started, until it is told whether the stream is open or has failed. */
  #openingLines: string[] | undefined;
  #output: string;

  constructor(
    private readonly log: Logger,
    private readonly clock: Clock,
    private readonly names: Naming,
  ) {
    this.#output = names.destination;
    const warn = (message: string) => log.warn(message);
    // Apart from each other, so that a fault that is new is said at once.
    this.#wrong = {
      'wrong-size': warningLog(warn),
      'no-key': warningLog(warn),
      'too-many-fields': warningLog(warn),
      'too-much-beside': warningLog(warn),
    };
    this.#streamRestarts = warningLog(warn);
    this.#losses = warningLog((message) => {
      this.#isLossTold = true;
      log.error(message);
    }, MOST_LOST_REASONS);
    this.#restarts = new LimitedLog(1, (message) => log.warn(message), RESTARTS_PERIOD_NS);
    this.#ffmpeg = {
      error: warningLog((message) => log.error(message), FFMPEG_LINES_PER_SECOND),
      warn: warningLog((message) => log.warn(message), FFMPEG_LINES_PER_SECOND),
    };
  }

  state(state: ServiceState): void {
    const { stream, idleTimeoutMs } = this.names;
    const destination = this.#output;
    const before = this.#before;
    this.#before = state;
    switch (state.kind) {
      case 'waiting':
        // After a failure the frames are there, and it is tried again.
        if (before?.kind !== 'failed') this.log.info(`waiting for frames on ${stream}`);
        return;
      case 'starting':
        this.#openingLines = [];
        // After a failure it was said that it is tried again.
        return this.log[this.#isRetry ? 'debug' : 'info'](`a frame is there: opening ${destination}`);
      case 'streaming':
        return this.#opened(destination);
      case 'closing':
        this.#openedNs = undefined;
        this.#shortStreams = 0;
        if (state.reason === 'stopped') return;
        return this.log.info(
          `no new frame on ${stream} for ${idleTimeoutMs / 1000} s: closing the stream until one comes`,
        );
      case 'failed':
        return this.#failed(state, destination);
    }
  }

  /** Where the stream goes that opens now; a file may be another one than that in the settings. */
  output(shown: string): void {
    const isNews = shown !== this.#output && shown !== this.names.destination;
    this.#output = shown;
    if (isNews) this.log.info(`${this.names.destination} exists already: this stream goes to ${shown}`);
  }

  sourceLost(error: SourceError): void {
    if (this.#lostReasons.has(error.message) || this.#lostReasons.size === MOST_LOST_REASONS) return;
    this.#lostReasons.add(error.message);
    this.#losses.log(`${error.message}; trying again until it answers`, this.clock.nowNs());
  }

  sourceConnected(): void {
    const { redis } = this.names;
    // As often as it was said to be lost, so that the last word is what is.
    if (!this.#hasConnected) this.log.info(`${redis}: connected`);
    else if (this.#isLossTold) this.log.info(`${redis}: connected again`);
    this.#hasConnected = true;
    this.#isLossTold = false;
    this.#lostReasons.clear();
  }

  streamRestarted(): void {
    const { stream } = this.names;
    this.#streamRestarts.log(
      `${stream} has started over (it is empty, or its ids are lower than before): going on with its newest frame`,
      this.clock.nowNs(),
    );
  }

  wrongEntry(entry: WrongEntry): void {
    const { fault, hint } = this.#wrongInWords(entry);
    const message = `frame ${formatStreamId(entry.id)} ${fault}: dropped; check ${hint}`;
    this.#wrong[entry.kind].log(message, this.clock.nowNs());
  }

  #wrongInWords(entry: WrongEntry): { readonly fault: string; readonly hint: string } {
    const { key, format } = this.names;
    switch (entry.kind) {
      case 'no-key':
        return { fault: `has no field ${key}`, hint: 'COSMOS_VIDEO_KEY' };
      case 'wrong-size': {
        const needed = `${format.sizeBytes} bytes for ${format.widthPx}x${format.heightPx} ${format.pixelFormat}`;
        return {
          fault: `has ${entry.sizeBytes} bytes in ${key}, needed are ${needed}`,
          hint: 'COSMOS_VIDEO_RESOLUTION and COSMOS_VIDEO_FORMAT',
        };
      }
      case 'too-many-fields':
      case 'too-much-beside':
        return { fault: excessInWords(entry), hint: 'what writes into the stream' };
    }
  }

  scheduleRestarted(tick: RestartedTick): void {
    const lagMs = tick.lagNs / NS_PER_MS;
    this.#restarts.log(
      `${lagMs} ms behind the schedule: ${tick.skippedTicks} ticks are given up, the schedule starts anew`,
      this.clock.nowNs(),
    );
  }

  /** What it says while it opens the destination waits until that is open, or is told in one line as the failure. */
  ffmpegLine(line: string): void {
    if (!this.#openingLines) this.#sayFfmpegLine(line);
    else if (this.#openingLines.length < MOST_OPENING_LINES) this.#openingLines.push(line);
  }

  /**
   * Says what was held back because there was too much of it; to be called about once a second. Not how Redis comes and
   * goes: said late, it would no longer be so.
   */
  flush(): void {
    this.#countShortStreams(false);
    const nowNs = this.clock.nowNs();
    const wrong = Object.values(this.#wrong);
    const all = [...wrong, this.#streamRestarts, this.#restarts];
    for (const limited of [...all, ...Object.values(this.#ffmpeg)]) limited.flush(nowNs);
  }

  #opened(destination: string): void {
    this.#openedNs = this.clock.nowNs();
    if (this.#shortStreams < SHORT_STREAMS_TOLD) this.#tellOpen(destination);
    else
      this.log.debug(
        `streaming to ${destination}, which broke soon after the last ${this.#shortStreams} times`,
      );
  }

  #tellOpen(destination: string): void {
    const untold = this.#failure.end();
    const before = untold === 0 ? '' : ` (failed attempts not told of: ${untold})`;
    this.log.info(`streaming to ${destination}${before}`);
    this.#isRetry = false;
    const lines = this.#openingLines ?? [];
    this.#openingLines = undefined;
    for (const line of lines) this.#sayFfmpegLine(line);
  }

  /** To be called when a stream has ended, and while it goes on. */
  #countShortStreams(hasFailed: boolean): void {
    if (this.#openedNs === undefined) return;
    const isGood = this.clock.nowNs() - this.#openedNs >= GOOD_STREAM_NS;
    if (isGood) this.#shortStreams = 0;
    else if (hasFailed) this.#shortStreams += 1;
    if (isGood && this.#openingLines) this.#tellOpen(this.#output);
    if (hasFailed) this.#openedNs = undefined;
  }

  /** One line an attempt, and the same failure over and over at most once a minute. */
  #failed(state: Extract<ServiceState, { kind: 'failed' }>, destination: string): void {
    this.#countShortStreams(true);
    for (const line of this.#openingLines ?? []) this.log.debug(`ffmpeg: ${line}`);
    this.#openingLines = undefined;
    this.#isRetry = true;
    const heldBack = this.#failure.next(state.reason, this.clock.nowNs());
    const more = heldBack ? ` (and ${heldBack} more before it)` : '';
    this.log[heldBack === undefined ? 'debug' : 'error'](
      `the stream to ${destination} failed: ${state.reason}; trying again in ${(state.retryMs / 1000).toFixed(1)} s${more}`,
    );
  }

  /** ffmpeg marks each line with its level (`-loglevel level+…`); a line without comes from a library of its. */
  #sayFfmpegLine(line: string): void {
    const level = /\[(error|fatal|panic)\] /.test(line) ? 'error' : 'warn';
    this.#ffmpeg[level].log(
      `ffmpeg: ${line.replace(/\[(warning|error|fatal|panic)\] /, '')}`,
      this.clock.nowNs(),
    );
  }
}
