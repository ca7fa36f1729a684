import { NS_PER_MS } from '../base/clock.ts';
import type { OutputAccount } from './output-account.ts';
import type { JoinPoint } from './present-gop.ts';

/** Pictures that were handed on and may not have arrived; more than this are older than any link keeps them. */
const MOST_UNCONFIRMED = 10_000;

/** A picture on its way to a receiver. */
interface Picture {
  readonly place: number;
  /** When it came, or earlier. */
  readonly cameNs: bigint;
  readonly isCounted: boolean;
}

interface HandedPicture extends Picture {
  readonly handedNs: bigint;
}

/**
 * Counts what becomes of each picture of one receiver's stream: it is sent, or it is skipped, never both. A place in that
 * stream is told by the bytes before it; a picture goes on to where the next one begins.
 */
export class PictureTally {
  /** Those that have not been handed on whole. */
  readonly #waiting: Picture[] = [];
  /** Those that were handed on and may not have arrived. */
  readonly #handed: HandedPicture[] = [];
  #lastGotNs: bigint | undefined;

  constructor(private readonly account: OutputAccount) {}

  /** When the last picture came of those that have arrived, as far as is known; undefined where none has. */
  get lastGotNs(): bigint | undefined {
    return this.#lastGotNs;
  }

  /** A picture begins here. */
  begin(place: number, cameNs: bigint): void {
    this.#waiting.push({ place, cameNs, isCounted: true });
  }

  /**
   * A GOP that is joined begins here. The tables belong to its first picture: neither goes without the other.
   * @param counted so many of its last pictures came since this stream began; those before belong to no account
   */
  beginGop(place: number, { tables, chunks, sinceNs }: JoinPoint, counted: number): void {
    const places: number[] = [];
    let chunkPlace = place + tables.length;
    for (const { packets, pictures } of chunks) {
      for (const { offsetBytes } of pictures) places.push(chunkPlace + offsetBytes);
      chunkPlace += packets.length;
    }
    places[0] = place;
    for (const [index, pictureAt] of places.entries()) {
      this.#waiting.push({ place: pictureAt, cameNs: sinceNs, isCounted: index >= places.length - counted });
    }
  }

  /** All before this place has been handed on. */
  handed(place: number, nowNs: bigint): void {
    for (let [, next] = this.#waiting; next && next.place <= place; [, next] = this.#waiting) {
      this.#hand(nowNs);
    }
  }

  /** All before this place has been handed on, and a picture that began before it ends there, whatever follows. */
  ended(place: number, nowNs: bigint): void {
    for (let [first] = this.#waiting; first && first.place < place; [first] = this.#waiting) {
      this.#hand(nowNs);
    }
  }

  /** The first place from here on where a picture begins; undefined where none does. */
  startFrom(place: number): number | undefined {
    return this.#waiting.find((picture) => picture.place >= place)?.place;
  }

  /** Where the last picture begins of those that have not been handed on; undefined where there is none. */
  get lastStart(): number | undefined {
    return this.#waiting.at(-1)?.place;
  }

  /** What lies behind this place is never sent: too much waited. */
  cut(place: number): void {
    for (let last = this.#waiting.at(-1); last && last.place >= place; last = this.#waiting.at(-1)) {
      this.#waiting.pop();
      if (last.isCounted) this.account.skip('slow', 1);
    }
  }

  /** The last picture that has begun is never sent to its end. */
  cutLast(): void {
    const { lastStart } = this;
    if (lastStart !== undefined) this.cut(lastStart);
  }

  /** Those that were handed on longer ago than this have arrived. */
  confirm(unconfirmedMs: number, nowNs: bigint): void {
    const untilNs = nowNs - BigInt(Math.ceil(unconfirmedMs)) * NS_PER_MS;
    for (let [first] = this.#handed; first && first.handedNs <= untilNs; [first] = this.#handed) {
      this.#confirmFirst(first);
    }
  }

  /** The way has broken: those that were handed on in this time are lost, and those that were not yet. */
  lose(unconfirmedMs: number, nowNs: bigint): void {
    this.confirm(unconfirmedMs, nowNs);
    const lost = [...this.#handed, ...this.#waiting].filter(({ isCounted }) => isCounted);
    this.account.skip('broken', lost.length);
    this.#handed.length = 0;
    this.#waiting.length = 0;
  }

  /** Nothing comes after this: `isAllHanded`, where the last picture has been handed on to its end. */
  finish(isAllHanded: boolean, nowNs: bigint): void {
    if (isAllHanded) this.ended(Infinity, nowNs);
    this.confirm(0, nowNs);
    this.lose(0, nowNs);
  }

  #hand(nowNs: bigint): void {
    const picture = this.#waiting.shift();
    if (picture) this.#handed.push({ ...picture, handedNs: nowNs });
    const [first] = this.#handed;
    if (first && this.#handed.length > MOST_UNCONFIRMED) this.#confirmFirst(first);
  }

  #confirmFirst({ cameNs, isCounted }: HandedPicture): void {
    this.#handed.shift();
    this.#lastGotNs = cameNs;
    if (isCounted) this.account.sentPictures += 1;
  }
}
