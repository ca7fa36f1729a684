import { frameTotals, TOTALS_LINE } from '../../support/frame-totals.ts';
import { analyse } from '../../support/video.ts';

/**
 * Frames that came twice, never, in another order or unreadable: more of them than the pacing has repeated and dropped by the
 * program's own account, since a source is not always on time. NaN where no picture came.
 * @param numbers what each picture shows
 * @param lines of the program's log, at debug level
 * @throws Error where they have no account, or frames were wrong
 */
export function wrongFrames(numbers: readonly (number | undefined)[], lines: readonly string[]): number {
  const totals = frameTotals(lines.findLast((line) => TOTALS_LINE.test(line)) ?? '');
  const { dup, lost, backwards, unreadable } = analyse(numbers);
  const unexplained = Math.max(0, dup - totals.dup) + Math.max(0, lost - totals.dropped);
  return numbers.length === 0 ? Number.NaN : unexplained + totals.lost + backwards + unreadable;
}
