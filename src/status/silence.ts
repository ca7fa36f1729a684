import { NS_PER_MS, secondsBetween } from '../base/clock.ts';

/** After this long without a new frame it is logged. */
const LIMIT_MS = 5_000;
const LIMIT_NS = BigInt(LIMIT_MS) * NS_PER_MS;
/** From one look to the next. */
const LOOK_PERIOD_MS = 1_000;

/** News of a source: no frame comes any more, or frames are back. */
export interface SilenceNews {
  readonly kind: 'silent' | 'back';
  /** How long no new frame has come, or had come. */
  readonly seconds: number;
}

/** Watches whether new frames come while a session streams. */
export class Silence {
  #read: number | undefined;
  #output = 0;
  #sinceNs = 0n;
  #isSaid = false;
  readonly #isWatched: boolean;

  /** @param idleTimeoutMs a session that is closed that soon says so by then; 0 = never */
  constructor(idleTimeoutMs: number) {
    this.#isWatched = idleTimeoutMs === 0 || idleTimeoutMs > LIMIT_MS + LOOK_PERIOD_MS;
  }

  /** A session has begun: what was before it says nothing about it. */
  restart(): void {
    this.#read = undefined;
    this.#isSaid = false;
  }

  /** Nobody could have read a frame until now: the program itself stood still. */
  postpone(nowNs: bigint): void {
    if (!this.#isSaid) this.#sinceNs = nowNs;
  }

  /**
   * Takes the frames read so far and those handed to ffmpeg, about once a second while a session streams. While ffmpeg takes
   * none, none is read either, which says nothing of the source.
   */
  look(read: number, output: number, nowNs: bigint): SilenceNews | undefined {
    const seconds = secondsBetween(this.#sinceNs, nowNs);
    const [hasNew, isTaken] = [read !== this.#read, output !== this.#output];
    this.#read = read;
    this.#output = output;
    if (hasNew || (!isTaken && !this.#isSaid)) {
      this.#sinceNs = nowNs;
      const wasSaid = this.#isSaid;
      this.#isSaid = false;
      return wasSaid ? { kind: 'back', seconds } : undefined;
    }
    if (!this.#isWatched || this.#isSaid || nowNs - this.#sinceNs < LIMIT_NS) return undefined;
    this.#isSaid = true;
    return { kind: 'silent', seconds };
  }
}

/** The message for the operator. */
export function silenceInWords(stream: string, { kind, seconds }: SilenceNews): string {
  return kind === 'silent'
    ? `no new frame on ${stream} for ${seconds.toFixed(0)} s: the last one is repeated until one comes; is the sensor running?`
    : `frames on ${stream} are back, after ${seconds.toFixed(0)} s without one`;
}
