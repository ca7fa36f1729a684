import { NS_PER_MS, secondsBetween } from '../base/clock.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';

/** After this long without a new frame it is logged. */
const LIMIT_MS = 5_000;
/** A sensor may be silent for ever, or each minute: it is said again after this long, at the soonest. */
const SAY_AGAIN_NS = 600n * NS_PER_SECOND;
/** From one look to the next. */
const LOOK_PERIOD_MS = 1_000;
/** The look that is nearest to it says so: the one that is a hair too early is followed only a second later. */
const LIMIT_NS = BigInt(LIMIT_MS - LOOK_PERIOD_MS / 2) * NS_PER_MS;

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
  /** Of the silence that goes on. */
  #isSaid = false;
  #saidNs: bigint | undefined;
  #isWatched: boolean;

  /** @param idleTimeoutMs a session that is closed that soon says so by then; 0 = never */
  constructor(idleTimeoutMs: number) {
    this.#isWatched = isWatched(idleTimeoutMs);
  }

  /** A session is closed that soon from now on. */
  configure(idleTimeoutMs: number): void {
    this.#isWatched = isWatched(idleTimeoutMs);
  }

  /** A session has begun, which it does with a new frame. */
  restart(): void {
    this.#read = undefined;
  }

  /** Nobody could have read a frame until now: the program itself stood still, or had no ffmpeg. */
  postpone(nowNs: bigint): void {
    if (!this.#isSaid) this.#sinceNs = nowNs;
  }

  /**
   * Takes the frames read so far and those handed to ffmpeg, about once a second while a session streams. While ffmpeg takes
   * none, none is read either, which says nothing of the source.
   * @returns what is to be logged: a silence at most once in ten minutes, and that it is over where it was logged
   */
  look(read: number, output: number, nowNs: bigint): SilenceNews | undefined {
    const seconds = secondsBetween(this.#sinceNs, nowNs);
    const [hasNew, isTaken] = [hasGrown(this.#read, read), output !== this.#output];
    this.#read = read;
    this.#output = output;
    if (hasNew || (!isTaken && !this.#isSaid)) {
      this.#sinceNs = nowNs;
      const wasSaid = this.#isSaid;
      this.#isSaid = false;
      return wasSaid ? { kind: 'back', seconds } : undefined;
    }
    if (!this.#isWatched || nowNs - this.#sinceNs < LIMIT_NS || !this.#isDue(nowNs)) return undefined;
    this.#isSaid = true;
    this.#saidNs = nowNs;
    return { kind: 'silent', seconds };
  }

  #isDue(nowNs: bigint): boolean {
    return this.#saidNs === undefined || nowNs - this.#saidNs >= SAY_AGAIN_NS;
  }
}

/** The message for the operator. */
export function silenceInWords(stream: string, { kind, seconds }: SilenceNews): string {
  return kind === 'silent'
    ? `no new frame on ${stream} for ${seconds.toFixed(0)} s: repeating the last picture`
    : `frames on ${stream} are back, after ${seconds.toFixed(0)} s without one`;
}

function isWatched(idleTimeoutMs: number): boolean {
  return idleTimeoutMs === 0 || idleTimeoutMs > LIMIT_MS + LOOK_PERIOD_MS;
}

/** Reading that begins again, with other settings, counts from 0 again, and has found nothing by that. */
function hasGrown(before: number | undefined, after: number): boolean {
  if (before === undefined) return true;
  return after < before ? after > 0 : after > before;
}
