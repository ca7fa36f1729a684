import type { Failure } from './failure.ts';

/** What one output is doing: where the bytes of the video go, and whether they get there. */
export type OutputState =
  /** It is being opened: a name looked up, a handshake made, a file made. */
  | { readonly kind: 'connecting' }
  /** It waits to be called, for as long as it takes; nobody has called yet. */
  | { readonly kind: 'listening' }
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

/** What became of the video at one output since the start of the program. */
export interface OutputCounts {
  readonly sentBytes: number;
  /** Pictures handed on whole. */
  readonly sentPictures: number;
  /** Pictures that never got there, as far as that can be told: the output was away, too slow, or waited for a keyframe. */
  readonly skippedPictures: number;
  /** Tries to open it, the one that goes on included. */
  readonly attempts: number;
  /** Viewers that are connected to one that listens. */
  readonly viewers: number;
}
