// How long the steps of stopping may take, one after the other. Whoever takes longer is left behind or ended.

/** For the frame that is being written: ffmpeg has to take the rest of it. */
export const LAST_FRAME_LIMIT_MS = 700;

/** For ffmpeg, from the end of its input: it encodes the frames that it holds and finishes the output. */
export const TRAILER_LIMIT_MS = 2_000;

/** For an ffmpeg that was late with that: it gets SIGTERM, and is killed after this long. */
export const TERMINATE_LIMIT_MS = 800;

/** For the mover, to close its descriptors and take its consumer group out of Redis. */
export const LEAVE_LIMIT_MS = 700;

/** For all of it: after the word to stop, the process ends within 5 s whatever hangs. */
export const STOP_LIMIT_MS = 4_500;
