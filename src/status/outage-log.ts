import { warningLog, type LimitedLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { moreInWords, RepeatedFailure, SAY_AGAIN_NS, untoldInWords } from './repeated-failure.ts';

/** An outage has one or two reasons, which may follow each other at once; of one that makes up new ones no more are logged. */
const MOST_FAILURES_PER_SECOND = 10;

/**
 * Says that something has failed, and whether it is news that it is good again: in one outage each failure once, and again
 * after a while; of what fails and is good again for ever, one outage a minute after the first ten failures.
 */
export class OutageLog {
  readonly #failure: RepeatedFailure;
  readonly #errors: LimitedLog;
  #errorCount = 0;
  #isTold = false;
  #untold = 0;

  /** @param sayAgainNs how often a failure that stays the same is logged again */
  constructor(
    private readonly log: Logger,
    sayAgainNs = SAY_AGAIN_NS,
  ) {
    this.#failure = new RepeatedFailure(sayAgainNs);
    this.#errors = warningLog((message) => {
      this.#errorCount += 1;
      this.#isTold = true;
      log.error(message);
    }, MOST_FAILURES_PER_SECOND);
  }

  /**
   * It has failed, once more maybe. What is not told of is for those who look closely.
   * @param reason by which failures are told apart; numbers in it do not count
   */
  failed(reason: string, message: string, nowNs: bigint): void {
    const before = this.#failure.next(reason, nowNs);
    const errorsBefore = this.#errorCount;
    if (before) {
      const more = before.areSame ? moreInWords(before.count) : untoldInWords(before.count);
      this.#errors.log(`${message}${more}`, nowNs);
    }
    if (this.#errorCount === errorsBefore) this.log.debug(message);
  }

  /**
   * It is good again.
   * @param isNewsAnyway it is to be said whatever was said before
   * @returns how many failures were never told of; undefined where nobody was told that it failed, so that this is no news
   */
  end(isNewsAnyway: boolean): number | undefined {
    const untold = this.#untold + this.#failure.end();
    const isNews = isNewsAnyway || this.#isTold;
    this.#untold = isNews ? 0 : untold;
    this.#isTold = false;
    return isNews ? untold : undefined;
  }

  /** The next failure is logged, whatever it is. */
  forget(): void {
    this.#failure.forget();
  }
}
