import type { Failure } from './failure.ts';

/** A session that was open this long was a good one: the next failure is a new one. */
export const GOOD_SESSION_MS = 10_000;

/** What the service is doing: waiting for a frame, or in some part of a session, which is one video from open to close. */
export type SessionState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'streaming' }
  /** ffmpeg has failed: the next one begins in the same session, whose outputs stay open. */
  | { readonly kind: 'restarting'; readonly failure: Failure; readonly retryMs: number }
  | { readonly kind: 'closing'; readonly reason: 'idle' | 'stopped' | 'settings' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly retryMs: number };
