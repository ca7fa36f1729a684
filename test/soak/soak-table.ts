import { figure, headLine, rowLine, type Column } from '../bench/table.ts';
import type { PastFault } from './fault-run.ts';
import type { Course } from './growth.ts';
import { skippedSum } from './program-lines.ts';
import type { Recovery } from './recovery.ts';
import type { SegmentCheck } from './segments.ts';
import type { SoakResult } from './soak-run.ts';
import type { Verdict } from './verdict.ts';

interface KindRow {
  readonly kind: string;
  readonly count: number;
  readonly longestMs: number;
}

const KIND_COLUMNS: readonly Column<KindRow>[] = [
  { head: 'fault', widthChars: 18, cell: ({ kind }) => kind },
  { head: 'number', widthChars: 6, cell: ({ count }) => `${count}` },
  { head: 'longest s', widthChars: 9, cell: ({ longestMs }) => figure(longestMs / 1000, 1) },
];

const COURSE_COLUMNS: readonly Column<Course>[] = [
  { head: 'figure', widthChars: 18, cell: ({ figure: name }) => name },
  { head: 'calm before', widthChars: 11, cell: ({ begin }) => figure(begin, 1) },
  { head: '2nd quarter', widthChars: 11, cell: ({ second }) => figure(second, 1) },
  { head: 'last quarter', widthChars: 12, cell: ({ last }) => figure(last, 1) },
  { head: 'calm after', widthChars: 10, cell: ({ end }) => figure(end, 1) },
  { head: 'most', widthChars: 8, cell: ({ max }) => figure(max, 1) },
];

/** The table of a run, for a person. */
export function soakTable(result: SoakResult, verdict: Verdict, segments: SegmentCheck): string[] {
  return [
    '',
    headLine(KIND_COLUMNS),
    ...kindRows(result.faults).map((row) => rowLine(KIND_COLUMNS, row)),
    '',
    ...frameLines(result, verdict),
    '',
    ...outputLines(verdict),
    ...result.receivers.map(({ name, pictureMs }) => `received at ${name}: ${pictureMs.length} pictures`),
    `recordings: ${segments.finished} finished, ${segments.unfinished} not; ${segments.decoded} of them and of earlier ones decoded`,
    `quota: ${quotaInWords(verdict.quotaExcessBytes)}${result.isOwnDisk ? '' : '; no disk of its own, since not root'}`,
    '',
    `next picture at the first receiver, worst: ${recoveryInWords(verdict.worstPicture)}`,
    `new frames again, to within 1 s, worst: ${recoveryInWords(verdict.worstFrames)}`,
    `longest gap at the first receiver that no fault explains: ${figure(verdict.gap.lengthMs, 0)} ms, until ${timeOfDay(verdict.gap.atMs + result.wallAtZeroMs)}`,
    `oldest frame ${figure(verdict.oldestMs, 0)} ms, late ticks ${verdict.lateTicks}`,
    '',
    headLine(COURSE_COLUMNS),
    ...verdict.courses.map((course) => rowLine(COURSE_COLUMNS, course)),
    ...errorLines(verdict),
    '',
    ...(verdict.reasons.length === 0
      ? ['all is well']
      : ['NOT GOOD:', ...verdict.reasons.map((one) => `- ${one}`)]),
  ];
}

function kindRows(faults: readonly PastFault[]): KindRow[] {
  const rows = new Map<string, KindRow>();
  for (const { fault, beginMs, endMs } of faults) {
    const { count, longestMs } = rows.get(fault.kind) ?? { count: 0, longestMs: 0 };
    rows.set(fault.kind, {
      kind: fault.kind,
      count: count + 1,
      longestMs: Math.max(longestMs, endMs - beginMs),
    });
  }
  return [...rows.values()].toSorted((a, b) => a.kind.localeCompare(b.kind));
}

function frameLines({ written }: SoakResult, { account, ffmpegsLost }: Verdict): string[] {
  const wrote = `written ${written.taken} (${written.tried} with those not answered), losses of data ${written.losses}`;
  if (!account) return [wrote, 'there is no account'];
  const { source, unique, dup, dropped, causes, wrong, lost, waiting, encoded } = account.totals;
  const byCause = Object.entries(causes).map(([name, count]) => `${name} ${count}`);
  return [
    wrote,
    `source ${source} = unique ${unique} + dropped ${dropped} (${byCause.join(', ')}) + wrong ${wrong} + lost ${lost} + waiting ${waiting}`,
    `encoded ${encoded}, handed to ffmpeg ${unique + dup + lost} (dup ${dup}), failures of ffmpeg ${ffmpegsLost}`,
  ];
}

function outputLines({ account, outputs }: Verdict): string[] {
  return outputs.map(({ name, compared }) => {
    const found = account?.outputs.find((output) => output.name === name);
    if (!found) return `${name}: compared ${compared}`;
    const causes = Object.entries(found.skipped).map(([cause, count]) => `${cause} ${count}`);
    return `${name}: sent ${found.sent}, skipped ${skippedSum(found.skipped)} (${causes.join(', ')}); compared ${compared}`;
  });
}

function recoveryInWords(recovery: Recovery | undefined): string {
  return recovery ? `${figure(recovery.afterMs, 0)} ms after "${recovery.fault.fault.kind}"` : '-';
}

function errorLines({ unexplained }: Verdict): string[] {
  if (unexplained.size === 0) return [];
  return [
    '',
    'errors that no fault explains:',
    ...[...unexplained].map(([text, count]) => `${count} x ${text}`),
  ];
}

function quotaInWords(excessBytes: number): string {
  const kilobytes = figure(Math.abs(excessBytes) / 1000, 0);
  return excessBytes > 0
    ? `${kilobytes} kB above it at the most`
    : `never above it, nearest by ${kilobytes} kB`;
}

/** As the log of the program has it. */
function timeOfDay(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 23);
}
