import type { RunResult } from './run-scenario.ts';
import type { Spread } from './statistics.ts';

/** Each figure of a run as a multiple of the same one of the floor pump. */
export interface Ratios {
  readonly cpuMsPerFrame: number;
  readonly residentMib: number;
  readonly peakMib: number;
  readonly redisFramesPerFrame: number;
  readonly rateErrorPercent: number;
  readonly deviation: Spread;
  readonly latency: Spread;
}

export function ratiosTo(floor: RunResult, run: RunResult): Ratios {
  return {
    cpuMsPerFrame: run.cpuMsPerFrame / floor.cpuMsPerFrame,
    residentMib: run.residentMib / floor.residentMib,
    peakMib: run.peakMib / floor.peakMib,
    redisFramesPerFrame: run.redisFramesPerFrame / floor.redisFramesPerFrame,
    rateErrorPercent: Math.abs(run.rateErrorPercent / floor.rateErrorPercent),
    deviation: spreadRatio(floor.deviation, run.deviation),
    latency: spreadRatio(floor.latency, run.latency),
  };
}

function spreadRatio(floor: Spread, run: Spread): Spread {
  return {
    p50Ms: run.p50Ms / floor.p50Ms,
    p99Ms: run.p99Ms / floor.p99Ms,
    maxMs: run.maxMs / floor.maxMs,
  };
}
