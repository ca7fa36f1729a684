import type { SourceCounts, Ages, FrameCounts } from '../base/counts.ts';
import type { EncoderCounts } from './encoder-stats.ts';

/** Everything that has been counted by some time since the start. */
export interface Totals {
  readonly frames: FrameCounts;
  readonly encoder: EncoderCounts;
  readonly source: SourceCounts;
}

/** What one report line is made of. */
export interface ReportInput {
  readonly state: string;
  /** The interval: what was counted at its start and its end. */
  readonly before: Totals;
  readonly after: Totals;
  readonly seconds: number;
  /** The frame rate that is asked for. */
  readonly framesPerSecond: number;
  /** Ages in the interval. */
  readonly ages: Ages;
}

/** One line an interval, for a person and for grep. */
export function reportLine({ state, before, after, seconds, framesPerSecond, ages }: ReportInput): string {
  const frames = (name: keyof FrameCounts) => after.frames[name] - before.frames[name];
  const dropped = droppedOf(after) - droppedOf(before);
  // What turns out to be lost may have been sent in the interval before.
  const unique = Math.max(0, frames('unique') - frames('lost'));
  const speed = (after.encoder.frames - before.encoder.frames) / seconds / framesPerSecond;
  const megabits = ((after.encoder.bytes - before.encoder.bytes) * 8) / seconds / 1e6;
  return [
    state,
    `out ${rate(frames('output'), seconds)} fps, ${sourceInWords(before, after, seconds)}`,
    `unique ${unique}, dup ${frames('dup')}, dropped ${dropped}, wrong ${frames('wrong')}, lost ${frames('lost')}`,
    `backlog age ${agesInWords(ages)}, late ticks ${frames('late')}`,
    `encoder ${speed.toFixed(2)}x, ${megabits.toFixed(2)} Mbit/s`,
  ].join(' | ');
}

/**
 * What became of every frame since the start of the program: source = unique + dropped + wrong + lost on the way +
 * waiting. A report line that got lost has then lost nothing.
 */
export function totalsLine({ frames, source }: Totals): string {
  const { dup, wrong, lost } = frames;
  const unique = frames.unique - lost;
  const dropped = droppedOf({ frames, source });
  const known = `unique ${unique}, dup ${dup}, dropped ${dropped}, wrong ${wrong}, lost on the way ${lost}`;
  if (source.kind === 'not-counted') return `since the start: source not counted, ${known}`;
  const waiting = source.entries - unique - dropped - wrong - lost;
  return `since the start: source ${source.entries}, ${known}, waiting ${waiting}`;
}

/** Trimmed or replaced here, or passed over in Redis. */
function droppedOf({ frames, source }: Pick<Totals, 'frames' | 'source'>): number {
  return frames.dropped + (source.kind === 'counted' ? source.passedOver : 0);
}

function sourceInWords(before: Totals, after: Totals, seconds: number): string {
  if (before.source.kind === 'counted' && after.source.kind === 'counted') {
    return `source ${rate(after.source.entries - before.source.entries, seconds)} fps`;
  }
  const readOf = ({ frames }: Totals) => frames.read + frames.wrong;
  return `source not counted, ${rate(readOf(after) - readOf(before), seconds)} fps read`;
}

function rate(count: number, seconds: number): string {
  return (count / seconds).toFixed(2);
}

function agesInWords({ count, sumMs, maxMs }: Ages): string {
  return count === 0 ? '- ms' : `${(sumMs / count).toFixed(0)} ms (max ${maxMs.toFixed(0)})`;
}
