import { NS_PER_SECOND, periodNs, type FrameRate } from '../base/frame-rate.ts';

/** An ffmpeg that takes no whole frame is ended after 10 s; only after that is a standing tick loop a fault of ours. */
const STANDSTILL_NS = 15n * NS_PER_SECOND;

/** Tells whether the ticks go on while a stream runs; a loop that stands still must not pass for a living one. */
export class TickProgress {
  #output = 0;
  #changedNs: bigint;

  constructor(
    private readonly rate: FrameRate,
    nowNs: bigint,
  ) {
    this.#changedNs = nowNs;
  }

  /** @param output frames handed over so far */
  isMade(isStreaming: boolean, output: number, nowNs: bigint): boolean {
    if (!isStreaming || output !== this.#output) this.#changedNs = nowNs;
    this.#output = output;
    return nowNs - this.#changedNs <= STANDSTILL_NS + 2n * periodNs(this.rate);
  }
}
