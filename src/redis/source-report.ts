import type { SourceCounts } from '../base/counts.ts';

/** What became of the entries of a source, since it was first read. */
export interface SourceReport {
  /** Frames of the right size that were read. */
  readonly read: number;
  /** Entries of a wrong size or without the key. */
  readonly wrong: number;
  readonly source: SourceCounts;
}

/**
 * Both together, where reading went over from one source to another. What still waited in the one before is passed over:
 * nobody will read it any more. Of one before that was not counted there is what was read of it.
 */
export function continued(before: SourceReport, now: SourceReport): SourceReport {
  return {
    read: before.read + now.read,
    wrong: before.wrong + now.wrong,
    source: continuedSource(before, now.source),
  };
}

function continuedSource({ read, wrong, source }: SourceReport, now: SourceCounts): SourceCounts {
  if (now.kind === 'not-counted') return now;
  const entriesBefore = source.kind === 'counted' ? source.entries : read + wrong;
  return {
    kind: 'counted',
    entries: entriesBefore + now.entries,
    passedOver: entriesBefore - read - wrong + now.passedOver,
  };
}
