import { describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Destination } from '../../src/config/config.ts';
import { reserveOutput } from '../../src/encoder/output-path.ts';
import { Folder } from '../support/folder.ts';

function fileDestination(url: string): Destination {
  return { kind: 'file', url, display: url, secretOptions: {} };
}

function outputUrl(destination: Destination): string {
  return reserveOutput(destination).url;
}

describe('a recording', () => {
  test('goes to the file that is named, as long as there is none', () => {
    using folder = new Folder();
    const path = folder.file('out.ts');
    expect(outputUrl(fileDestination(path))).toBe(path);
  });

  test('that is there is never overwritten: the next ones are numbered', () => {
    using folder = new Folder();
    const destination = fileDestination(folder.file('out.ts'));
    const urls: string[] = [];
    for (let session = 0; session < 4; session += 1) {
      const url = outputUrl(destination);
      expect(urls).not.toContain(url);
      urls.push(url);
      writeFileSync(url, 'video');
    }
    expect(urls).toEqual(['out.ts', 'out-2.ts', 'out-3.ts', 'out-4.ts'].map((name) => folder.file(name)));
  });

  test('takes the first number that is free', () => {
    using folder = new Folder();
    for (const name of ['out.ts', 'out-3.ts']) writeFileSync(folder.file(name), 'video');
    expect(outputUrl(fileDestination(folder.file('out.ts')))).toBe(folder.file('out-2.ts'));
  });

  test('of two programs at once goes to two files', () => {
    using folder = new Folder();
    const destination = fileDestination(folder.file('out.ts'));
    // Neither ffmpeg has written anything yet.
    expect([outputUrl(destination), outputUrl(destination)]).toEqual([
      folder.file('out.ts'),
      folder.file('out-2.ts'),
    ]);
  });

  test('does not follow a link that leads nowhere', () => {
    using folder = new Folder();
    symlinkSync('/nowhere/x.ts', folder.file('out.ts'));
    expect(outputUrl(fileDestination(folder.file('out.ts')))).toBe(folder.file('out-2.ts'));
  });

  test.each(['out', 'out.tar.ts', '.ts', 'a.b/out'])('is numbered at the end of the name %s', (name) => {
    using folder = new Folder();
    mkdirSync(folder.file('a.b'));
    writeFileSync(folder.file(name), 'video');
    const extension = name.endsWith('out') || name === '.ts' ? '' : '.ts';
    const stem = name.slice(0, name.length - extension.length);
    expect(outputUrl(fileDestination(folder.file(name)))).toBe(folder.file(`${stem}-2${extension}`));
  });

  test('is found where the path is written as an address, too', () => {
    using folder = new Folder();
    writeFileSync(folder.file('out.ts'), 'video');
    expect(outputUrl(fileDestination(`file:${folder.file('out.ts')}`))).toBe(
      `file:${folder.file('out-2.ts')}`,
    );
    expect(outputUrl(fileDestination(`file://${folder.file('out.ts')}`))).toBe(
      `file://${folder.file('out-3.ts')}`,
    );
  });
});

describe('the place of a recording', () => {
  test('is given back when nothing was written into it, and taken by the next try', () => {
    using folder = new Folder();
    const destination = fileDestination(folder.file('out.ts'));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const output = reserveOutput(destination);
      expect(output.url).toBe(folder.file('out.ts'));
      expect(existsSync(output.url)).toBe(true);
      output.release();
      expect(readdirSync(folder.path)).toEqual([]);
    }
  });

  test('stays when something was written into it', () => {
    using folder = new Folder();
    const output = reserveOutput(fileDestination(`file:${folder.file('out.ts')}`));
    writeFileSync(folder.file('out.ts'), 'video');
    output.release();
    expect(readFileSync(folder.file('out.ts'), 'utf8')).toBe('video');
  });

  test('may be gone when it is given back', () => {
    using folder = new Folder();
    const output = reserveOutput(fileDestination(folder.file('out.ts')));
    rmSync(output.url);
    expect(() => output.release()).not.toThrow();
  });

  test.each(['no-folder/out.ts', 'file/out.ts'])(
    'that cannot be had (%s) is left to ffmpeg to speak of',
    (name) => {
      using folder = new Folder();
      writeFileSync(folder.file('file'), '');
      expect(outputUrl(fileDestination(folder.file(name)))).toBe(folder.file(name));
    },
  );
});

describe('what is no recording is taken as it is', () => {
  test('a folder', () => {
    using folder = new Folder();
    const output = reserveOutput(fileDestination(folder.path));
    expect(output.url).toBe(folder.path);
    output.release();
    expect(existsSync(folder.path)).toBe(true);
  });

  test('a device', () => {
    expect(outputUrl(fileDestination('/dev/null'))).toBe('/dev/null');
  });

  test.each(['srt', 'url'] as const)('an address (%s)', (kind) => {
    const url = 'srt://host:9000';
    expect(outputUrl({ kind, url, display: url, secretOptions: {} })).toBe(url);
  });
});
