import { describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { recorderFindings, type CheckedRecorder } from '../../src/cli/check-recorder.ts';
import { Folder } from '../support/folder.ts';

const GB = 1_000_000_000;
const DISK = { totalBytes: 1_000 * GB, freeBytes: 100 * GB };

/** What is found of a recorder on a disk of 1 TB of which 100 GB are free, `good: …` or `BAD: …`. */
async function found(
  folder: string,
  { space = DISK, ...record }: Partial<CheckedRecorder> & { space?: typeof DISK } = {},
): Promise<string[]> {
  const checked = { stream: 'imagestream', segmentMs: 60_000, ...record, folder };
  const findings = await recorderFindings(checked, () => Promise.resolve(space));
  return findings.map(({ isGood, text }) => `${isGood ? 'good' : 'BAD'}: ${text}`);
}

describe('the folder for recordings', () => {
  test('is good where a file can be written in it, and is left as it was', async () => {
    using folder = new Folder();
    const [written, room, ...others] = await found(folder.path);
    expect(written).toBe(`good: a file in ${folder.path} was written and removed`);
    expect(room).toStartWith('good: ');
    expect(others).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('is good where it can be made in the working directory, and is not made by looking', async () => {
    using folder = new Folder();
    const below = relative(process.cwd(), folder.file('no/such'));
    const [missing, written, room] = await found(below);
    expect(missing).toBe(`good: the folder ${below} is not there yet: a start makes it in ${folder.path}`);
    expect(written).toBe(`good: a file in ${folder.path} was written and removed`);
    expect(room).toStartWith('good: ');
    expect(existsSync(folder.file('no'))).toBe(false);
  });

  test('is bad where it is missing and begins with /', async () => {
    using folder = new Folder();
    const path = folder.file('missing');
    expect(await found(path)).toEqual([
      `BAD: the folder ${path} does not exist: make it, or mount the disk that it is on, or check COSMOS_VIDEO_RECORD`,
    ]);
  });

  test('is bad where it is a file, is below one, or cannot be looked at', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('file'), '');
    symlinkSync(folder.file('loop'), folder.file('loop'));
    const isFile = `is a file: set COSMOS_VIDEO_RECORD to a folder`;
    expect(await found(folder.file('file'))).toEqual([`BAD: ${folder.file('file')} ${isFile}`]);
    const below = relative(process.cwd(), folder.file('file/below'));
    expect(await found(below)).toEqual([
      `BAD: ${below} cannot be looked at: ENOTDIR; check COSMOS_VIDEO_RECORD`,
    ]);
    expect(await found(folder.file('loop'))).toEqual([
      `BAD: ${folder.file('loop')} cannot be looked at: ELOOP; check COSMOS_VIDEO_RECORD`,
    ]);
  });

  // Nobody can make a file in /proc, root neither.
  test('is bad where nothing can be written, which is all that is said then', async () => {
    const [finding, ...others] = await found('/proc/self');
    expect(finding).toMatch(
      /^BAD: nothing can be written in \/proc\/self: .*recordings.*; make that good, or set COSMOS_VIDEO_RECORD to another folder$/,
    );
    expect(others).toEqual([]);
  });
});

/** What is found of the room for a recorder which has a segment of this size. */
async function roomOf(record: Parameters<typeof found>[1], segmentBytes = 0): Promise<string[]> {
  using folder = new Folder();
  if (segmentBytes > 0)
    writeFileSync(folder.file('imagestream-20261124T203300Z.ts'), new Uint8Array(segmentBytes));
  return (await found(folder.path, record)).slice(1);
}

describe('the room for recordings', () => {
  test('is what the disk has but for the reserve, at a usual bit rate', async () => {
    expect(await roomOf({})).toEqual([
      'good: the disk has 100.0 GB free, of which 500 MB stay free: about 55 h of video fit at 4 Mbit/s, then the oldest ' +
        'segments go',
    ]);
  });

  test('is reckoned with the most that the video may have, where that is set', async () => {
    const [room] = await roomOf({ maxBitrateBps: 80_000_000 });
    expect(room).toContain(': about 165 min of video fit at 80 Mbit/s, then');
  });

  test('keeps 5 % of a small disk free', async () => {
    const [room] = await roomOf({ space: { totalBytes: 50_000_000, freeBytes: 40_000_000 } });
    expect(room).toStartWith(
      'good: the disk has 40.0 MB free, of which 2.5 MB stay free: about 75 s of video fit at 4 Mbit/s',
    );
  });

  test('is the quota where that is less', async () => {
    expect(await roomOf({ quotaBytes: 20 * GB })).toEqual([
      'good: the quota of 20.0 GB is enough for about 11 h of video at 4 Mbit/s, then the oldest segments go (the disk has ' +
        '100.0 GB free)',
    ]);
  });

  test('is that of the disk where the quota is more than that has free, which is said', async () => {
    expect(await roomOf({ quotaBytes: 200 * GB })).toEqual([
      expect.stringMatching(/^good: the disk has 100\.0 GB free, .*about 55 h of video/),
      'good: the quota of 200.0 GB is not reached as full as the disk is now: that 500 MB of it stay free is what limits ' +
        'the recordings',
    ]);
  });

  test('is that of the disk where the quota is more than the whole of it, which is said', async () => {
    expect(await roomOf({ quotaBytes: 2_000 * GB })).toEqual([
      expect.stringMatching(/^good: the disk has 100\.0 GB free/),
      'good: the quota of 2.0 TB is more than the disk has (1.0 TB): that 500 MB of it stay free is what limits the recordings',
    ]);
  });

  test('is none where not even one segment fits beside what stays free, and nothing is there to be deleted', async () => {
    const full = { totalBytes: 1_000 * GB, freeBytes: 529_000_000 };
    const noRoom =
      'BAD: the disk has 529 MB free, and 500 MB stay free: there is no room for a segment of 60 s: delete something, or set ' +
      'COSMOS_VIDEO_RECORD to a folder on another disk';
    expect(await roomOf({ space: full })).toEqual([noRoom]);
    expect(await roomOf({ space: full, maxBitrateBps: 80_000_000 })).toEqual([noRoom]);
    expect((await roomOf({ space: full, segmentMs: 10_000 }))[0]).toStartWith('good: ');
    // Old segments give room.
    const [room] = await roomOf({ space: full }, 4_000_000);
    expect(room).toStartWith(
      'good: the disk has 529 MB free, of which 500 MB stay free: about 66 s of video fit',
    );
  });

  test('is not known where the system does not tell, which is no fault of the folder', async () => {
    using folder = new Folder();
    const findings = await recorderFindings({ folder: folder.path, stream: 's', segmentMs: 60_000 }, () =>
      Promise.resolve({ totalBytes: 0, freeBytes: 0 }),
    );
    expect(findings.at(-1)).toEqual({
      isGood: true,
      text: 'how much room there is in the folder, its file system does not tell',
    });
  });
});

test('the segments that are there are counted, and other files are not', async () => {
  using folder = new Folder();
  const files = {
    'imagestream-20261124T203300Z.ts': 2_000_000,
    'imagestream-20261124T203400Z.ts': 1_000_000,
    'imagestream-20261124T203500Z.ts.part': 500_000,
    'other-20261124T203300Z.ts': 4_000_000,
    'imagestream-20261124T203300Z.ts.bak': 4_000_000,
  };
  for (const [name, sizeBytes] of Object.entries(files))
    writeFileSync(folder.file(name), new Uint8Array(sizeBytes));
  mkdirSync(folder.file('imagestream-20261124T203600Z.ts'));
  expect((await found(folder.path)).at(-1)).toBe(
    'good: 3 segments of imagestream are there, 3.5 MB, the oldest of 2026-11-24 20:33:00 UTC; one of them is being written, or ' +
      'was left unfinished, and a start finishes it',
  );
});
