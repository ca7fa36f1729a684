import type { Ages, Counts } from './stats.ts';

/** What one report line is made of: the counts of an interval, not since the start. */
export interface ReportInput {
  readonly seconds: number;
  readonly framesPerSecond: number;
  readonly state: string;
  readonly counts: Counts;
  readonly ages: Ages | undefined;
  /** Entries added to the stream, as far as Redis tells, and those passed over there unread. */
  readonly source: { readonly entriesAdded: number; readonly passedOver: number };
}

/** The difference of two states of the counters. */
export function countsBetween(before: Counts, after: Counts): Counts {
  return {
    output: after.output - before.output,
    unique: after.unique - before.unique,
    dup: after.dup - before.dup,
    dropped: after.dropped - before.dropped,
    wrong: after.wrong - before.wrong,
    read: after.read - before.read,
    late: after.late - before.late,
    encodedFrames: after.encodedFrames - before.encodedFrames,
    encodedBytes: after.encodedBytes - before.encodedBytes,
  };
}

/** One line an interval, for a person and for grep. */
export function reportLine(input: ReportInput): string {
  const { counts, seconds, source } = input;
  const arrived = Math.max(source.entriesAdded, counts.read + counts.wrong);
  const dropped = counts.dropped + source.passedOver;
  return [
    input.state,
    `out ${rate(counts.output, seconds)} fps, source ${rate(arrived, seconds)} fps`,
    `unique ${counts.unique}, dup ${counts.dup}, dropped ${dropped}, wrong ${counts.wrong}`,
    `backlog age ${agesInWords(input.ages)}, late ticks ${counts.late}`,
    `encoder ${encoderInWords(input)}`,
  ].join(' | ');
}

function rate(count: number, seconds: number): string {
  return (count / seconds).toFixed(2);
}

function agesInWords(ages: Ages | undefined): string {
  return ages === undefined ? '- ms' : `${ages.meanMs.toFixed(0)} ms (max ${ages.maxMs.toFixed(0)})`;
}

function encoderInWords({ counts, seconds, framesPerSecond }: ReportInput): string {
  const speed = counts.encodedFrames / seconds / framesPerSecond;
  const megabits = (counts.encodedBytes * 8) / seconds / 1e6;
  return `${speed.toFixed(2)}x, ${megabits.toFixed(2)} Mbit/s`;
}
