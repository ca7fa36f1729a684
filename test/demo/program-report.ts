/** What the program's report lines say, added up over all of them. */
export interface ProgramReport {
  readonly lines: number;
  readonly unique: number;
  readonly dup: number;
  readonly dropped: number;
  readonly wrong: number;
  readonly lateTicks: number;
  /** From XADD to ffmpeg, in the last line: as it is written there. */
  readonly backlogAge: string;
  readonly encoder: string;
}

const REPORT = /\| out [\d.]+ fps/;

/** Reads the report lines among all lines of the log. */
export function readReports(log: readonly string[]): ProgramReport {
  const reports = log.filter((line) => REPORT.test(line));
  const sum = (name: string) =>
    reports.reduce((total, line) => total + Number(new RegExp(`${name} (\\d+)`).exec(line)?.[1] ?? 0), 0);
  const last = reports.at(-1) ?? '';
  return {
    lines: reports.length,
    unique: sum('unique'),
    dup: sum('dup'),
    dropped: sum('dropped'),
    wrong: sum('wrong'),
    lateTicks: sum('late ticks'),
    backlogAge: /backlog age ([^,|]+)/.exec(last)?.[1]?.trim() ?? '-',
    encoder: /\| encoder ([^|]+)/.exec(last)?.[1]?.trim() ?? '-',
  };
}
