import { readFileSync } from 'node:fs';

/** Whether a process is there and more than a status that nobody has asked for yet. */
export function isRunning(pid: number): boolean {
  return /\) [^ZX]/.test(read(`/proc/${pid}/stat`));
}

/** The children of a process's main thread. */
export function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
}

/** The words of a process's command. */
export function commandOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It is gone.
    return '';
  }
}
