/** What the program says, at debug level with each report, has become of the frames since its start. */
export interface FrameTotals {
  readonly unique: number;
  readonly dup: number;
  /** For whatever cause. */
  readonly dropped: number;
  readonly lost: number;
  /** Not known yet what becomes of them: those that are passed over are among them until reading has caught up. */
  readonly waiting: number;
}

/** The line of it. */
export const TOTALS_LINE =
  /since the start: source .*, unique (\d+), dup (\d+), dropped (\d+) \([^)]*\), wrong 0, lost on the way (\d+)(?:, waiting (\d+))?/;

/** @throws Error where the line is another one, or frames were wrong */
export function frameTotals(line: string): FrameTotals {
  const found = TOTALS_LINE.exec(line);
  if (!found) throw new Error(`these are no totals: ${line}`);
  const [unique = 0, dup = 0, dropped = 0, lost = 0] = found.slice(1, 5).map(Number);
  return { unique, dup, dropped, lost, waiting: Number(found[5] ?? 0) };
}

/** The last ones in a log, which are complete once the program has stopped. @throws Error where there are none */
export function lastFrameTotals(lines: readonly string[]): FrameTotals {
  return frameTotals(lines.findLast((line) => TOTALS_LINE.test(line)) ?? '');
}
