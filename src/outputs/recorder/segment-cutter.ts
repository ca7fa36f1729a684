import { TICKS_PER_SECOND } from '../../mpegts/packet.ts';
import { ticksBetween } from '../../mpegts/ticks.ts';

/** Half a period at 24 a second: where keyframes do not come at whole seconds, the one that is meant may come a little early. */
const EARLY_MS = 20;

/** A segment ends with the first keyframe that is so far behind its first one, or at a place so far behind. */
export interface SegmentBounds {
  readonly segmentMs: number;
  readonly mostBytes: number;
}

interface Begun {
  /** When the first picture of the segment is shown, as written in the stream. */
  readonly ticks: number;
  readonly place: number;
}

/** Says with which keyframes segments begin. */
export class SegmentCutter {
  readonly #leastTicks: number;
  /** The present segment; undefined before it. */
  #begun: Begun | undefined;

  constructor(private readonly bounds: SegmentBounds) {
    this.#leastTicks = ((bounds.segmentMs - EARLY_MS) * TICKS_PER_SECOND) / 1000;
  }

  /**
   * The next keyframe. Where time has jumped by more than can be told, by half a day, a segment begins, too.
   * @param ptsTicks when it is shown, as written in the stream
   * @param place where it lies, by the bytes before it
   * @returns whether a segment begins with it
   */
  isCutAt(ptsTicks: number, place: number): boolean {
    if (this.#begun && !this.#isFull(this.#begun, ptsTicks, place)) return false;
    this.#begun = { ticks: ptsTicks, place };
    return true;
  }

  /** The present segment ends: one begins with the next keyframe. */
  end(): void {
    this.#begun = undefined;
  }

  #isFull(begun: Begun, ptsTicks: number, place: number): boolean {
    const lastedTicks = ticksBetween(begun.ticks, ptsTicks);
    const isLong = lastedTicks < 0 || lastedTicks >= this.#leastTicks;
    return isLong || place - begun.place >= this.bounds.mostBytes;
  }
}
