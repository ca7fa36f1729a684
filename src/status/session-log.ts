import { NS_PER_MS } from '../base/clock.ts';
import type { OutputEvent } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import { GOOD_SESSION_MS, type SessionState } from '../base/session-state.ts';
import { EncoderLog } from './encoder-log.ts';
import { warningLog, type LimitedLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { OutputsLog } from './outputs-log.ts';
import { moreInWords, RepeatedFailure, untoldInWords } from './repeated-failure.ts';
import type { StatusSettings } from './status-settings.ts';
import { sessionFailureInWords } from './stream-failure.ts';
import { listInWords, openedInWords, type Where } from './where.ts';

/** ffmpeg says a few lines when it ends; a hundred a second would only fill the journal. */
const FFMPEG_LINES_PER_SECOND = 10;
/** So many of its lines are kept while it opens the destination; what it says there is a line or two. */
const MOST_OPENING_LINES = 50;

const GOOD_SESSION_NS = BigInt(GOOD_SESSION_MS) * NS_PER_MS;
/** After so many in a row that broke before that, the next ones are reported only once they are good. */
const SHORT_SESSIONS_TOLD = 5;

type Names = Pick<StatusSettings, 'stream' | 'destinations' | 'recorder' | 'idleTimeoutMs' | 'maxBitrateBps'>;

/** Puts into words how sessions come and go, what becomes of ffmpeg and the outputs in them, and what ffmpeg says. */
export class SessionLog {
  /** What becomes of ffmpeg in a session that goes on. */
  readonly encoder: EncoderLog;
  readonly #outputs: OutputsLog;
  readonly #ffmpeg: Record<'error' | 'warn', LimitedLog>;
  readonly #failure = new RepeatedFailure();
  #before: SessionState | undefined;
  #isRetry = false;
  #openedNs: bigint | undefined;
  #shortSessions = 0;
  /** What ffmpeg has said since its start: kept until the session is open or has failed. */
  #openingLines: string[] | undefined;
  /** Where the video for a destination goes, of each for which that was told. */
  readonly #places = new Map<string, string>();

  constructor(
    private readonly log: Logger,
    private names: Names,
  ) {
    this.encoder = new EncoderLog(log);
    this.#outputs = new OutputsLog(log);
    this.#ffmpeg = {
      error: warningLog((message) => log.error(message), FFMPEG_LINES_PER_SECOND),
      warn: warningLog((message) => log.warn(message), FFMPEG_LINES_PER_SECOND),
    };
  }

  /** Other settings are in force from now on: what fails with them is logged again. */
  configure(names: Names): void {
    for (const destination of this.#places.keys()) {
      if (!names.destinations.includes(destination)) this.#places.delete(destination);
    }
    this.names = names;
    this.#failure.forget();
    this.encoder.configure();
    this.#outputs.configure();
    this.#isRetry = false;
    this.#shortSessions = 0;
  }

  /** The session is in this state from now on: says so where it is news. */
  state(state: SessionState, nowNs: bigint): void {
    const before = this.#before;
    this.#before = state;
    switch (state.kind) {
      case 'waiting':
        // After a failure the frames are there, and it is tried again.
        if (before?.kind !== 'failed') this.log.info(`waiting for frames on ${this.names.stream}`);
        return;
      case 'starting':
        this.#openingLines = [];
        this.#outputs.begin();
        this.encoder.begin();
        // The message of the failure has said so.
        return this.log[this.#isRetry ? 'debug' : 'info'](
          `a frame is there: opening ${openedInWords(this.#where)}`,
        );
      case 'streaming':
        this.encoder.goesOn();
        return this.#opened(nowNs);
      case 'restarting':
        return this.#restarting(state.failure, state.retryMs, nowNs);
      case 'closing':
        return this.#closing(state.reason);
      case 'failed':
        return this.#failed(state.failure, state.retryMs, nowNs);
    }
  }

  /** Where the video for a destination goes from now on; a file may be another one than that in the settings. */
  output(destination: string, shown: string): void {
    const isNews = shown !== this.#shownAs(destination) && shown !== destination;
    this.#places.set(destination, shown);
    if (isNews) this.log.info(`${destination} exists already: this stream goes to ${shown}`);
  }

  /** What becomes of an output that is ours. */
  onOutput(event: OutputEvent, nowNs: bigint): void {
    const names = {
      shown: this.#shownAs(event.output),
      isRecorder: event.output === this.names.recorder,
      maxBitrateBps: this.names.maxBitrateBps,
    };
    switch (event.kind) {
      case 'output-state':
        return this.#outputs.state(event, names, nowNs);
      case 'viewer-turned-away':
        return this.#outputs.turnedAway(event, names, nowNs);
      case 'segments-recovered':
        return this.#outputs.recovered(event);
      case 'output-figures':
        return this.#outputs.figures(event, names, nowNs);
    }
  }

  /** A line that comes while the destination is being opened waits until it is open; of a failure one line tells. */
  ffmpegLine(line: string, nowNs: bigint): void {
    if (!this.#openingLines) this.#sayFfmpegLine(line, nowNs);
    else if (this.#openingLines.length < MOST_OPENING_LINES) this.#openingLines.push(line);
  }

  /** Says what was held back, and that a session has turned out to be good. Call it about once a second. */
  flush(nowNs: bigint): void {
    this.#countShortSessions(false, nowNs);
    this.#outputs.flush(nowNs);
    for (const limited of Object.values(this.#ffmpeg)) limited.flush(nowNs);
  }

  #shownAs(destination: string): string {
    return this.#places.get(destination) ?? destination;
  }

  get #where(): Where {
    const { destinations, recorder } = this.names;
    return { destinations: destinations.map((destination) => this.#shownAs(destination)), recorder };
  }

  #opened(nowNs: bigint): void {
    this.#openedNs = nowNs;
    if (this.#shortSessions < SHORT_SESSIONS_TOLD) this.#tellOpen(nowNs);
    else {
      this.log.debug(
        `streaming to ${openedInWords(this.#where)}, which broke soon after the last ${this.#shortSessions} times`,
      );
    }
  }

  /** Where the outputs are ours, each of them says itself that it streams. */
  #tellOpen(nowNs: bigint): void {
    const untold = this.#failure.end();
    if (this.#areOurs) this.#outputs.encodes(untold, nowNs);
    else this.log.info(`streaming to ${listInWords(this.#where.destinations)}${untoldInWords(untold)}`);
    this.#isRetry = false;
    const lines = this.#openingLines ?? [];
    this.#openingLines = undefined;
    for (const line of lines) this.#sayFfmpegLine(line, nowNs);
  }

  /** Known also before the first of them is heard of: a recorder may have to wait for a slow disk. */
  get #areOurs(): boolean {
    const { destinations, recorder } = this.names;
    return this.#outputs.areOurs || recorder !== undefined || destinations.length > 1;
  }

  #restarting(failure: Failure, retryMs: number, nowNs: bigint): void {
    this.#outputs.pauses();
    this.#keepOpeningLines();
    this.#openingLines = [];
    this.encoder.restarting(failure, retryMs, nowNs);
  }

  #closing(reason: 'idle' | 'stopped' | 'settings'): void {
    this.#outputs.pauses();
    this.#openedNs = undefined;
    this.#shortSessions = 0;
    // Who has stopped it, or has read the settings again, has said so.
    if (reason !== 'idle') return;
    const { stream, idleTimeoutMs } = this.names;
    this.log.info(
      `no new frame on ${stream} for ${idleTimeoutMs / 1000} s: closing the stream until one comes`,
    );
  }

  /** Call it when a session has ended, and while it goes on. */
  #countShortSessions(hasFailed: boolean, nowNs: bigint): void {
    if (this.#openedNs === undefined) return;
    const isGood = nowNs - this.#openedNs >= GOOD_SESSION_NS;
    if (isGood) this.#shortSessions = 0;
    else if (hasFailed) this.#shortSessions += 1;
    if (isGood && this.#openingLines) this.#tellOpen(nowNs);
    if (hasFailed) this.#openedNs = undefined;
  }

  /** One line an attempt, and the same failure over and over at most once a minute. */
  #failed({ text }: Failure, retryMs: number, nowNs: bigint): void {
    this.#countShortSessions(true, nowNs);
    this.#outputs.pauses();
    this.#keepOpeningLines();
    this.#isRetry = true;
    const before = this.#failure.next(text, nowNs);
    const more = before?.areSame ? moreInWords(before.count) : untoldInWords(before?.count ?? 0);
    const message = sessionFailureInWords(this.#where, text, retryMs);
    this.log[before ? 'error' : 'debug'](`${message}${more}`);
  }

  /** Of an ffmpeg that has failed one line tells; the others are for those who look closely. */
  #keepOpeningLines(): void {
    for (const line of this.#openingLines ?? []) this.log.debug(`ffmpeg: ${line}`);
    this.#openingLines = undefined;
  }

  /** ffmpeg marks each line with its level (`-loglevel level+…`); a line without comes from a library of its. */
  #sayFfmpegLine(line: string, nowNs: bigint): void {
    const level = /\[(error|fatal|panic)\] /.test(line) ? 'error' : 'warn';
    this.#ffmpeg[level].log(`ffmpeg: ${line.replace(/\[(warning|error|fatal|panic)\] /, '')}`, nowNs);
  }
}
