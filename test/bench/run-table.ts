import type { Ratios } from './ratios.ts';
import type { RunResult } from './run-scenario.ts';
import type { Spread } from './statistics.ts';
import { figure, headLine, rowLine, type Column } from './table.ts';

/** A run and, where there is a floor for it, how it compares. */
export interface MeasuredRun extends RunResult {
  readonly toFloor?: Ratios;
}

const COLUMNS: readonly Column<MeasuredRun>[] = [
  { head: 'run', widthChars: 34, cell: (run) => run.name },
  { head: 'frames', widthChars: 6, cell: (run) => `${run.frames}` },
  { head: 'rate off %', widthChars: 10, cell: (run) => figure(run.rateErrorPercent, 4) },
  { head: 'deviation ms', widthChars: 16, cell: (run) => spread(run.deviation, 2) },
  { head: 'latency ms', widthChars: 17, cell: (run) => spread(run.latency, 1) },
  { head: 'worst second ms', widthChars: 20, cell: worstSecond },
  { head: 'growth', widthChars: 13, cell: growth },
  { head: 'lost', widthChars: 5, cell: (run) => `${run.lost}` },
  { head: 'dup', widthChars: 9, cell: (run) => `${run.dup} (${run.worst.dup})` },
  {
    head: 'CPU ms/frame',
    widthChars: 13,
    cell: (run) => withRatio(run.cpuMsPerFrame, 2, run.toFloor?.cpuMsPerFrame),
  },
  { head: 'idle ms/s', widthChars: 9, cell: (run) => figure(run.idleCpuMsPerS, 1) },
  { head: 'resident MiB', widthChars: 15, cell: resident },
  { head: 'Redis', widthChars: 5, cell: (run) => figure(run.redisFramesPerFrame, 2) },
  { head: 'source late', widthChars: 14, cell: sourceLateness },
  { head: 'others %', widthChars: 8, cell: (run) => figure(run.othersCpuPercent, 0) },
];

/** What the columns mean, and their heads. */
export function runTableHead(): string[] {
  return [
    'deviation from the schedule, latency: median/99th percentile/largest; latency from XADD to the last byte at the encoder',
    'worst second: median/largest latency of the second with the largest median, and when it was; dup: all (most in one second)',
    'growth: median, and largest, latency of the last third less the first; (x) = times the floor: a pump in C, nothing else',
    'resident: at the end, and the most; Redis: frames it sent for a frame out; source late: frames sent over 2 ms late, most',
    'others: CPU of one core that other programs of this machine took meanwhile',
    '',
    headLine(COLUMNS),
  ];
}

/** The run's row, and below it what was not as it should be. */
export function runTableRows(run: MeasuredRun): string[] {
  const faults = isSound(run) ? [] : [`${run.backwards} frames went backwards, ${run.torn} are torn`];
  const lines = [startLine(run), ...faults, ...run.complaints];
  return [rowLine(COLUMNS, run), ...lines.map((line) => `  ${line}`)];
}

/** The first seconds one by one: what is uneven there is lost in every figure of a long run. */
function startLine({ start }: MeasuredRun): string {
  const seconds = start.seconds.map(
    ({ latency, dup, lost }) => `${secondLatency(latency)} ms, dup ${dup}, lost ${lost}`,
  );
  return `start, second by second: ${seconds.join('; ')}`;
}

/** CPU of others above which a run says more of them than of the program. */
const BUSY_PERCENT = 10;

/** A word of warning where the machine was not ours alone; nothing where it was. */
export function busyLines(runs: readonly Pick<RunResult, 'othersCpuPercent'>[]): string[] {
  const busy = runs.filter(({ othersCpuPercent }) => othersCpuPercent > BUSY_PERCENT).length;
  if (busy === 0) return [];
  return [
    `${busy} of ${runs.length} runs: other programs took more than ${BUSY_PERCENT} % of a core; do not trust them`,
  ];
}

/** Whatever the figures: frames came, whole and in their order. */
export function isSound({ frames, backwards, torn }: RunResult): boolean {
  return frames > 0 && backwards === 0 && torn === 0;
}

function spread({ p50Ms, p99Ms, maxMs }: Spread, digits: number): string {
  return [p50Ms, p99Ms, maxMs].map((ms) => figure(ms, digits)).join('/');
}

function worstSecond({ worst }: MeasuredRun): string {
  const { oldest } = worst;
  return oldest ? `${secondLatency(oldest.latency)} at ${oldest.atS} s` : '-';
}

function secondLatency({ p50Ms, maxMs }: Spread): string {
  return `${figure(p50Ms, 1)}/${figure(maxMs, 1)}`;
}

function growth({ latencyGrowth }: MeasuredRun): string {
  return `${figure(latencyGrowth.p50Ms, 1)}/${figure(latencyGrowth.maxMs, 1)}`;
}

function withRatio(value: number, digits: number, ratio: number | undefined): string {
  return ratio === undefined ? figure(value, digits) : `${figure(value, digits)} (${figure(ratio, 1)})`;
}

function resident(run: MeasuredRun): string {
  return `${figure(run.residentMib, 0)}/${withRatio(run.peakMib, 0, run.toFloor?.peakMib)}`;
}

function sourceLateness({ source }: MeasuredRun): string {
  return `${source.late}, ${figure(source.latestMs, 1)} ms`;
}
