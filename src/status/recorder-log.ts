import type { Failure } from '../base/failure.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { OutputState } from '../base/output-state.ts';
import { warningLog, type LimitedLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { OutageLog } from './outage-log.ts';
import { untoldInWords } from './repeated-failure.ts';

/** A disk may be full for days, and is looked at every few seconds. */
const SAY_AGAIN_NS = 3_600n * NS_PER_SECOND;

/** Puts into words what becomes of the recorder. */
export class RecorderLog {
  readonly #failures: OutageLog;
  /** That no destination gets the video, and that one does again, come by turns for as long as a link breaks over and over. */
  readonly #linkOutages: LimitedLog;
  /** It records, and that was not looked at yet. */
  #awaitsWord = false;
  /** Since it was last asked. */
  #isUsed = false;
  /** Since it began, or last began to wait for an outage. */
  #isRecordingTold = false;
  /** It records only in an outage, and was waiting for one. */
  #wasStandingBy = false;

  constructor(private readonly log: Logger) {
    this.#failures = new OutageLog(log, SAY_AGAIN_NS);
    this.#linkOutages = warningLog((message) => log.info(message));
  }

  /** A session begins, in which all is said again. @returns whether the one before has used this recorder */
  begin(): boolean {
    const wasUsed = this.#isUsed;
    this.#isUsed = false;
    this.#forget();
    return wasUsed;
  }

  /** Other settings are in force from now on: what fails with them is logged again. */
  configure(): void {
    this.#failures.forget();
  }

  /** Whether it records, and `tellStreaming` is to be called once there is video. */
  get awaitsWord(): boolean {
    return this.#awaitsWord;
  }

  /** It is in this state from now on. That it records is said by `tellStreaming`, once there is video. */
  state(state: OutputState, folder: string, nowNs: bigint): void {
    this.#awaitsWord = state.kind === 'streaming';
    this.#isUsed = true;
    switch (state.kind) {
      case 'failed':
        return this.#tellFailure(state.failure, state.retryMs, folder, nowNs);
      case 'standby':
        return this.#tellStandby(folder, nowNs);
      case 'closed':
        return this.#forget();
      case 'connecting':
      case 'listening':
      case 'settling':
      case 'streaming':
        return;
    }
  }

  /** It records, and ffmpeg encodes. @param untold attempts to begin a session that were not told of */
  tellStreaming(folder: string, untold: number, nowNs: bigint): void {
    const isOutage = this.#wasStandingBy;
    const isFirst = !this.#isRecordingTold;
    this.#awaitsWord = false;
    this.#wasStandingBy = false;
    this.#isRecordingTold = true;
    const more = this.#failures.end(isFirst);
    if (more === undefined) return this.log.debug(`recording to ${folder} again`);
    const behind = untoldInWords(untold + more);
    if (isOutage) {
      const message = `no destination gets the video: recording to ${folder} until one does${behind}`;
      this.#linkOutages.log(message, nowNs);
    } else this.log.info(`recording to ${folder}${isFirst ? '' : ' again'}${behind}`);
  }

  /** Says what was held back because there was too much of it. Call it about once a second. */
  flush(nowNs: bigint): void {
    this.#linkOutages.flush(nowNs);
  }

  /** A disk without room is one failure, whoever finds it. */
  #tellFailure({ code, text }: Failure, retryMs: number, folder: string, nowNs: bigint): void {
    const isFull = code === 'file-disk-full' || code === 'file-reserve';
    // What hangs cannot be tried again.
    const next = code === 'file-hangs' ? '' : `; trying again in ${(retryMs / 1_000).toFixed(0)} s`;
    const message = this.#isRecordingTold
      ? `recording to ${folder} has stopped: ${text}${next}`
      : `recording to ${folder} is not possible: ${text}${next}`;
    this.#failures.failed(isFull ? 'no room' : text, message, nowNs);
  }

  /** An outage that was told of is over; or, without one, what was told of the folder is no longer so. */
  #tellStandby(folder: string, nowNs: bigint): void {
    const untold = this.#failures.end(false);
    if (this.#isRecordingTold) {
      this.#linkOutages.log(`a destination gets the video again: recording to ${folder} has ended`, nowNs);
    } else if (untold !== undefined) {
      const whenNeeded = 'it begins when no destination gets the video';
      this.log.info(`recording to ${folder} can go on: ${whenNeeded}${untoldInWords(untold)}`);
    }
    this.#forget();
    this.#wasStandingBy = true;
  }

  #forget(): void {
    this.#isRecordingTold = false;
    this.#wasStandingBy = false;
  }
}
