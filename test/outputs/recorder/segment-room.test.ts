import { describe, expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import type { DiskCalls } from '../../../src/outputs/recorder/disk-calls.ts';
import { marginBytes, reserveBytes } from '../../../src/outputs/recorder/disk-space.ts';
import { Folder } from '../../support/folder.ts';
import {
  AMPLE_DISK,
  BEGIN_MS,
  failureOf,
  folderAt,
  linkErrorOf,
  megabyteOfPackets,
  namesIn,
  packets,
} from './segment-stage.ts';
import type { SegmentFolder } from '../../../src/outputs/recorder/segment-folder.ts';

const MEGABYTE = 1_000_000;

/** A disk of 100 MB whose room a test sets; 5 MB of it stay free. */
class MadeDisk implements DiskCalls {
  readonly linkAt = AMPLE_DISK.linkAt;
  readonly lockFile = AMPLE_DISK.lockFile;
  freeMegabytes = 50;

  readonly spaceOf = async () => ({
    totalBytes: 100 * MEGABYTE,
    freeBytes: this.freeMegabytes * MEGABYTE,
  });
}

/** Segments of a megabyte each. */
async function fill(segments: SegmentFolder, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    const segment = await segments.begin(BEGIN_MS + minute * 60_000);
    await segment.write(megabyteOfPackets());
    await segment.finish();
  }
}

test('5 % of a disk stay free, but no more than 500 MB', () => {
  const disks = [50e6, 10e9, 10.1e9, 4e12].map((totalBytes) => ({ totalBytes, freeBytes: 0 }));
  expect(disks.map(reserveBytes)).toEqual([2.5e6, 500e6, 500e6, 500e6]);
  expect(marginBytes({ totalBytes: 50e6, freeBytes: 0 })).toBe(500_000);
  expect(marginBytes({ totalBytes: 4e12, freeBytes: 0 })).toBe(8e6);
});

describe('the reserve', () => {
  test('is kept by deleting the oldest, as long as there are some', async () => {
    using folder = new Folder();
    const disk = new MadeDisk();
    const segments = folderAt(folder.path, { disk });
    await fill(segments, 4);
    const segment = await segments.begin(BEGIN_MS + 600_000);
    await segment.write(packets(100));
    expect(segments.figures).toMatchObject({ segments: 5, freeBytes: 50 * MEGABYTE });
    // 5 MB stay free, and what is written comes on top.
    disk.freeMegabytes = 4.5;
    await segment.write(packets(100));
    expect(namesIn(folder.path).slice(0, 1)).toEqual(['imagestream-20261124T203400Z.ts']);
    expect(segments.figures).toMatchObject({ segments: 4, deletedSegments: 1 });
    await segment.finish();
  });

  test('that cannot be kept stops the recording, which goes on once there is some more than that', async () => {
    using folder = new Folder();
    const disk = new MadeDisk();
    const segments = folderAt(folder.path, { disk });
    const segment = await segments.begin(BEGIN_MS);
    await segment.write(packets(100));
    disk.freeMegabytes = 4.9;
    const failure = (await linkErrorOf(segment.write(packets(100))))?.failure;
    expect(failure).toEqual({
      code: 'file-reserve',
      text: 'the disk has 4.9 MB left, and 5.0 MB stay free: it goes on once there is room',
    });
    await segment.abandon();
    expect(statSync(folder.file('imagestream-20261124T203300Z.ts')).size).toBe(18_800);
    // 1 % of the disk has to be free beyond it now.
    for (const [freeMegabytes, code] of [
      [5.1, 'file-reserve'],
      [5.9, 'file-reserve'],
      [6.1, 'none'],
      [5.1, 'none'],
      // It deletes again what there is: just enough, once.
      [4.99, 'none'],
      [4.99, 'file-reserve'],
    ] as const) {
      disk.freeMegabytes = freeMegabytes;
      const opening = segments.begin(BEGIN_MS);
      expect(await failureOf(opening)).toBe(code);
      if (code === 'none') await (await opening).finish();
    }
  });

  test('leaves more free afterwards than the write needs that it had no room for', async () => {
    using folder = new Folder();
    const disk = new MadeDisk();
    const segments = folderAt(folder.path, { disk });
    disk.freeMegabytes = 5.5;
    const segment = await segments.begin(BEGIN_MS);
    expect(await failureOf(segment.write(packets(16_000)))).toBe('file-reserve');
    await segment.abandon();
    disk.freeMegabytes = 7.5;
    expect(await failureOf(segments.begin(BEGIN_MS))).toBe('file-reserve');
    disk.freeMegabytes = 8.1;
    const next = await segments.begin(BEGIN_MS);
    await next.write(packets(16_000));
    await next.abandon();
  });
});

test('a file system that does not tell how much room it has is written to as long as it takes it', async () => {
  using folder = new Folder();
  const disk: DiskCalls = { ...AMPLE_DISK, spaceOf: async () => ({ totalBytes: 0, freeBytes: 0 }) };
  const segments = folderAt(folder.path, { disk });
  await fill(segments, 3);
  expect(segments.figures).toMatchObject({ segments: 3, deletedSegments: 0, freeBytes: 0 });
});

test('a file system that gives room back later does not have all segments deleted meanwhile', async () => {
  using folder = new Folder();
  const disk = new MadeDisk();
  const segments = folderAt(folder.path, { disk });
  await fill(segments, 10);
  const segment = await segments.begin(BEGIN_MS + 6_000_000);
  disk.freeMegabytes = 4.5;
  for (let write = 0; write < 10; write += 1) await segment.write(packets(100));
  expect(segments.figures?.deletedSegments).toBe(1);
  // It has come, and was used up by somebody else: now it is real.
  disk.freeMegabytes = 5.5;
  await segment.write(packets(100));
  disk.freeMegabytes = 4.5;
  await segment.write(packets(100));
  expect(segments.figures?.deletedSegments).toBe(2);
  await segment.finish();
  // What has not come by the next segment is not believed in any more.
  const next = await segments.begin(BEGIN_MS + 6_060_000);
  expect(segments.figures?.deletedSegments).toBe(3);
  await next.finish();
});
