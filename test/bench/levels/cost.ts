import type { BenchStage } from '../bench-stage.ts';
import { monotonicMs } from '../monotonic-clock.ts';
import { contextSwitches, machineCpuMs, readBytes, readUsage, treeCpuMs } from '../process-usage.ts';
import { percentile } from '../statistics.ts';
import type { FfmpegProcess } from './ffmpeg-process.ts';

/** All that works for one video. */
export interface Processes {
  readonly programPid: number;
  readonly ffmpeg: FfmpegProcess;
  readonly redisPid: number;
  readonly sourcePid: number;
}

/** What a window of time came to; CPU and context switches are those of one frame. */
export interface Cost {
  readonly seconds: number;
  /** Frames that ffmpeg has read. */
  readonly frames: number;
  /** CPU of the program and its ffmpeg, all their threads. */
  readonly bothMs: number;
  readonly programMs: number;
  readonly ffmpegMs: number;
  readonly programSwitches: number;
  readonly ffmpegSwitches: number;
  /** Not ours, and the same before and after. */
  readonly redisMs: number;
  readonly sourceMs: number;
  /** Memory of the program: at the end of the window, and the most so far. */
  readonly residentMib: number;
  readonly peakMib: number;
  /** What others than this benchmark have used of the machine's CPU, in percent of one core. */
  readonly othersCpuPercent: number;
}

/** Lets `seconds` pass and says what moving and encoding frames has cost meanwhile. */
export async function measureCost(stage: BenchStage, processes: Processes, seconds: number): Promise<Cost> {
  const before = look(processes);
  await stage.pause(seconds);
  const after = look(processes);
  const frames = (after.readBytes - before.readBytes) / processes.ffmpeg.frameBytes;
  const passedMs = after.atMs - before.atMs;
  const othersMs = after.machineMs - before.machineMs - (after.treeMs - before.treeMs);
  const perFrame = (figure: PerFrame) => (after[figure] - before[figure]) / frames;
  return {
    seconds: passedMs / 1000,
    frames,
    bothMs: perFrame('programMs') + perFrame('ffmpegMs'),
    programMs: perFrame('programMs'),
    ffmpegMs: perFrame('ffmpegMs'),
    programSwitches: perFrame('programSwitches'),
    ffmpegSwitches: perFrame('ffmpegSwitches'),
    redisMs: perFrame('redisMs'),
    sourceMs: perFrame('sourceMs'),
    residentMib: after.residentMib,
    peakMib: after.peakMib,
    othersCpuPercent: (Math.max(0, othersMs) / passedMs) * 100,
  };
}

/** The median of each figure by itself. */
export function medianCost(costs: readonly Cost[]): Cost {
  const median = (figure: keyof Cost) =>
    percentile(
      costs.map((cost) => cost[figure]),
      50,
    );
  return {
    seconds: median('seconds'),
    frames: median('frames'),
    bothMs: median('bothMs'),
    programMs: median('programMs'),
    ffmpegMs: median('ffmpegMs'),
    programSwitches: median('programSwitches'),
    ffmpegSwitches: median('ffmpegSwitches'),
    redisMs: median('redisMs'),
    sourceMs: median('sourceMs'),
    residentMib: median('residentMib'),
    peakMib: median('peakMib'),
    othersCpuPercent: median('othersCpuPercent'),
  };
}

type PerFrame = 'programMs' | 'ffmpegMs' | 'programSwitches' | 'ffmpegSwitches' | 'redisMs' | 'sourceMs';

function look({ programPid, ffmpeg, redisPid, sourcePid }: Processes) {
  const program = readUsage(programPid);
  return {
    programMs: program.cpuMs,
    ffmpegMs: readUsage(ffmpeg.pid).cpuMs,
    programSwitches: contextSwitches(programPid),
    ffmpegSwitches: contextSwitches(ffmpeg.pid),
    redisMs: readUsage(redisPid).cpuMs,
    sourceMs: readUsage(sourcePid).cpuMs,
    residentMib: program.residentMib,
    peakMib: program.peakMib,
    readBytes: readBytes(ffmpeg.pid),
    machineMs: machineCpuMs(),
    treeMs: treeCpuMs(process.pid),
    atMs: monotonicMs(),
  };
}
