import type { Frame } from './frame.ts';

/** A frame read in order, and what the read says of the backlog. */
export interface OrderedRead {
  readonly frame: Frame;
  /** The frame was not there yet when it was asked for: nothing else is waiting in the stream. */
  readonly waited: boolean;
  /** Older frames were passed over, because they were past the maximum delay. */
  readonly passedOver: boolean;
}

/**
 * Frames of the stream from a position that only moves forward. Wrong entries are reported and passed over; lost
 * connections are reported and made again, for ever, inside these calls. One call at a time.
 */
export interface FrameReader {
  /** The frame after the position, as soon as there is one. Rejects only with the abort reason of `signal`. */
  next(signal: AbortSignal): Promise<OrderedRead>;
  /** The newest frame, if it is after the position; only this one is transferred. Rejects like `next`. */
  newest(signal: AbortSignal): Promise<Frame | undefined>;
}
