import { describe, expect, test } from 'bun:test';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { DiskCalls } from '../../../src/outputs/recorder/disk-calls.ts';
import { Folder } from '../../support/folder.ts';
import { AMPLE_DISK, BEGIN_MS, folderAt, namesIn, packets, record } from './segment-stage.ts';

const NAME = 'imagestream-20261124T203300Z.ts';
const PART = `${NAME}.part`;
const NEXT = 'imagestream-20261124T203301Z.ts';

/** A disk on which somebody does something in the moment between the opening of a file and its lock, once. */
function withIntruder(intrude: () => void): DiskCalls {
  let hasCome = false;
  return {
    ...AMPLE_DISK,
    lockFile(fd) {
      if (!hasCome) intrude();
      hasCome = true;
      return AMPLE_DISK.lockFile(fd);
    },
  };
}

describe('another program that comes between the opening of a segment and its lock', () => {
  test('and removes the empty one as left over has it begun by another name', async () => {
    using folder = new Folder();
    const disk = withIntruder(() => rmSync(folder.file(PART)));
    expect(await record(folderAt(folder.path, { disk }), BEGIN_MS)).toBe(NEXT);
    expect(namesIn(folder.path)).toEqual([NEXT]);
  });

  test('and takes its final name has it begun by another name, and nothing left of the first', async () => {
    using folder = new Folder();
    const disk = withIntruder(() => writeFileSync(folder.file(NAME), 'other'));
    expect(await record(folderAt(folder.path, { disk }), BEGIN_MS)).toBe(NEXT);
    expect(namesIn(folder.path)).toEqual([NAME, NEXT]);
    expect(readFileSync(folder.file(NAME), 'utf8')).toBe('other');
  });

  test('and holds its lock has it begun by another name, and is left what it holds', async () => {
    using folder = new Folder();
    let asked = 0;
    const lockFile: DiskCalls['lockFile'] = (fd) => {
      asked += 1;
      return asked === 1 ? 'elsewhere' : AMPLE_DISK.lockFile(fd);
    };
    const segments = folderAt(folder.path, { disk: { ...AMPLE_DISK, lockFile } });
    expect(await record(segments, BEGIN_MS)).toBe(NEXT);
    expect(namesIn(folder.path)).toEqual([PART, NEXT]);
  });

  test('and finishes it, and begins another by its name, has neither of them touched by a recovery', async () => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), packets(3).subarray(0, 500));
    const disk = withIntruder(() => {
      renameSync(folder.file(PART), folder.file(NAME));
      writeFileSync(folder.file(PART), packets(3).subarray(0, 400));
    });
    expect(await folderAt(folder.path, { disk }).recover()).toBe(0);
    expect(readFileSync(folder.file(NAME)).length).toBe(500);
    expect(readFileSync(folder.file(PART)).length).toBe(400);
    expect(namesIn(folder.path)).toEqual([NAME, PART]);
  });
});
