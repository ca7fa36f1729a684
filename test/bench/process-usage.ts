import { readdirSync, readFileSync } from 'node:fs';

/**
 * What a process has used: CPU of all its threads since its start, its children apart, and memory now and at most; of what it holds
 * now, what is not a page of a file, which the kernel can read again (proc(5)).
 */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly residentMib: number;
  readonly anonymousMib: number;
  readonly peakMib: number;
}

/** Linux counts CPU time for user programs in hundredths of a second on every machine that Bun runs on. */
const MS_PER_TICK = 10;

export function readUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuMs: cpuMs(pid),
    residentMib: mib('VmRSS'),
    anonymousMib: mib('RssAnon'),
    peakMib: mib('VmHWM'),
  };
}

/** CPU that a process and all below it have used so far; what ended in between is left out. */
export function treeCpuMs(pid: number): number {
  try {
    const below = childrenOf(pid).map(treeCpuMs);
    return below.reduce((sum, ms) => sum + ms, cpuMs(pid));
  } catch {
    return 0;
  }
}

/** CPU that the whole machine has used since it was started, all cores together. */
export function machineCpuMs(): number {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = ticks;
  return (user + nice + system + irq + softIrq + steal) * MS_PER_TICK;
}

/** Fields 14 and 15 of /proc/PID/stat; the name, field 2, may have blanks and ends with the last parenthesis. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** How often the kernel has taken a process's threads off the CPU so far; of threads that have ended nothing is known. */
export function contextSwitches(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + switchesOf(pid, task), 0);
}

/** Bytes that a process has read from pipes, files and the like. */
export function readBytes(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

function switchesOf(pid: number, task: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8');
    const counts = [...status.matchAll(/voluntary_ctxt_switches:\s+(\d+)/g)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  } catch {
    // It has just ended.
    return 0;
  }
}

/** A child belongs to the thread that started it. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
