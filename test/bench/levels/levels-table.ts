import { figure, headLine, rowLine, type Column } from '../table.ts';
import type { Outcome } from './compare.ts';
import type { Cost } from './cost.ts';

const COLUMNS: readonly Column<Outcome>[] = [
  { head: 'run', widthChars: 32, cell: ({ name, state }) => `${name} ${state}` },
  { head: 'windows', widthChars: 7, cell: ({ windows }) => `${windows.length}` },
  { head: 'CPU ms/frame', widthChars: 12, cell: ({ median }) => figure(median.bothMs, 2) },
  { head: 'least..most', widthChars: 13, cell: ({ windows }) => range(windows, 'bothMs', 2) },
  { head: 'program', widthChars: 7, cell: ({ median }) => figure(median.programMs, 2) },
  { head: 'ffmpeg', widthChars: 7, cell: ({ median }) => figure(median.ffmpegMs, 2) },
  { head: 'switches, program', widthChars: 17, cell: switchesOf('programSwitches') },
  { head: 'switches, ffmpeg', widthChars: 17, cell: switchesOf('ffmpegSwitches') },
  { head: 'Redis', widthChars: 6, cell: ({ median }) => figure(median.redisMs, 2) },
  { head: 'source', widthChars: 6, cell: ({ median }) => figure(median.sourceMs, 2) },
  { head: 'resident MiB', widthChars: 12, cell: resident },
  { head: 'others %', widthChars: 8, cell: ({ windows }) => figure(mostOf(windows, 'othersCpuPercent'), 0) },
];

/** What the columns mean, and their heads. */
export function levelsTableHead(): string[] {
  return [
    'CPU ms/frame: program and its ffmpeg, all threads, median of the windows; Redis and source are told, and not counted',
    'switches: context switches a frame, median (least..most); no encoder: ffmpeg reads and converts, and encodes nothing',
    'resident: the program at the end, and the most; others: CPU of one core that other programs took, in the worst window',
    '',
    headLine(COLUMNS),
  ];
}

/** The row, and below it what was not as it should be. */
export function levelsTableRows(outcome: Outcome): string[] {
  return [rowLine(COLUMNS, outcome), ...outcome.complaints.map((line) => `  ${line}`)];
}

/** Each start by itself, since it is the odd one that is looked for. */
export function startLines({ windows }: Outcome): string[] {
  return windows.map(
    ({ bothMs, programMs, ffmpegMs, programSwitches, ffmpegSwitches }, index) =>
      `  start ${index + 1}: ${figure(bothMs, 2)} ms a frame (program ${figure(programMs, 2)}, ffmpeg ${figure(ffmpegMs, 2)}), ` +
      `switches ${figure(programSwitches, 1)} and ${figure(ffmpegSwitches, 1)}`,
  );
}

function switchesOf(name: 'programSwitches' | 'ffmpegSwitches') {
  return ({ median, windows }: Outcome) => `${figure(median[name], 1)} (${range(windows, name, 0)})`;
}

function resident({ median, windows }: Outcome): string {
  return `${figure(median.residentMib, 0)}/${figure(mostOf(windows, 'peakMib'), 0)}`;
}

function range(windows: readonly Cost[], name: keyof Cost, digits: number): string {
  const values = windows.map((cost) => cost[name]);
  return `${figure(Math.min(...values), digits)}..${figure(Math.max(...values), digits)}`;
}

function mostOf(windows: readonly Cost[], name: keyof Cost): number {
  return Math.max(...windows.map((cost) => cost[name]));
}
