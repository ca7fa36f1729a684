import { NS_PER_SECOND } from '../base/frame-rate.ts';

/** What goes on and on is logged more rarely once so many messages were written without a calm of a whole period. */
interface Persistence {
  readonly afterMessages: number;
  /** One message in so long from then on. */
  readonly periodNs: bigint;
}

const FOR_EVER: Persistence = { afterMessages: Infinity, periodNs: NS_PER_SECOND };
const TEN_THEN_ONE_A_MINUTE: Persistence = { afterMessages: 10, periodNs: 60n * NS_PER_SECOND };

/** So many messages a second. Of what goes on and on, one a minute after the first ten: 1,440 a day instead of 86,400. */
export function warningLog(write: (message: string) => void, perSecond = 1): LimitedLog {
  return new LimitedLog(perSecond, write, NS_PER_SECOND, TEN_THEN_ONE_A_MINUTE);
}

/** Lets through so many messages in a period, and says with a later one how many were held back. */
export class LimitedLog {
  #periodStartNs: bigint | undefined;
  #written = 0;
  #heldBack = 0;
  #lastHeldBack = '';
  #lastNs: bigint | undefined;
  #writtenWithoutCalm = 0;

  constructor(
    private readonly perPeriod: number,
    private readonly write: (message: string) => void,
    private readonly periodNs = NS_PER_SECOND,
    private readonly persistence = FOR_EVER,
  ) {}

  /** Writes the message, or holds it back and counts it where there were too many. */
  log(message: string, nowNs: bigint): void {
    const isCalm = this.#lastNs !== undefined && nowNs - this.#lastNs >= this.persistence.periodNs;
    if (isCalm) this.#writtenWithoutCalm = 0;
    this.#lastNs = nowNs;
    this.#say(message, nowNs);
  }

  /** Writes the last message that was held back, once that is allowed. Call it about once a second. */
  flush(nowNs: bigint): void {
    if (this.#heldBack === 0 || !this.#isPeriodOver(nowNs)) return;
    this.#heldBack -= 1;
    this.#say(this.#lastHeldBack, nowNs);
  }

  #say(message: string, nowNs: bigint): void {
    if (this.#isPeriodOver(nowNs)) {
      this.#periodStartNs = nowNs;
      this.#written = 0;
    }
    if (this.#written >= (this.#isPersistent ? 1 : this.perPeriod)) {
      this.#heldBack += 1;
      this.#lastHeldBack = message;
      return;
    }
    this.#written += 1;
    this.#writtenWithoutCalm += 1;
    this.write(this.#heldBack === 0 ? message : `${message} (and ${this.#heldBack} more before it)`);
    this.#heldBack = 0;
  }

  get #isPersistent(): boolean {
    return this.#writtenWithoutCalm >= this.persistence.afterMessages;
  }

  #isPeriodOver(nowNs: bigint): boolean {
    const periodNs = this.#isPersistent ? this.persistence.periodNs : this.periodNs;
    return this.#periodStartNs === undefined || nowNs - this.#periodStartNs >= periodNs;
  }
}
