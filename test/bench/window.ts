import type { BenchStage } from './bench-stage.ts';
import { monotonicMs } from './monotonic-clock.ts';
import { machineCpuMs, readUsage, treeCpuMs } from './process-usage.ts';

/** What was used between two points in time. */
export interface Window {
  /** CLOCK_MONOTONIC in milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** CPU of the process looked at, all its threads, its children apart. */
  readonly cpuMs: number;
  /** Memory of it at the end. */
  readonly residentMib: number;
  readonly peakMib: number;
  /** What Redis has sent to anybody. */
  readonly redisSentBytes: number;
  /** What others than this benchmark have used of the machine's CPU, in percent of one core. */
  readonly othersCpuPercent: number;
}

/** Lets `seconds` pass and says what the process has used meanwhile. */
export async function measureWindow(stage: BenchStage, pid: number, seconds: number): Promise<Window> {
  const before = await look(stage, pid);
  await stage.pause(seconds);
  const after = await look(stage, pid);
  const othersMs = after.machineMs - before.machineMs - (after.treeMs - before.treeMs);
  return {
    startMs: before.atMs,
    endMs: after.atMs,
    cpuMs: after.usage.cpuMs - before.usage.cpuMs,
    residentMib: after.usage.residentMib,
    peakMib: after.usage.peakMib,
    redisSentBytes: after.sentBytes - before.sentBytes,
    othersCpuPercent: (Math.max(0, othersMs) / (after.atMs - before.atMs)) * 100,
  };
}

async function look(stage: BenchStage, pid: number) {
  const sentBytes = await stage.sentBytes();
  return {
    sentBytes,
    usage: readUsage(pid),
    machineMs: machineCpuMs(),
    treeMs: treeCpuMs(process.pid),
    atMs: monotonicMs(),
  };
}
