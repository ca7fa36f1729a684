import { inSeconds } from '../base/clock.ts';
import type { Failure } from '../base/failure.ts';
import type { Logger } from './logger.ts';
import { OutageLog } from './outage-log.ts';
import { untoldInWords } from './repeated-failure.ts';

/** Puts into words what becomes of ffmpeg within a session that goes on. */
export class EncoderLog {
  readonly #restarts: OutageLog;
  readonly #changes: OutageLog;

  constructor(private readonly log: Logger) {
    this.#restarts = new OutageLog(log);
    this.#changes = new OutageLog(log);
  }

  /** Other settings are in force from now on: what fails with them is logged again. */
  configure(): void {
    this.#restarts.forget();
    this.#changes.forget();
  }

  /** A session begins: whether it opens is said of the session. */
  begin(): void {
    this.#restarts.end(false);
  }

  /** ffmpeg has failed, and the session waits for the next one. */
  restarting({ text }: Failure, retryMs: number, nowNs: bigint): void {
    this.#restarts.failed(
      text,
      `ffmpeg failed: ${text}; the next one begins in ${inSeconds(retryMs)} s, the stream stays open`,
      nowNs,
    );
  }

  /** There is one that encodes. */
  goesOn(): void {
    const untold = this.#restarts.end(false);
    if (untold !== undefined) {
      this.log.info(`the next ffmpeg encodes, the stream goes on${untoldInWords(untold)}`);
    }
  }

  /** The one with the new settings has taken over. */
  changed(): void {
    const untold = this.#changes.end(true) ?? 0;
    this.log.info(`the encoder was changed between two frames${untoldInWords(untold)}`);
  }

  /** It could not. */
  notChanged({ text }: Failure, retryMs: number, nowNs: bigint): void {
    this.#changes.failed(
      text,
      `the encoder with the new settings failed: ${text}; ` +
        `the one before goes on, trying again in ${inSeconds(retryMs)} s`,
      nowNs,
    );
  }
}
