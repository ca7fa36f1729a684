import { NS_PER_MS } from '../base/clock.ts';
import type { OutputAccount } from './output-account.ts';

/** Pictures that were handed on and may not have arrived; more than this are older than any link keeps them. */
const MOST_UNCONFIRMED = 10_000;

/**
 * Counts what becomes of each picture of one receiver's stream: it is sent, or it is skipped, never both. A place in that
 * stream is told by the bytes before it; a picture goes on to where the next one begins.
 */
export class PictureTally {
  /** Where those begin that have not been handed on whole. */
  readonly #starts: number[] = [];
  /** When those were handed on that may not have arrived. */
  readonly #handedNs: bigint[] = [];

  constructor(private readonly account: OutputAccount) {}

  /** A picture begins here. */
  begin(place: number): void {
    this.#starts.push(place);
  }

  /** All before this place has been handed on. */
  handed(place: number, nowNs: bigint): void {
    for (let [, next] = this.#starts; next !== undefined && next <= place; [, next] = this.#starts) {
      this.#hand(nowNs);
    }
  }

  /** The first place from here on where a picture begins; undefined where none does. */
  startFrom(place: number): number | undefined {
    return this.#starts.find((start) => start >= place);
  }

  /** What lies behind this place is never sent. */
  cut(place: number): void {
    for (let last = this.#starts.at(-1); last !== undefined && last >= place; last = this.#starts.at(-1)) {
      this.#starts.pop();
      this.account.skippedPictures += 1;
    }
  }

  /** The last picture that has begun is never sent to its end. */
  cutLast(): void {
    const last = this.#starts.at(-1);
    if (last !== undefined) this.cut(last);
  }

  /** Those that were handed on longer ago than this have arrived. */
  confirm(unconfirmedMs: number, nowNs: bigint): void {
    const untilNs = nowNs - BigInt(Math.ceil(unconfirmedMs)) * NS_PER_MS;
    for (let [first] = this.#handedNs; first !== undefined && first <= untilNs; [first] = this.#handedNs) {
      this.#handedNs.shift();
      this.account.sentPictures += 1;
    }
  }

  /** The way has broken: those that were handed on in this time are lost, and those that were not yet. */
  lose(unconfirmedMs: number, nowNs: bigint): void {
    this.confirm(unconfirmedMs, nowNs);
    this.account.skippedPictures += this.#handedNs.length + this.#starts.length;
    this.#handedNs.length = 0;
    this.#starts.length = 0;
  }

  /** Nothing comes after this: `isAllHanded`, where the last picture has been handed on to its end. */
  finish(isAllHanded: boolean, nowNs: bigint): void {
    if (isAllHanded) this.handed(Infinity, nowNs);
    if (isAllHanded && this.#starts.length > 0) this.#hand(nowNs);
    this.confirm(0, nowNs);
    this.lose(0, nowNs);
  }

  #hand(nowNs: bigint): void {
    this.#starts.shift();
    this.#handedNs.push(nowNs);
    if (this.#handedNs.length <= MOST_UNCONFIRMED) return;
    this.#handedNs.shift();
    this.account.sentPictures += 1;
  }
}
