import type { FlatOutResult } from './run-flat-out.ts';
import type { RunResult } from './run-scenario.ts';
import { figure, headLine, rowLine, type Column } from './table.ts';

/** A figure that is to be reached. */
export interface TargetResult {
  readonly text: string;
  readonly value: number;
  readonly limit: number;
  readonly isReached: boolean;
}

interface Target {
  readonly text: string;
  /** Name of the run. */
  readonly run: string;
  readonly limit: number;
  /** The figure that is to be at most the limit; `runs` are all. */
  readonly value: (run: RunResult, runs: ReadonlyMap<string, RunResult>) => number;
}

const FULL = '1920x1080/scale/constant';
const FULL_SKIP = '1920x1080/skip/constant';
const LARGE = '3840x2160/scale/constant';

/** NaN where the source had no hiccup that could be watched. */
function slowestRecoveryS({ recoveriesS }: RunResult): number {
  return recoveriesS.length === 0 ? Number.NaN : Math.max(...recoveriesS);
}

const TARGETS: readonly Target[] = [
  { text: 'rate off, %', run: FULL, limit: 0.01, value: (run) => Math.abs(run.rateErrorPercent) },
  { text: 'latency, p99, ms', run: FULL, limit: 1000 / 24 + 8, value: (run) => run.latency.p99Ms },
  { text: 'growth of the median latency, ms', run: FULL, limit: 2, value: (run) => run.latencyGrowth.p50Ms },
  { text: 'lost', run: FULL, limit: 0, value: (run) => run.lost },
  {
    text: 'worst second, median latency, ms',
    run: FULL,
    limit: 1000 / 24 + 8,
    value: ({ worst }) => worst.oldest?.latency.p50Ms ?? Number.NaN,
  },
  { text: 'most dup in one second', run: FULL, limit: 0, value: ({ worst }) => worst.dup },
  {
    text: 'first 5 s, largest latency, ms',
    run: FULL,
    limit: 1000 / 24 + 10,
    value: ({ start }) => start.latencyMaxMs,
  },
  { text: 'first 5 s, dup and lost', run: FULL, limit: 0, value: ({ start }) => start.dup + start.lost },
  {
    text: 'recovery, s',
    run: '1920x1080/scale/hiccup',
    limit: 5,
    value: slowestRecoveryS,
  },
  {
    text: 'rate off, %',
    run: '1920x1080/scale/half',
    limit: 0.01,
    value: (run) => Math.abs(run.rateErrorPercent),
  },
  {
    text: 'frames from Redis a frame out',
    run: '1920x1080/skip/240',
    limit: 1.05,
    value: (run) => run.redisFramesPerFrame,
  },
  {
    text: 'CPU a frame, as a multiple of that at 24 in',
    run: '1920x1080/skip/240',
    limit: 1.2,
    value: (run, runs) => run.cpuMsPerFrame / (runs.get(FULL_SKIP)?.cpuMsPerFrame ?? Number.NaN),
  },
  { text: 'deviation from the schedule, p99, ms', run: FULL, limit: 1, value: (run) => run.deviation.p99Ms },
  { text: 'CPU a frame, ms', run: FULL, limit: 2.2, value: (run) => run.cpuMsPerFrame },
  { text: 'CPU a frame, ms', run: '1920x1080/scale/half', limit: 1.4, value: (run) => run.cpuMsPerFrame },
  { text: 'resident, most, MiB', run: FULL, limit: 75, value: (run) => run.peakMib },
  { text: 'deviation from the schedule, p99, ms', run: LARGE, limit: 2, value: (run) => run.deviation.p99Ms },
  { text: 'CPU a frame, ms', run: LARGE, limit: 6.5, value: (run) => run.cpuMsPerFrame },
  { text: 'resident, most, MiB', run: LARGE, limit: 120, value: (run) => run.peakMib },
];

/** Part of the floor's frame rate that is to be reached flat out. */
const FLAT_OUT_PART = 0.6;

/** The targets that were measured, in their order. */
export function judge(runs: readonly RunResult[], flatOut: readonly FlatOutResult[]): TargetResult[] {
  const byName = new Map(runs.map((run) => [run.name, run]));
  const paced = TARGETS.flatMap((target) => {
    const run = byName.get(target.run);
    const value = run ? target.value(run, byName) : Number.NaN;
    return Number.isNaN(value) ? [] : [targetResult(`${target.run}: ${target.text}`, value, target.limit)];
  });
  const flat = flatOut.map(({ name, fps, floorFps }) =>
    targetResult(`${name}: floor's rate as a multiple of ours`, floorFps / fps, 1 / FLAT_OUT_PART),
  );
  return [...paced, ...flat];
}

/** A figure that is to be at most `limit`. */
export function targetResult(text: string, value: number, limit: number): TargetResult {
  return { text, value, limit, isReached: value <= limit };
}

const COLUMNS: readonly Column<TargetResult>[] = [
  { head: 'to reach', widthChars: 86, cell: ({ text }) => text },
  { head: 'at most', widthChars: 8, cell: ({ limit }) => figure(limit, 2) },
  { head: 'measured', widthChars: 9, cell: ({ value }) => figure(value, 4) },
  { head: '', widthChars: 7, cell: ({ isReached }) => (isReached ? 'reached' : 'MISSED') },
];

export function targetTable(targets: readonly TargetResult[]): string[] {
  if (targets.length === 0) return [];
  return [headLine(COLUMNS), ...targets.map((target) => rowLine(COLUMNS, target))];
}
