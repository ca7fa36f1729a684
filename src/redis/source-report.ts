import type { SourceCounts } from '../base/counts.ts';

/** What became of the entries of a source, since it was first read. */
export interface SourceReport {
  /** Frames of the right size that were read. */
  readonly read: number;
  /** Entries of a wrong size or without the key. */
  readonly wrong: number;
  readonly source: SourceCounts;
}

/** The report of a source that is not read any more. */
export interface EndedReport extends SourceReport {
  readonly source: Extract<SourceCounts, { kind: 'counted' }>;
}

/**
 * What is left to say of a source that reading has left: what still waited in it is passed over, for nobody will read it any
 * more. Of one that was not counted there is what was read of it.
 */
export function ended({ read, wrong, source }: SourceReport): EndedReport {
  const entries = source.kind === 'counted' ? source.entries : read + wrong;
  return { read, wrong, source: { kind: 'counted', entries, passedOver: entries - read - wrong } };
}

/** Both together, where reading went over from one source to another. */
export function continued(before: EndedReport, now: EndedReport): EndedReport;
export function continued(before: EndedReport, now: SourceReport): SourceReport;
export function continued(before: EndedReport, now: SourceReport): SourceReport {
  return {
    read: before.read + now.read,
    wrong: before.wrong + now.wrong,
    source: continuedSource(before.source, now.source),
  };
}

function continuedSource(before: EndedReport['source'], now: SourceCounts): SourceCounts {
  if (now.kind === 'not-counted') return now;
  return {
    kind: 'counted',
    entries: before.entries + now.entries,
    passedOver: before.passedOver + now.passedOver,
  };
}
