import type { PictureDelay } from '../link/picture-delays.ts';

/** How a picture came to life again. */
export interface Liveness {
  /** From the first new frame to the last byte of the first picture that was no later than pictures were before. */
  readonly liveMs: number;
  /** From the first new frame on; NaN where none came. */
  readonly oldestMs: number;
}

/**
 * How soon after a silence the picture was live.
 * @param delays of all pictures
 * @param firstNumber of the first frame after the silence
 * @param mayMs how late a picture may be at the most and be live
 */
export function livenessAfter(
  delays: readonly PictureDelay[],
  firstNumber: number,
  firstAddedMs: number,
  mayMs: number,
): Liveness {
  const after = delays.filter(({ number }) => number >= firstNumber);
  const live = after.find(({ delayMs }) => delayMs <= mayMs);
  return {
    liveMs: live ? live.addedMs + live.delayMs - firstAddedMs : Number.NaN,
    oldestMs: after.length === 0 ? Number.NaN : Math.max(...after.map(({ delayMs }) => delayMs)),
  };
}
