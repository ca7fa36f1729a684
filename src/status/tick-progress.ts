import { NS_PER_SECOND, periodNs, type FrameRate } from '../base/frame-rate.ts';
import type { Snapshot } from './snapshot.ts';

/** An ffmpeg that takes no whole frame is ended after 10 s; only after that is a standing tick loop a fault of ours. */
const STANDSTILL_NS = 15n * NS_PER_SECOND;

/** Whether the ticks go on while a session streams; a loop that stands still must not pass for a living one. */
export function ticksGoOn({ atNs, ticksNs }: Snapshot, rate: FrameRate): boolean {
  return atNs - ticksNs <= STANDSTILL_NS + 2n * periodNs(rate);
}
