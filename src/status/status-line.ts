import { inSeconds, secondsBetween } from '../base/clock.ts';
import { isStreaming, videoUse, type OutputStatus } from './output-status.ts';
import { shownAs, type Interval, type Snapshot } from './snapshot.ts';
import type { StatusSettings } from './status-settings.ts';
import { listInWords, openedInWords, whereInWords, type Where } from './where.ts';

type Names = Pick<StatusSettings, 'stream' | 'destinations' | 'recorder'>;

/**
 * The line for `systemctl status`: what the service does now.
 * @param recent the last few seconds of the session, where there are figures of it
 */
export function statusLine(now: Snapshot, names: Names, recent?: Interval): string {
  const { state } = now.session;
  switch (state.kind) {
    case 'waiting':
      return `waiting for frames on ${names.stream}`;
    case 'starting':
      return `opening ${openedInWords(whereOf(now, names))}`;
    case 'closing':
      return closingLine(whereOf(now, names));
    case 'failed':
      return `retrying in ${inSeconds(state.retryMs)} s: ${state.failure.text}`;
    case 'restarting':
      return `the next ffmpeg begins in ${inSeconds(state.retryMs)} s: ${state.failure.text}`;
    case 'streaming': {
      const troubles = now.outputs.flatMap((output) => troubleInWords(output, shownAs(now, output.name)));
      return [...videoInWords(now, names, recent), ...troubles].join('; ');
    }
  }
}

function whereOf(now: Snapshot, { destinations, recorder }: Names): Where {
  return { destinations: destinations.map((destination) => shownAs(now, destination)), recorder };
}

function closingLine(where: Where): string {
  const { stream, recording } = whereInWords(where);
  return recording === undefined
    ? `closing the stream to ${stream}`
    : `closing the recording in ${recording}`;
}

/** What becomes of the video, with the figures; of a recorder beside destinations that is said apart. */
function videoInWords(now: Snapshot, names: Names, recent: Interval | undefined): string[] {
  const { recorder = '' } = names;
  switch (videoUse(now.outputs, names)) {
    case 'streaming': {
      const isRecording = now.outputs.some((output) => output.name === recorder && isStreaming(output));
      return [
        withFigures('streaming', streamingTo(now, names), recent, now),
        ...(isRecording ? [`recording to ${recorder}`] : []),
      ];
    }
    case 'recording':
      return [withFigures('recording', recorder, recent, now)];
    case 'encoding':
      return [recent ? `encoding ${fpsOf(recent, now)} fps, ${figuresOf(recent, now)}` : 'encoding'];
  }
}

/** Those that stream, or the destination of the settings where ffmpeg writes to it itself. */
function streamingTo(now: Snapshot, names: Names): string {
  const ours = now.outputs.filter((output) => isStreaming(output) && output.name !== names.recorder);
  const shown = ours.map(({ name }) => shownAs(now, name));
  return listInWords(shown.length > 0 ? shown : whereOf(now, names).destinations);
}

function withFigures(doing: string, where: string, recent: Interval | undefined, now: Snapshot): string {
  if (!recent) return `${doing} to ${where}`;
  return `${doing} ${fpsOf(recent, now)} fps to ${where}, ${figuresOf(recent, now)}`;
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
    case 'standby':
    case 'streaming':
    case 'closed':
      return [];
  }
}
