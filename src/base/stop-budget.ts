// How long the steps of stopping may take, one after the other. Whoever takes longer is left behind or ended.

/** For the frame that is being written: ffmpeg has to take the rest of it. */
export const LAST_FRAME_LIMIT_MS = 500;

/** For ffmpeg, from the end of its input: it encodes the frames that it holds and finishes the output. */
export const TRAILER_LIMIT_MS = 1_500;

/** For an ffmpeg that was late with that: it gets SIGTERM, and is killed after this long. */
export const TERMINATE_LIMIT_MS = 300;

/**
 * For the outputs, once they have the last picture: what a link still holds has to arrive, which takes about twice its latency. So
 * much they have in any case, and as a rule all that the steps before have not taken.
 */
export const DRAIN_LIMIT_MS = 1_600;

/** For the mover, to close its descriptors and take its consumer group out of Redis. */
export const LEAVE_LIMIT_MS = 500;

/** For all of it: after the word to stop, the process ends within 5 s whatever hangs. */
export const STOP_LIMIT_MS = 4_500;

/**
 * How long the outputs may take for that.
 * @param sinceStopMs since the word to stop; absent: there was none, but it may come right now, and has to be obeyed then
 */
export function drainLimitMs(sinceStopMs = LAST_FRAME_LIMIT_MS): number {
  return Math.max(DRAIN_LIMIT_MS, STOP_LIMIT_MS - LEAVE_LIMIT_MS - sinceStopMs);
}
