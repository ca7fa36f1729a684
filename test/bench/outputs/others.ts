import { machineCpuMs, treeCpuMs } from '../process-usage.ts';

/**
 * Begins to count what others than this benchmark use of the machine's CPU.
 * @returns what that was so far, in percent of one core; to be asked before the programs of the benchmark end, which then count as others
 */
export function countOthers(): () => number {
  const begin = look();
  return () => {
    const now = look();
    return (Math.max(0, now.othersMs - begin.othersMs) / (now.atMs - begin.atMs)) * 100;
  };
}

function look() {
  return { othersMs: machineCpuMs() - treeCpuMs(process.pid), atMs: performance.now() };
}
