import { secondsBetween } from '../base/clock.ts';
import { droppedFrames, type Ages, type FrameCounts } from '../base/counts.ts';
import { framesPerSecond } from '../base/frame-rate.ts';
import { outputParts } from './output-report.ts';
import { videoUse } from './output-status.ts';
import type { Interval, Snapshot } from './snapshot.ts';
import type { StatusSettings } from './status-settings.ts';

type Counted = Pick<Snapshot, 'frames' | 'source'>;

/**
 * One line an interval, for a person and for grep.
 * @param settings the frame rate that is asked for, and which output is the recorder
 */
export function reportLine(
  { before, ages }: Interval,
  after: Snapshot,
  settings: Pick<StatusSettings, 'frameRate' | 'recorder'>,
): string {
  const seconds = secondsBetween(before.atNs, after.atNs);
  const frames = (name: keyof FrameCounts) => after.frames[name] - before.frames[name];
  const dropped =
    droppedFrames(after.frames) - droppedFrames(before.frames) + passedOverBetween(before, after);
  // What turns out to be lost may have been sent in the interval before.
  const unique = Math.max(0, frames('unique') - frames('lost'));
  const encodedFps = (after.encoder.frames - before.encoder.frames) / seconds;
  const speed = encodedFps / framesPerSecond(settings.frameRate);
  const megabits = ((after.encoder.bytes - before.encoder.bytes) * 8) / seconds / 1e6;
  return [
    doing(after, settings),
    `out ${perSecond(frames('output'), seconds)} fps, ${sourceInWords(before, after, seconds)}`,
    `unique ${unique}, dup ${frames('dup')}, dropped ${dropped}, wrong ${frames('wrong')}, lost ${frames('lost')}`,
    `backlog age ${agesInWords(ages)}, late ticks ${frames('late')}`,
    `encoder ${speed.toFixed(2)}x, ${megabits.toFixed(2)} Mbit/s`,
    ...outputParts(before.outputs, after.outputs, settings),
  ].join(' | ');
}

/**
 * What became of every frame since the start of the program: source = unique + dropped + wrong + lost on the way +
 * waiting. A report line that got lost has then lost nothing. What was encoded is what each output has sent or skipped.
 */
export function totalsLine({ frames, source, encoder }: Counted & Pick<Snapshot, 'encoder'>): string {
  const { dup, wrong, lost } = frames;
  const unique = frames.unique - lost;
  const dropped = droppedOf({ frames, source });
  const causes = causesInWords({ frames, source });
  const known = `unique ${unique}, dup ${dup}, dropped ${dropped} (${causes}), wrong ${wrong}, lost on the way ${lost}`;
  const encoded = `encoded ${encoder.frames}`;
  if (source.kind === 'not-counted') return `since the start: source not counted, ${known}, ${encoded}`;
  const waiting = source.entries - unique - dropped - wrong - lost;
  return `since the start: source ${source.entries}, ${known}, waiting ${waiting}, ${encoded}`;
}

/** What the service does; video that nobody gets is encoded, not streamed. */
function doing({ session, outputs }: Snapshot, settings: Pick<StatusSettings, 'recorder'>): string {
  const { kind } = session.state;
  return kind === 'streaming' ? videoUse(outputs, settings) : kind;
}

/** Nobody knows it of an interval in which the source was not counted at either end. */
function passedOverBetween(before: Counted, after: Counted): number {
  if (before.source.kind !== 'counted' || after.source.kind !== 'counted') return 0;
  return Math.max(0, after.source.passedOver - before.source.passedOver);
}

/** Dropped here, or passed over in Redis. */
function droppedOf({ frames, source }: Counted): number {
  return droppedFrames(frames) + (source.kind === 'counted' ? source.passedOver : 0);
}

function causesInWords({ frames, source }: Counted): string {
  const { trimmed, replaced, unsent } = frames;
  const here = `trimmed ${trimmed}, replaced ${replaced}, unsent ${unsent}`;
  return source.kind === 'counted' ? `${here}, passed over ${source.passedOver}` : here;
}

function sourceInWords(before: Counted, after: Counted, seconds: number): string {
  if (before.source.kind === 'counted' && after.source.kind === 'counted') {
    return `source ${perSecond(after.source.entries - before.source.entries, seconds)} fps`;
  }
  const readOf = ({ frames }: Counted) => frames.read + frames.wrong;
  return `source not counted, ${perSecond(readOf(after) - readOf(before), seconds)} fps read`;
}

function perSecond(count: number, seconds: number): string {
  return (count / seconds).toFixed(2);
}

function agesInWords({ count, sumMs, maxMs }: Ages): string {
  return count === 0 ? '- ms' : `${(sumMs / count).toFixed(0)} ms (max ${maxMs.toFixed(0)})`;
}
