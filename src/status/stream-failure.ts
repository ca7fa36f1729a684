import { inSeconds } from '../base/clock.ts';

/** The message that the stream to a destination has failed, with the reason, and when it is tried again. */
export function streamFailureInWords(shown: string, reason: string, retryMs: number): string {
  return `the stream to ${shown} failed: ${reason}; trying again in ${inSeconds(retryMs)} s`;
}
