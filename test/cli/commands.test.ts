import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { commandNamed, COMMANDS, DEFAULT_COMMAND } from '../../src/cli/commands.ts';

const SOURCES = join(import.meta.dir, '..', '..', 'src');
const transpiler = new Bun.Transpiler({ loader: 'ts' });

/** What these modules load before anything in them runs, by paths in `src` and names of packages. */
function loadedBy(...modules: string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const todo = [...modules];
  for (let module = todo.pop(); module !== undefined; module = todo.pop()) {
    if (loaded.has(module)) continue;
    loaded.add(module);
    todo.push(...importsOf(module, 'import-statement'));
  }
  return loaded;
}

/** Imports of types alone are none. */
function importsOf(module: string, kind: 'import-statement' | 'dynamic-import'): string[] {
  const path = join(SOURCES, module);
  if (!existsSync(path) || !path.endsWith('.ts')) return [];
  return transpiler
    .scanImports(readFileSync(path, 'utf8'))
    .filter((found) => found.kind === kind)
    .map((found) =>
      found.path.startsWith('.') ? relative(SOURCES, join(dirname(path), found.path)) : found.path,
    );
}

/** What is loaded by the time that the command does something. */
function loadedFor(command: string): ReadonlySet<string> {
  const later = importsOf(`cli/commands/${command}.ts`, 'dynamic-import');
  expect(later).not.toBeEmpty();
  return loadedBy('main.ts', ...later.filter((module) => module !== 'os/sd-notify.ts'));
}

test('a start loads no part of any command: no Redis, no libc, no ffmpeg', () => {
  const folders = [...loadedBy('main.ts')].map((module) => module.split('/')[0]);
  expect(folders).toContain('valibot');
  for (const folder of ['os', 'redis', 'encoder', 'mover', 'service', 'test-picture']) {
    expect(folders).not.toContain(folder);
  }
});

test('the service does not load ioredis, and the other commands do', () => {
  expect(loadedFor('run')).toContain('service/serve.ts');
  expect(loadedFor('run')).not.toContain('ioredis');
  expect(loadedFor('check')).toContain('ioredis');
  expect(loadedFor('source')).toContain('ioredis');
});

test('source loads neither libc nor the service', () => {
  expect(loadedFor('source')).toContain('cli/test-source.ts');
  expect(loadedFor('source')).not.toContain('os/libc.ts');
  expect(loadedFor('source')).not.toContain('service/serve.ts');
});

test('check loads neither libc nor the service', () => {
  expect(loadedFor('check')).toContain('cli/check.ts');
  expect(loadedFor('check')).not.toContain('os/libc.ts');
  expect(loadedFor('check')).not.toContain('service/serve.ts');
});

test('every command has a name of its own, a line of summary, and flags that it has once', () => {
  expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
  for (const { name, summary, flags } of COMMANDS) {
    expect(name).toMatch(/^[a-z]+$/);
    expect(summary).toMatch(/^[^\n]+[^.\n]$/);
    expect(new Set(flags.map(({ flag }) => flag)).size).toBe(flags.length);
    expect(commandNamed(name)?.name).toBe(name);
  }
  expect(COMMANDS).toContain(DEFAULT_COMMAND);
  expect(commandNamed('constructor')).toBeUndefined();
});
