import { join } from 'node:path';
import { output } from './video.ts';

const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC'];

/**
 * Compiles what hides libsrt from the program; throws with the compiler's words if it fails.
 * @param path what is made
 * @returns what the program is to be started with
 */
export async function withoutLibsrt(path: string): Promise<Record<string, string>> {
  await output('cc', ...FLAGS, '-o', path, join(import.meta.dir, 'without-libsrt.c'));
  return { LD_PRELOAD: path };
}
