import { StreamFollower } from '../../src/mpegts/stream-follower.ts';
import { Timeline, type TimelineJoin } from '../../src/mpegts/timeline.ts';
import { encoded, seenIn, type EncoderOptions, type Seen } from './made-encoder.ts';

/** Of 24 pictures a second. */
export const PERIOD = 3_750;
/** Times have 33 bits. */
export const MODULUS = 2 ** 33;
export const FIRST: TimelineJoin = { kind: 'first-of-session' };
export const GOES_ON: TimelineJoin = { kind: 'goes-on', lostFrames: 0 };

/** A timeline that is handed the streams of encoders, one after the other. */
export class TimelineStage {
  readonly timeline = new Timeline();
  nowNs = 5_000_000_000n;

  /** @param waitMs real time from the last picture before to the first of this one */
  run(join: TimelineJoin, options: Partial<EncoderOptions> = {}, waitMs = 40): Seen {
    const { periodTicks = PERIOD, count = 4 } = options;
    this.timeline.begin(join, periodTicks);
    this.nowNs += BigInt(waitMs * 1e6);
    const packets = encoded({ periodTicks, count, ...options });
    this.rewrite(packets);
    return seenIn(packets);
  }

  rewrite(packets: Uint8Array): void {
    this.timeline.rewrite(packets, new StreamFollower().follow(packets), this.nowNs);
  }
}

/** When its pictures are shown. */
export function ptsOf(seen: Seen): number[] {
  return seen.units.map((unit) => unit.ptsTicks);
}
