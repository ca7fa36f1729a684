import { describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { Folder } from '../../support/folder.ts';
import { BEGIN_MS, failureOf, folderAt, linkErrorOf, namesIn, packets, record } from './segment-stage.ts';

const NAME = 'imagestream-20261124T203300Z.ts';

describe('a folder', () => {
  test('in the working directory is made, again and again', async () => {
    using folder = new Folder();
    const path = relative(process.cwd(), folder.file('a/b'));
    const segments = folderAt(path);
    expect(segments.figures).toBeUndefined();
    await segments.recover();
    expect(statSync(folder.file('a/b')).mode & 0o777 & ~0o750).toBe(0);
    rmSync(folder.file('a'), { recursive: true });
    await record(segments, BEGIN_MS);
    expect(namesIn(folder.file('a/b'))).toEqual([NAME]);
  });

  test('that was given with its whole path is not, and is used once somebody makes it', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.file('a'));
    expect(await failureOf(segments.recover())).toBe('file-no-folder');
    const failure = (await linkErrorOf(segments.begin(BEGIN_MS)))?.failure;
    expect(failure?.text).toBe('the folder of the recordings does not exist: make it, or mount its disk');
    expect(segments.figures).toBeUndefined();
    mkdirSync(folder.file('a'));
    await record(segments, BEGIN_MS);
    expect(namesIn(folder.file('a'))).toEqual([NAME]);
  });

  test('that vanishes while a segment is written is a failure at the next write, and what comes back is used', async () => {
    using folder = new Folder();
    mkdirSync(folder.file('a'));
    const segments = folderAt(folder.file('a'));
    const segment = await segments.begin(BEGIN_MS);
    await segment.write(packets(3));
    renameSync(folder.file('a'), folder.file('b'));
    expect(await failureOf(segment.write(packets(1)))).toBe('file-no-folder');
    await segment.abandon();
    expect(await failureOf(segments.begin(BEGIN_MS))).toBe('file-no-folder');
    renameSync(folder.file('b'), folder.file('a'));
    // What was given up is finished first.
    await record(segments, BEGIN_MS);
    expect(namesIn(folder.file('a'))).toEqual([NAME, 'imagestream-20261124T203301Z.ts']);
    expect(statSync(folder.file(`a/${NAME}`)).size).toBe(3 * PACKET_BYTES);
  });

  test.skipIf(process.getuid?.() === 0)('that this user may not write in is told of in words', async () => {
    using folder = new Folder();
    chmodSync(folder.path, 0o500);
    const failure = (await linkErrorOf(folderAt(folder.path).begin(BEGIN_MS)))?.failure;
    chmodSync(folder.path, 0o700);
    expect(failure).toEqual({
      code: 'file-permission',
      text: 'permission denied in the folder of the recordings',
    });
  });

  test('that is a file is told of in words', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('a'), '');
    expect(await failureOf(folderAt(folder.file('a')).begin(BEGIN_MS))).toBe('file-folder-is-file');
  });

  test('whose names are all taken is told of in words, and not looked through for ever', async () => {
    using folder = new Folder();
    const last = Date.UTC(9999, 11, 31, 23, 59, 59);
    await record(folderAt(folder.path), last);
    expect(await failureOf(folderAt(folder.path).begin(last))).toBe('file-taken');
  });
});
