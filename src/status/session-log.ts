import { NS_PER_MS } from '../base/clock.ts';
import type { Failure } from '../base/failure.ts';
import { GOOD_SESSION_MS, type SessionState } from '../base/session-state.ts';
import { warningLog, type LimitedLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { RepeatedFailure } from './repeated-failure.ts';
import type { StatusSettings } from './status-settings.ts';

/** ffmpeg says a few lines when it ends; a hundred a second would only fill the journal. */
const FFMPEG_LINES_PER_SECOND = 10;
/** So many of its lines are kept while it opens the destination; what it says there is a line or two. */
const MOST_OPENING_LINES = 50;

const GOOD_SESSION_NS = BigInt(GOOD_SESSION_MS) * NS_PER_MS;
/** After so many in a row that broke before that, the next ones are reported only once they are good. */
const SHORT_SESSIONS_TOLD = 5;

type Names = Pick<StatusSettings, 'stream' | 'destination' | 'idleTimeoutMs'>;

/** Puts into words how sessions come and go, and what ffmpeg says in them. */
export class SessionLog {
  readonly #ffmpeg: Record<'error' | 'warn', LimitedLog>;
  readonly #failure = new RepeatedFailure();
  #before: SessionState | undefined;
  #isRetry = false;
  #openedNs: bigint | undefined;
  #shortSessions = 0;
  /** What ffmpeg has said since its start: kept until the session is open or has failed. */
  #openingLines: string[] | undefined;
  #output: string;

  constructor(
    private readonly log: Logger,
    private names: Names,
  ) {
    this.#output = names.destination;
    this.#ffmpeg = {
      error: warningLog((message) => log.error(message), FFMPEG_LINES_PER_SECOND),
      warn: warningLog((message) => log.warn(message), FFMPEG_LINES_PER_SECOND),
    };
  }

  /** Other settings are in force from now on: what fails with them is logged again. */
  configure(names: Names): void {
    if (names.destination !== this.names.destination) this.#output = names.destination;
    this.names = names;
    this.#failure.forget();
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
        // The message of the failure has said so.
        return this.log[this.#isRetry ? 'debug' : 'info'](`a frame is there: opening ${this.#output}`);
      case 'streaming':
        return this.#opened(nowNs);
      case 'closing':
        return this.#closing(state.reason);
      case 'failed':
        return this.#failed(state.failure, state.retryMs, nowNs);
    }
  }

  /** Where the session goes that opens now; a file may be another one than that in the settings. */
  output(shown: string): void {
    const isNews = shown !== this.#output && shown !== this.names.destination;
    this.#output = shown;
    if (isNews) this.log.info(`${this.names.destination} exists already: this stream goes to ${shown}`);
  }

  /** A line that comes while the destination is being opened waits until it is open; of a failure one line tells. */
  ffmpegLine(line: string, nowNs: bigint): void {
    if (!this.#openingLines) this.#sayFfmpegLine(line, nowNs);
    else if (this.#openingLines.length < MOST_OPENING_LINES) this.#openingLines.push(line);
  }

  /** Says what was held back, and that a session has turned out to be good. Call it about once a second. */
  flush(nowNs: bigint): void {
    this.#countShortSessions(false, nowNs);
    for (const limited of Object.values(this.#ffmpeg)) limited.flush(nowNs);
  }

  #opened(nowNs: bigint): void {
    this.#openedNs = nowNs;
    if (this.#shortSessions < SHORT_SESSIONS_TOLD) this.#tellOpen(nowNs);
    else {
      this.log.debug(
        `streaming to ${this.#output}, which broke soon after the last ${this.#shortSessions} times`,
      );
    }
  }

  #tellOpen(nowNs: bigint): void {
    this.log.info(`streaming to ${this.#output}${untoldInWords(this.#failure.end())}`);
    this.#isRetry = false;
    const lines = this.#openingLines ?? [];
    this.#openingLines = undefined;
    for (const line of lines) this.#sayFfmpegLine(line, nowNs);
  }

  #closing(reason: 'idle' | 'stopped' | 'settings'): void {
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
    for (const line of this.#openingLines ?? []) this.log.debug(`ffmpeg: ${line}`);
    this.#openingLines = undefined;
    this.#isRetry = true;
    const before = this.#failure.next(text, nowNs);
    const more = before?.areSame ? moreInWords(before.count) : untoldInWords(before?.count ?? 0);
    this.log[before ? 'error' : 'debug'](
      `the stream to ${this.#output} failed: ${text}; trying again in ${(retryMs / 1000).toFixed(1)} s${more}`,
    );
  }

  /** ffmpeg marks each line with its level (`-loglevel level+…`); a line without comes from a library of its. */
  #sayFfmpegLine(line: string, nowNs: bigint): void {
    const level = /\[(error|fatal|panic)\] /.test(line) ? 'error' : 'warn';
    this.#ffmpeg[level].log(`ffmpeg: ${line.replace(/\[(warning|error|fatal|panic)\] /, '')}`, nowNs);
  }
}

function moreInWords(count: number): string {
  return count === 0 ? '' : ` (and ${count} more before it)`;
}

function untoldInWords(count: number): string {
  return count === 0 ? '' : ` (failed attempts not told of: ${count})`;
}
