import type { Spread } from '../statistics.ts';
import { figure, headLine, rowLine, type Column } from '../table.ts';
import type { SenderOutcome } from './compare-senders.ts';
import type { StopOutcome } from './stops.ts';

const COLUMNS: readonly Column<SenderOutcome>[] = [
  { head: 'who sends', widthChars: 9, cell: ({ sender }) => sender },
  { head: 'windows', widthChars: 7, cell: ({ windows }) => `${windows.length}` },
  { head: 'pictures', widthChars: 8, cell: ({ pictures }) => `${pictures}` },
  { head: 'frame in to last byte ms', widthChars: 24, cell: ({ delay }) => spread(delay) },
  { head: 'CPU % of a core', widthChars: 15, cell: ({ cpuPercent }) => figure(cpuPercent, 1) },
  { head: 'least..most', widthChars: 13, cell: ({ windows }) => range(windows.map((one) => one.cpuPercent)) },
  { head: 'resident MiB', widthChars: 12, cell: ({ residentMib }) => figure(residentMib, 0) },
  {
    head: 'least..most',
    widthChars: 13,
    cell: ({ windows }) => range(windows.map((one) => one.residentMib)),
  },
  {
    head: 'others %',
    widthChars: 8,
    cell: ({ windows }) => figure(Math.max(...windows.map(({ cost }) => cost.othersCpuPercent)), 0),
  },
];

/** What the columns mean, and their heads. */
export function senderTableHead(): string[] {
  return [
    'frame in to last byte: from XADD to the last byte of its picture at an SRT listener, median/99th percentile/largest',
    'CPU, resident: program and its ffmpeg together, medians of the windows; others: CPU of one core that other programs took',
    '',
    headLine(COLUMNS),
  ];
}

/** The row, and below it what was not as it should be. */
export function senderTableRows(outcome: SenderOutcome): string[] {
  return [rowLine(COLUMNS, outcome), ...outcome.complaints.map((line) => `  ${line}`)];
}

export function stopLine({ sender, made, received }: StopOutcome): string {
  return `stopped while streaming, ${sender}: ${received} of ${made} pictures arrived`;
}

function spread({ p50Ms, p99Ms, maxMs }: Spread): string {
  return [p50Ms, p99Ms, maxMs].map((ms) => figure(ms, 1)).join('/');
}

function range(values: readonly number[]): string {
  return `${figure(Math.min(...values), 1)}..${figure(Math.max(...values), 1)}`;
}
