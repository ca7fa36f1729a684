import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { DropCause } from '../base/counts.ts';
import type { FrameReader, OrderedRead } from '../base/frame-reader.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import { BacklogTrimmer } from './backlog-trimmer.ts';
import type { Feed } from './feed.ts';
import type { FrameHolder } from './frame-holder.ts';

/**
 * A frame that was written less than this before it was asked for is as good as waited for: with one frame less in the
 * stream the next uneven one would miss its tick.
 */
const TIGHT_NS = 5n * NS_PER_MS;
/** A read that takes so long ends a silence: with the usual idle timeout a new video would begin now, with the newest frame. */
const SILENCE_NS = 5n * NS_PER_SECOND;
/** A source, or a Redis, that is back brings what it has kept meanwhile within a moment; the picture is to be live in a second. */
const RETURN_NS = 800n * NS_PER_MS;

/** When a frame was asked for, and when it was there. */
interface ReadTimes {
  readonly askedNs: bigint;
  readonly nowNs: bigint;
}

interface JudgedRead extends ReadTimes {
  readonly isTooLate: boolean;
}

/**
 * scale: frames in their order, one fetched ahead of the tick that takes it; a burst stays in the stream and is spread
 * over the ticks that follow. Only what has piled up in a silence is passed over: nobody wants to see that before the present.
 */
export class ScaleFeed implements Feed {
  readonly #trimmer: BacklogTrimmer;
  /** When the first frame after a silence came. */
  #returnedNs: bigint | undefined;

  constructor(
    private readonly reader: FrameReader,
    private readonly holder: FrameHolder,
    private readonly clock: Clock,
    trimAfterNs: bigint,
  ) {
    this.#trimmer = new BacklogTrimmer(trimAfterNs, clock.nowNs());
  }

  async run(signal: AbortSignal): Promise<void> {
    /** The next one takes the place of the one that was read, if it comes before the tick; that one is dropped for this cause. */
    let ahead: DropCause | undefined;
    for (;;) {
      // Where the next one does not come in time, the tick has the one before it, and repeats nothing.
      if (!ahead) await this.holder.whenTaken(signal);
      if (signal.aborted) return;
      const askedNs = this.clock.nowNs();
      const read = await this.reader.next(signal);
      const nowNs = this.clock.nowNs();
      // It was asked for a tick too early, to replace the one before it: that it came too late for that is no shortage.
      const isTooLate: boolean = ahead !== undefined && !this.holder.hasNext;
      this.holder.offer(read.frame, nowNs, ahead);
      ahead = this.#isToTrim(read, { askedNs, nowNs, isTooLate }) ? 'trimmed' : undefined;
      if (!this.#hasPiledUp(read, { askedNs, nowNs })) continue;
      await this.#offerNewest(signal);
      ahead = 'replaced';
    }
  }

  onStarvedTick(nowNs: bigint): void {
    this.#trimmer.starved(nowNs);
  }

  #isToTrim({ frame, waited, passedOver }: OrderedRead, { askedNs, nowNs, isTooLate }: JudgedRead): boolean {
    // Past the maximum delay the stream is being thinned out as it is; trimming would only cost another read.
    if (passedOver) return false;
    const { writtenNs } = frame;
    const isTight = waited || (writtenNs !== undefined && askedNs - writtenNs < TIGHT_NS);
    const ageNs = writtenNs === undefined ? undefined : nowNs - writtenNs;
    return this.#trimmer.judge(isTight && !isTooLate, nowNs, ageNs) === 'trim';
  }

  /** Whether more waits behind the frame, and a silence is what it has piled up in. */
  #hasPiledUp({ frame, waited }: OrderedRead, { askedNs, nowNs }: ReadTimes): boolean {
    if (nowNs - askedNs >= SILENCE_NS) this.#returnedNs = nowNs;
    const isReturning = this.#returnedNs !== undefined && nowNs - this.#returnedNs < RETURN_NS;
    const isNewest = waited || (frame.writtenNs !== undefined && nowNs - frame.writtenNs < TIGHT_NS);
    return isReturning && !isNewest;
  }

  async #offerNewest(signal: AbortSignal): Promise<void> {
    const newest = await this.reader.newest(signal);
    if (newest) this.holder.offer(newest, this.clock.nowNs());
  }
}
