import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { LIBSRT_CANDIDATES, loadLibsrt } from '../../src/os/libsrt.ts';
import { Folder } from '../support/folder.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** A library made for the test, with the one function that is asked first. */
function libraryOfVersion(name: string, version: number): string {
  const [source, path] = [folder.file(`${name}.c`), folder.file(`${name}.so`)];
  writeFileSync(source, `unsigned int srt_getversion(void) { return ${version}; }\n`);
  const { exitCode, stderr } = Bun.spawnSync(['cc', '-shared', '-fPIC', '-o', path, source]);
  if (exitCode !== 0) throw new Error(stderr.toString());
  return path;
}

function loadedPath(): string {
  const loaded = loadLibsrt();
  if (loaded.kind !== 'loaded') throw new Error(loaded.reason);
  return loaded.libsrt.path;
}

describe('libsrt', () => {
  test('is found by its whole path, and loaded once', () => {
    const [first, second] = [loadLibsrt(), loadLibsrt()];
    if (first.kind !== 'loaded' || second.kind !== 'loaded') throw new Error('libsrt is not installed');
    expect(first.libsrt.path).toMatch(/^\/usr\/lib\/.*libsrt.*\.so\.1/);
    expect(first.libsrt.version).toMatch(/^1\.\d+\.\d+$/);
    expect(second.libsrt).toBe(first.libsrt);
  });

  test('is looked for by whole paths only, the newest first', () => {
    expect(LIBSRT_CANDIDATES.every((path) => path.startsWith('/'))).toBe(true);
    const [newest, oldest] = ['libsrt-gnutls.so.1.5', 'libsrt.so.1'].map((name) =>
      LIBSRT_CANDIDATES.findIndex((path) => path.endsWith(`/${name}`)),
    );
    expect(newest).toBe(0);
    expect(oldest).toBeGreaterThan(0);
  });

  test('that is not there is said with the package to install', () => {
    expect(loadLibsrt([])).toEqual({
      kind: 'missing',
      reason: 'libsrt is not installed: install the package libsrt1.5-gnutls',
    });
    expect(loadLibsrt([folder.file('no-such-file')]).kind).toBe('missing');
  });

  test.each([
    ['empty', ''],
    ['text', 'no library, but a text that is longer than the header of a library would be'],
  ])('with an %s file in its place is unusable, and the program goes on', (name, content) => {
    const path = folder.file(name);
    writeFileSync(path, content);
    expect(loadLibsrt([path])).toEqual({
      kind: 'unusable',
      reason: `${path} cannot be used (it is no library): install the package libsrt1.5-gnutls again`,
    });
  });

  test.each([0.1, 0.5, 0.9, 0.999])('whose file was cut off to %p of its size is unusable', (share) => {
    const bytes = readFileSync(loadedPath());
    const path = folder.file(`cut-${share}.so`);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
    expect(loadLibsrt([path])).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining('cut off'),
    });
  });

  test('of another processor is unusable', () => {
    const bytes = readFileSync(loadedPath());
    bytes.writeUInt16LE(8, 18);
    const path = folder.file('mips.so');
    writeFileSync(path, bytes);
    expect(loadLibsrt([path])).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining('processor'),
    });
  });

  test('that is too old is said with both versions', () => {
    const path = libraryOfVersion('old', 0x01_04_01);
    const loaded = loadLibsrt([path]);
    expect(loaded).toEqual({
      kind: 'too-old',
      reason: `${path} is libsrt 1.4.1, and 1.4.2 or later is needed: install the package libsrt1.5-gnutls`,
    });
  });

  test('that lacks a function is unusable, and the next candidate is taken', () => {
    const path = libraryOfVersion('hollow', 0x01_05_00);
    expect(loadLibsrt([path])).toMatchObject({ kind: 'unusable', reason: expect.stringContaining(path) });
    expect(loadLibsrt([path, loadedPath()]).kind).toBe('loaded');
  });
});
