import { secondsBetween } from '../base/clock.ts';
import type { Interval, Snapshot } from './snapshot.ts';
import type { StatusSettings } from './status-settings.ts';

/**
 * The line for `systemctl status`: what the service does now.
 * @param recent the last few seconds of the session, where there are figures of it
 */
export function statusLine(
  now: Snapshot,
  names: Pick<StatusSettings, 'stream' | 'destination'>,
  recent?: Interval,
): string {
  const { state, output = names.destination } = now.session;
  switch (state.kind) {
    case 'waiting':
      return `waiting for frames on ${names.stream}`;
    case 'starting':
      return `opening ${output}`;
    case 'closing':
      return `closing the stream to ${output}`;
    case 'failed':
      return `retrying in ${(state.retryMs / 1000).toFixed(1)} s: ${state.failure.text}`;
    case 'streaming':
      return recent === undefined ? `streaming to ${output}` : streamingLine(output, recent, now);
  }
}

function streamingLine(output: string, { before, ages }: Interval, after: Snapshot): string {
  const fps = (
    (after.frames.output - before.frames.output) /
    secondsBetween(before.atNs, after.atNs)
  ).toFixed(1);
  const lag = ages.count === 0 ? '' : `, lag ${(ages.sumMs / ages.count).toFixed(0)} ms`;
  return `streaming ${fps} fps to ${output}, ${after.frames.dup - before.frames.dup} dup${lag}`;
}
