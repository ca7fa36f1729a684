import { readdirSync, readFileSync } from 'node:fs';
import { until } from '../support/until.ts';

/** The processes that this one has started and that are still there. */
export function childrenOf(pid: number): number[] {
  const text = textOf(`/proc/${pid}/task/${pid}/children`).trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Memory that a process holds, in KiB (VmRSS of proc(5)). */
export function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]);
}

/** How long a process, and each that it has started, has waited for a CPU: of the threads of one that which waited longest. */
export function waitedForCpuMs(pid: number): number {
  const waits = [pid, ...childrenOf(pid)].map((one) => {
    const ofThreads = threadsOf(one).map((thread) => {
      // Nanoseconds on a CPU, nanoseconds of waiting for one, and how often it got one (sched-stats of the kernel).
      const [, waitedNs = 0] = textOf(`/proc/${one}/task/${thread}/schedstat`).split(' ').map(Number);
      return waitedNs / 1_000_000;
    });
    return Math.max(0, ...ofThreads);
  });
  return waits.reduce((sum, waitedMs) => sum + waitedMs, 0);
}

/** Waits until none of these processes is there any more; one that nobody has asked for its exit status counts as gone. */
export async function gone(pids: readonly number[], withinMs = 10_000): Promise<void> {
  await until(
    async () => pids.every((pid) => ['', 'Z', 'X'].includes(stateOf(pid))),
    `end of ${pids.join(', ')}`,
    withinMs,
  );
}

/** One letter: R for running, T for stopped, Z for dead and not yet asked for (proc(5)); empty where there is none. */
function stateOf(pid: number): string {
  return /^State:\s+(\w)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? '';
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
