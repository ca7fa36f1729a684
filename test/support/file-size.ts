import { statSync } from 'node:fs';

/** In bytes; 0 where there is none by this name. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
