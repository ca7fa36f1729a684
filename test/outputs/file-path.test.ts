import { describe, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { LinkError } from '../../src/base/errors.ts';
import { openPlace } from '../../src/outputs/file-path.ts';
import { Folder } from '../support/folder.ts';

/** Opens a place, and closes it with something in it. @returns what was said of it */
async function record(url: string, display = url): Promise<string> {
  const place = await openPlace({ url, display });
  await place.handle.write('video');
  await place.release();
  return place.shown;
}

/** The code of the failure. */
async function failure(url: string): Promise<string> {
  try {
    const place = await openPlace({ url, display: url });
    await place.release();
    return 'opened';
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return error.failure.code;
  }
}

describe('a recording', () => {
  test('goes to the file that is named, as long as there is none, and is shown as it is in the settings', async () => {
    using folder = new Folder();
    expect(await record(folder.file('out.ts'), 'shown')).toBe('shown');
    expect(readFileSync(folder.file('out.ts'), 'utf8')).toBe('video');
  });

  test('that is there is never overwritten: the next ones are numbered', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('out.ts'), 'other');
    const shown: string[] = [];
    for (let opening = 0; opening < 3; opening += 1) shown.push(await record(folder.file('out.ts')));
    expect(shown).toEqual(['out-2.ts', 'out-3.ts', 'out-4.ts'].map((name) => folder.file(name)));
    expect(readFileSync(folder.file('out.ts'), 'utf8')).toBe('other');
  });

  test('takes the first number that is free', async () => {
    using folder = new Folder();
    for (const name of ['out.ts', 'out-3.ts']) writeFileSync(folder.file(name), 'video');
    expect(await record(folder.file('out.ts'))).toBe(folder.file('out-2.ts'));
  });

  test('of two programs at once goes to two files', async () => {
    using folder = new Folder();
    const destination = { url: folder.file('out.ts'), display: folder.file('out.ts') };
    // Neither has written anything yet.
    const places = await Promise.all([openPlace(destination), openPlace(destination)]);
    expect(places.map(({ shown }) => shown).toSorted()).toEqual([
      folder.file('out-2.ts'),
      folder.file('out.ts'),
    ]);
    for (const place of places) await place.release();
  });

  test('does not follow a link that leads nowhere', async () => {
    using folder = new Folder();
    symlinkSync(folder.file('x.ts'), folder.file('out.ts'));
    expect(await record(folder.file('out.ts'))).toBe(folder.file('out-2.ts'));
    expect(existsSync(folder.file('x.ts'))).toBe(false);
  });

  test.each(['out', 'out.tar.ts', '.ts', 'a.b/out'])(
    'is numbered at the end of the name %s',
    async (name) => {
      using folder = new Folder();
      mkdirSync(folder.file('a.b'));
      writeFileSync(folder.file(name), 'video');
      const extension = name.endsWith('out') || name === '.ts' ? '' : '.ts';
      const stem = name.slice(0, name.length - extension.length);
      expect(await record(folder.file(name))).toBe(folder.file(`${stem}-2${extension}`));
    },
  );

  test('is found where the path is written as an address, too', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('out.ts'), 'video');
    expect(await record(`file:${folder.file('out.ts')}`)).toBe(`file:${folder.file('out-2.ts')}`);
    expect(await record(`file://${folder.file('out.ts')}`)).toBe(`file://${folder.file('out-3.ts')}`);
    expect(readdirSync(folder.path).toSorted()).toEqual(['out-2.ts', 'out-3.ts', 'out.ts']);
  });
});

describe('the place of a recording', () => {
  test('is given back when nothing was written into it, and taken by the next try', async () => {
    using folder = new Folder();
    const destination = { url: folder.file('out.ts'), display: 'shown' };
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const place = await openPlace(destination);
      expect(place.shown).toBe('shown');
      expect(readdirSync(folder.path)).toEqual(['out.ts']);
      await place.release();
      expect(readdirSync(folder.path)).toEqual([]);
    }
  });

  test('may be gone, or closed, when it is given back', async () => {
    using folder = new Folder();
    const place = await openPlace({ url: folder.file('out.ts'), display: '' });
    rmSync(folder.file('out.ts'));
    await place.release();
    await place.release();
  });

  test.each([
    ['no-folder/out.ts', 'file-no-folder'],
    ['file/out.ts', 'file-folder-is-file'],
    ['folder', 'file-is-folder'],
  ])('that cannot be had (%s) is told of in words', async (name, code) => {
    using folder = new Folder();
    writeFileSync(folder.file('file'), '');
    mkdirSync(folder.file('folder'));
    expect(await failure(folder.file(name))).toBe(code);
  });

  test.skipIf(process.getuid?.() === 0)('that this user may not make is told of in words', async () => {
    using folder = new Folder();
    chmodSync(folder.path, 0o500);
    expect(await failure(folder.file('out.ts'))).toBe('file-permission');
    chmodSync(folder.path, 0o700);
  });

  test('is a device as it is', async () => {
    const place = await openPlace({ url: '/dev/null', display: '/dev/null' });
    expect(place.shown).toBe('/dev/null');
    await place.release();
    expect(existsSync('/dev/null')).toBe(true);
  });
});
