import { readFileSync } from 'node:fs';

/** Whether a process is there and more than a status that nobody has asked for yet. */
export function isRunning(pid: number): boolean {
  return /\) [^ZX]/.test(read(`/proc/${pid}/stat`));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It is gone.
    return '';
  }
}
