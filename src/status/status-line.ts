import { inSeconds, secondsBetween } from '../base/clock.ts';
import { isAnyStreaming, type OutputStatus } from './output-status.ts';
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
      return `retrying in ${inSeconds(state.retryMs)} s: ${state.failure.text}`;
    case 'restarting':
      return `the next ffmpeg begins in ${inSeconds(state.retryMs)} s: ${state.failure.text}`;
    case 'streaming': {
      const shownAs = ({ name }: OutputStatus) => (name === names.destination ? output : name);
      return [
        isAnyStreaming(now.outputs)
          ? streamingLine(streamingTo(now, shownAs) || output, recent, now)
          : encodingLine(recent, now),
        ...now.outputs.flatMap((one) => troubleInWords(one, shownAs(one))),
      ].join('; ');
    }
  }
}

function streamingTo({ outputs }: Snapshot, shownAs: (output: OutputStatus) => string): string {
  return outputs
    .filter(({ state }) => state.kind === 'streaming')
    .map(shownAs)
    .join(' and ');
}

function streamingLine(output: string, recent: Interval | undefined, after: Snapshot): string {
  if (!recent) return `streaming to ${output}`;
  return `streaming ${fpsOf(recent, after)} fps to ${output}, ${figuresOf(recent, after)}`;
}

function encodingLine(recent: Interval | undefined, after: Snapshot): string {
  return recent ? `encoding ${fpsOf(recent, after)} fps, ${figuresOf(recent, after)}` : 'encoding';
}

function fpsOf({ before }: Interval, after: Snapshot): string {
  const seconds = secondsBetween(before.atNs, after.atNs);
  return ((after.frames.output - before.frames.output) / seconds).toFixed(1);
}

function figuresOf({ before, ages }: Interval, after: Snapshot): string {
  const lag = ages.count === 0 ? '' : `, lag ${(ages.sumMs / ages.count).toFixed(0)} ms`;
  return `${after.frames.dup - before.frames.dup} dup${lag}`;
}

/** What an output does instead of streaming; where it has failed, also why, until it is good again. */
function troubleInWords({ state, failure }: OutputStatus, name: string): string[] {
  switch (state.kind) {
    case 'failed':
      return [`${name}: trying again in ${inSeconds(state.retryMs)} s: ${state.failure.text}`];
    case 'connecting':
      return [failure ? `${name}: trying again: ${failure.text}` : `${name}: connecting`];
    case 'settling':
      return [`${name}: connected just now`];
    case 'listening':
      return [`${name}: waiting for viewers`];
    case 'streaming':
    case 'closed':
      return [];
  }
}
