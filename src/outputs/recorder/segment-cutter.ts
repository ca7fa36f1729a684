import { TICKS_PER_SECOND } from '../../mpegts/packet.ts';
import { ticksBetween } from '../../mpegts/ticks.ts';

/** Half a period at 24 a second: where keyframes do not come at whole seconds, the one that is meant may come a little early. */
const EARLY_MS = 20;

/** Says with which keyframes segments begin. */
export class SegmentCutter {
  readonly #leastTicks: number;
  /** When the first picture of the present segment is shown; undefined before it. */
  #firstTicks: number | undefined;

  constructor(segmentMs: number) {
    this.#leastTicks = ((segmentMs - EARLY_MS) * TICKS_PER_SECOND) / 1000;
  }

  /**
   * The next keyframe. Where time has jumped by more than can be told, by half a day, a segment begins, too.
   * @param ptsTicks when it is shown, as written in the stream
   * @returns whether a segment begins with it
   */
  isCutAt(ptsTicks: number): boolean {
    const first = this.#firstTicks;
    const lastedTicks = first === undefined ? Infinity : ticksBetween(first, ptsTicks);
    if (lastedTicks >= 0 && lastedTicks < this.#leastTicks) return false;
    this.#firstTicks = ptsTicks;
    return true;
  }

  /** The present segment ends: one begins with the next keyframe. */
  end(): void {
    this.#firstTicks = undefined;
  }
}
