import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../../support/video.ts';
import { BENCH_FOLDER } from '../tools.ts';

/** The last commit whose ffmpeg made 8 bits of gray samples. */
const COMMIT = 'a2440e8';
/** What `packaging/compile` needs. Tests would be found by `bun test`, and linters would look at more. */
const NEEDED = ['src', 'packaging', 'package.json', 'tsconfig.json'] as const;
const ROOT = join(import.meta.dir, '../../..');

/** Either the executable of the state before, or the reason why there is none. */
export type Before =
  { readonly kind: 'executable'; readonly path: string } | { readonly kind: 'none'; readonly reason: string };

/**
 * The program as it was before levels: the one that BENCH_BEFORE names, or the one of that commit, which is built once and
 * kept in dist/bench/before/. Throws with the compiler's words where it cannot be built.
 */
export async function programBefore(): Promise<Before> {
  const named = process.env['BENCH_BEFORE'];
  if (named !== undefined) return { kind: 'executable', path: named };
  const folder = join(BENCH_FOLDER, 'before', COMMIT);
  const path = join(folder, 'cosmos-video-builder');
  if (existsSync(path)) return { kind: 'executable', path };
  if (!(await hasCommit())) {
    const reason = `commit ${COMMIT} is not in this clone; BENCH_BEFORE may name an executable of it`;
    return { kind: 'none', reason };
  }
  await build(folder, path);
  return { kind: 'executable', path };
}

async function hasCommit(): Promise<boolean> {
  try {
    await output('git', '-C', ROOT, 'cat-file', '-e', `${COMMIT}^{commit}`);
    return true;
  } catch {
    // A shallow clone, a tree without a repository, a machine without git.
    return false;
  }
}

/** Under its name only when it is whole. */
async function build(folder: string, path: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'source.tar');
  await output('git', '-C', ROOT, 'archive', `--output=${archive}`, COMMIT, ...NEEDED);
  await output('tar', '-x', '-f', archive, '-C', folder);
  rmSync(archive);
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) symlinkSync(join(ROOT, 'node_modules'), modules);
  await output(join(folder, 'packaging/compile'), `${path}.new`);
  renameSync(`${path}.new`, path);
}
