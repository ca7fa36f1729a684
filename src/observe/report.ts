import type { EncoderCounts } from './encoder-stats.ts';
import type { Ages, FrameCounts } from './frame-stats.ts';

/** Everything that has been counted by some time since the start. */
export interface Totals {
  readonly frames: FrameCounts;
  readonly encoder: EncoderCounts;
  /** Entries added to the stream, as far as Redis tells, and those passed over there unread. */
  readonly source: { readonly entriesAdded: number; readonly passedOver: number };
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
  const added = after.source.entriesAdded - before.source.entriesAdded;
  const isCounted = after.source.entriesAdded > 0;
  const arrived = isCounted ? added : frames('read') + frames('wrong');
  const dropped = frames('dropped') + after.source.passedOver - before.source.passedOver;
  const speed = (after.encoder.frames - before.encoder.frames) / seconds / framesPerSecond;
  const megabits = ((after.encoder.bytes - before.encoder.bytes) * 8) / seconds / 1e6;
  return [
    state,
    `out ${rate(frames('output'), seconds)} fps, source ${rate(arrived, seconds)} fps`,
    `unique ${frames('unique')}, dup ${frames('dup')}, dropped ${dropped}, wrong ${frames('wrong')}`,
    `backlog age ${agesInWords(ages)}, late ticks ${frames('late')}`,
    `encoder ${speed.toFixed(2)}x, ${megabits.toFixed(2)} Mbit/s`,
  ].join(' | ');
}

function rate(count: number, seconds: number): string {
  return (count / seconds).toFixed(2);
}

function agesInWords({ count, sumMs, maxMs }: Ages): string {
  return count === 0 ? '- ms' : `${(sumMs / count).toFixed(0)} ms (max ${maxMs.toFixed(0)})`;
}
