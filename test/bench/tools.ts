import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../support/video.ts';

const SOURCES = import.meta.dir;

/** Where everything is kept that a benchmark makes. */
export const BENCH_FOLDER = join(SOURCES, '../../dist/bench');

/** Paths of the compiled programs. */
export const TOOLS = {
  frameClock: join(BENCH_FOLDER, 'frame-clock'),
  benchSource: join(BENCH_FOLDER, 'bench-source'),
  pump: join(BENCH_FOLDER, 'pump'),
} as const;

/** Compiles the programs in C with the machine's compiler; throws with its words if it fails. */
export async function compileTools(): Promise<void> {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  await compile(TOOLS.frameClock, 'frame-clock.c');
  await compile(TOOLS.benchSource, 'bench-source.c', 'redis-socket.c');
  await compile(TOOLS.pump, 'pump.c', 'redis-socket.c');
}

async function compile(program: string, ...files: string[]): Promise<void> {
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror'];
  await output('cc', ...flags, '-o', program, ...files.map((file) => join(SOURCES, file)));
}
