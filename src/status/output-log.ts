import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { LinkFigures, OutputCounts, OutputState } from '../base/output-state.ts';
import { LimitedLog, warningLog } from './limited-log.ts';
import { LinkWatch, narrowInWords } from './link-watch.ts';
import type { Logger } from './logger.ts';
import { OutageLog } from './outage-log.ts';
import { untoldInWords } from './repeated-failure.ts';
import { streamFailureInWords } from './stream-failure.ts';

/** One who is not let in calls again and again, and so do others. */
const TURNED_AWAY_PERIOD_NS = 60n * NS_PER_SECOND;

/** How an output is named, and what of the settings its messages judge by. */
export interface OutputNames {
  /** The destination, or the file that it goes to instead, in the form that may be shown. */
  readonly shown: string;
  readonly isRecorder: boolean;
  readonly maxBitrateBps: number | undefined;
}

/** Puts into words what becomes of the output to one destination that is ours. */
export class OutputLog {
  readonly #outage: OutageLog;
  readonly #viewerLines: LimitedLog;
  readonly #turnedAway: LimitedLog;
  readonly #link = new LinkWatch();
  /** It streams, and that was not looked at yet. */
  #awaitsWord = false;
  /** Since it was last asked. */
  #isUsed = false;
  #isStreamingTold = false;
  #isListeningTold = false;
  #viewers = 0;

  constructor(private readonly log: Logger) {
    this.#outage = new OutageLog(log);
    this.#viewerLines = warningLog((message) => log.info(message));
    this.#turnedAway = new LimitedLog(1, (message) => log.warn(message), TURNED_AWAY_PERIOD_NS);
  }

  /** A session begins, in which all is said again. @returns whether the one before has used this output */
  begin(): boolean {
    const wasUsed = this.#isUsed;
    this.#isUsed = false;
    this.#isStreamingTold = false;
    this.#isListeningTold = false;
    return wasUsed;
  }

  /** Other settings are in force from now on: what fails with them is logged again. */
  configure(): void {
    this.#outage.forget();
    this.#link.forget();
  }

  /** Whether it streams, and `tellStreaming` is to be called once there is video. */
  get awaitsWord(): boolean {
    return this.#awaitsWord;
  }

  /** It is in this state from now on. That it streams is said by `tellStreaming`, once there is video. */
  state(state: OutputState, shown: string, nowNs: bigint): void {
    this.#awaitsWord = state.kind === 'streaming';
    this.#isUsed = true;
    switch (state.kind) {
      case 'failed': {
        const { text } = state.failure;
        return this.#outage.failed(text, streamFailureInWords(shown, text, state.retryMs), nowNs);
      }
      case 'listening':
        this.#tellListening(shown);
        return this.#tellViewers(0, shown, nowNs);
      case 'closed':
        this.#viewers = 0;
        // It may be opened again in the same session, with other options.
        this.#isStreamingTold = false;
        this.#isListeningTold = false;
        return;
      case 'connecting':
      case 'standby':
      case 'settling':
      case 'streaming':
        return;
    }
  }

  /** It streams, and ffmpeg encodes. @param untold attempts to begin a session that were not told of */
  tellStreaming(shown: string, untold: number): void {
    const isFirst = !this.#isStreamingTold;
    this.#awaitsWord = false;
    this.#isStreamingTold = true;
    const more = this.#outage.end(isFirst);
    if (more === undefined) this.log.debug(`streaming to ${shown} again`);
    else this.log.info(`streaming to ${shown}${untoldInWords(untold + more)}`);
  }

  /** A viewer was not let in, since so many are there. */
  turnedAway(viewers: number, shown: string, nowNs: bigint): void {
    this.#turnedAway.log(
      `a viewer was turned away from ${shown}: ${viewers} are there, and no more are let in`,
      nowNs,
    );
  }

  /** What it counts, about once a second. */
  figures(counts: OutputCounts, link: LinkFigures | undefined, names: OutputNames, nowNs: bigint): void {
    if (this.#isListeningTold) this.#tellViewers(counts.viewers, names.shown, nowNs);
    const narrow = link && this.#link.look(link, counts, nowNs);
    if (narrow) this.log.warn(narrowInWords(names.shown, narrow, names.maxBitrateBps));
  }

  /** Says what was held back because there was too much of it. Call it about once a second. */
  flush(nowNs: bigint): void {
    this.#viewerLines.flush(nowNs);
    this.#turnedAway.flush(nowNs);
  }

  #tellListening(shown: string): void {
    const untold = this.#outage.end(!this.#isListeningTold);
    this.#isListeningTold = true;
    if (untold !== undefined) this.log.info(`listening for viewers at ${shown}${untoldInWords(untold)}`);
  }

  #tellViewers(count: number, shown: string, nowNs: bigint): void {
    const before = this.#viewers;
    this.#viewers = count;
    if (count === before) return;
    const what = count > before ? 'has connected to' : 'has left';
    this.#viewerLines.log(`a viewer ${what} ${shown}: ${count} there now`, nowNs);
  }
}
