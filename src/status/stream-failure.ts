import { inSeconds } from '../base/clock.ts';
import { whereInWords, type Where } from './where.ts';

/** The message that the stream to a destination has failed, with the reason, and when it is tried again. */
export function streamFailureInWords(shown: string, reason: string, retryMs: number): string {
  return `the stream to ${shown} failed: ${reason}; trying again in ${inSeconds(retryMs)} s`;
}

/** The same of a whole session, which may have no destination but only a recorder. */
export function sessionFailureInWords(where: Where, reason: string, retryMs: number): string {
  const { stream, recording } = whereInWords(where);
  if (recording === undefined) return streamFailureInWords(stream, reason, retryMs);
  return `the recording in ${recording} failed: ${reason}; trying again in ${inSeconds(retryMs)} s`;
}
