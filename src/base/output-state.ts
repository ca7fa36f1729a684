import type { Failure } from './failure.ts';

/** What one output is doing: where the bytes of the video go, and whether they get there. */
export type OutputState =
  /** It is being opened: a name looked up, a handshake made, a file made. */
  | { readonly kind: 'connecting' }
  /** It waits to be called, for as long as it takes; nobody has called yet. */
  | { readonly kind: 'listening' }
  /** A recorder that waits for an outage: another output gets the video. */
  | { readonly kind: 'standby' }
  /** It is open, and has not held for long enough yet to be called good. */
  | { readonly kind: 'settling' }
  | { readonly kind: 'streaming' }
  /** It is tried again after `retryMs`. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly retryMs: number }
  | { readonly kind: 'closed' };

/** What a link tells of itself, over its present connection. */
export interface LinkFigures {
  /** Smoothed, as the link measures it. */
  readonly rttMs: number;
  readonly sentPackets: number;
  /** Reported as lost by the receiver. */
  readonly lostPackets: number;
  readonly resentPackets: number;
  /** Given up by the sender, since they would have come too late. */
  readonly droppedPackets: number;
  /** How much video waits in the sender's buffer for its acknowledgement. */
  readonly bufferMs: number;
  readonly bufferBytes: number;
  /** What both sides have agreed on. */
  readonly latencyMs: number;
  /** Bytes that the output has handed to the link. */
  readonly handedBytes: number;
  readonly connectedMs: number;
}

/** Why pictures never got to an output, as far as that can be told. */
export const SKIP_CAUSES = ['away', 'slow', 'broken', 'standby'] as const;
/**
 * away: it was not open, or waited for the keyframe that it begins with. slow: more waited for it than may, from there to the
 * next keyframe. broken: they were on their way when it broke or was closed. standby: nobody wanted them, which is no loss: a
 * listener had no viewer, a recorder no outage.
 */
export type SkipCause = (typeof SKIP_CAUSES)[number];
export type SkippedPictures = Readonly<Record<SkipCause, number>>;

/** Pictures that an output should have got and has not. */
export function missedPictures({ away, slow, broken }: SkippedPictures): number {
  return away + slow + broken;
}

/** What a recorder has in its folder. */
export interface RecordingFigures {
  /** Segments of its own, finished ones and the one that is being written, those of earlier starts too. */
  readonly segments: number;
  readonly sizeBytes: number;
  /** When the oldest of them began, by the clock of the machine, in milliseconds since 1970; absent where there is none. */
  readonly oldestMs?: number;
  /** Segments that it has deleted since the start of the program to make room. */
  readonly deletedSegments: number;
  /** What others may still write to this disk, as it is now. */
  readonly freeBytes: number;
}

/**
 * What became of the video at one output since the start of the program. Each picture that was encoded while it was in use is
 * either sent or skipped, once it is known which.
 */
export interface OutputCounts {
  readonly sentBytes: number;
  /** Pictures handed on whole. */
  readonly sentPictures: number;
  readonly skipped: SkippedPictures;
  /** Tries to open it, the one that goes on included. */
  readonly attempts: number;
  /** Viewers that are connected to one that listens. */
  readonly viewers: number;
}
