import { describe, expect, test } from 'bun:test';
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import type { SegmentFile } from '../../../src/outputs/recorder/segment-file.ts';
import type { SegmentFolder } from '../../../src/outputs/recorder/segment-folder.ts';
import { MountedDisk, noMountReason } from './mounted-disk.ts';
import {
  AMPLE_DISK,
  BEGIN_MS,
  failureOf,
  folderAt,
  folderOnDisk,
  isWhole,
  linkErrorOf,
  megabyteOfPackets,
  namesIn,
  packets,
  record,
  usedBytes,
} from './segment-stage.ts';

const MEGABYTE = 1_000_000;
const DISK_BYTES = 50 * MEGABYTE;
const RESERVE_BYTES = 2.5 * MEGABYTE;
const QUOTA_BYTES = 40 * MEGABYTE;
const TMPFS = { kind: 'tmpfs', sizeBytes: DISK_BYTES } as const;
const SEGMENT_MEGABYTES = 4;
const LIMIT_MS = 60_000;

const whyNot = noMountReason(TMPFS);
if (whyNot !== undefined) console.warn(`recorders on real disks are not tested: ${whyNot}`);

/** Writes segments of 4 MB, looking at the disk after each megabyte. */
async function recordMegabytes(segments: SegmentFolder, count: number, look: () => void): Promise<void> {
  const bytes = megabyteOfPackets();
  for (let megabyte = 0; megabyte < count; megabyte += SEGMENT_MEGABYTES) {
    const segment = await segments.begin(BEGIN_MS + megabyte * 15_000);
    for (let written = 0; written < SEGMENT_MEGABYTES; written += 1) {
      await segment.write(bytes);
      await segment.sync();
      look();
    }
    await segment.finish();
  }
}

/** Begins a segment with something in it. */
async function begun(segments: SegmentFolder, packetCount = 100): Promise<SegmentFile> {
  const segment = await segments.begin(BEGIN_MS);
  await segment.write(packets(packetCount));
  return segment;
}

/** The same call, before the first of which the disk is pulled out; a folder of the same name is below its mount point. */
function afterPull<Args extends unknown[], Result>(disk: MountedDisk, call: (...args: Args) => Result) {
  let isPulled = false;
  return (...args: Args): Result => {
    if (!isPulled) {
      isPulled = true;
      disk.pull();
      mkdirSync(disk.file('video'));
    }
    return call(...args);
  };
}

describe.skipIf(whyNot !== undefined)('a disk', () => {
  test(
    'of 50 MB with a quota of 40 MB is written for ever, and never holds more than that',
    async () => {
      using disk = new MountedDisk(TMPFS);
      const segments = folderOnDisk(disk.path, { quotaBytes: QUOTA_BYTES });
      const used: number[] = [];
      await recordMegabytes(segments, 200, () => used.push(usedBytes(disk.path)));
      expect(Math.max(...used)).toBeLessThanOrEqual(QUOTA_BYTES);
      // No more is deleted than has to be.
      expect(Math.min(...used.slice(50))).toBeGreaterThan(QUOTA_BYTES - (SEGMENT_MEGABYTES + 1) * MEGABYTE);
      expect(namesIn(disk.path).every((name) => isWhole(disk.file(name)))).toBe(true);
      expect(segments.figures).toMatchObject({ sizeBytes: usedBytes(disk.path), deletedSegments: 40 });
    },
    LIMIT_MS,
  );

  test(
    'without a quota is filled but for the reserve',
    async () => {
      using disk = new MountedDisk(TMPFS);
      const segments = folderOnDisk(disk.path);
      const free: number[] = [];
      await recordMegabytes(segments, 100, () => free.push(segments.figures?.freeBytes ?? 0));
      expect(usedBytes(disk.path)).toBeGreaterThan(DISK_BYTES - RESERVE_BYTES - 6 * MEGABYTE);
      expect(usedBytes(disk.path)).toBeLessThanOrEqual(DISK_BYTES - RESERVE_BYTES);
      expect(Math.min(...free)).toBeGreaterThanOrEqual(RESERVE_BYTES);
    },
    LIMIT_MS,
  );

  test(
    'that something else fills costs old segments, then stops the recorder, which goes on once it is freed',
    async () => {
      using disk = new MountedDisk(TMPFS);
      const segments = folderOnDisk(disk.path, { quotaBytes: QUOTA_BYTES });
      await recordMegabytes(segments, 20, () => {});
      const segment = await segments.begin(BEGIN_MS + 6_000_000);
      await segment.write(megabyteOfPackets());
      disk.leave(MEGABYTE);
      await segment.write(megabyteOfPackets());
      expect(segments.figures?.deletedSegments).toBe(1);
      disk.leave(MEGABYTE, 'more');
      const many = packets(1_000);
      let failure;
      while (!failure) failure = (await linkErrorOf(segment.write(many)))?.failure;
      expect(failure.code).toBe('file-reserve');
      expect(failure.text).toMatch(
        /^the disk has 2\.\d MB left, and 2\.5 MB stay free: it goes on once there is room$/,
      );
      expect(segments.figures).toMatchObject({ segments: 1, deletedSegments: 5 });
      await segment.abandon();
      // Nothing is given up for what would stop again at once.
      expect(await failureOf(segments.begin(BEGIN_MS + 7_000_000))).toBe('file-reserve');
      expect(usedBytes(disk.path)).toBe(segment.sizeBytes);
      disk.empty();
      await record(segments, BEGIN_MS + 8_000_000);
      expect(segments.figures).toMatchObject({ segments: 2, deletedSegments: 5 });
    },
    LIMIT_MS,
  );

  test('whose old segments somebody reads gets no room by their deletion yet, and does not lose all of them', async () => {
    using disk = new MountedDisk(TMPFS);
    const segments = folderOnDisk(disk.path);
    await recordMegabytes(segments, 20, () => {});
    const readers = namesIn(disk.path).map((name) => openSync(disk.file(name), 'r'));
    const segment = await segments.begin(BEGIN_MS + 6_000_000);
    disk.leave(1.5 * MEGABYTE);
    await segment.write(packets(2_000));
    await segment.write(packets(2_000));
    expect(segments.figures).toMatchObject({ segments: 5, deletedSegments: 1 });
    for (const reader of readers) closeSync(reader);
    await segment.finish();
  });

  test('that is full in the middle of a write, whatever it said before, keeps whole packets', async () => {
    using disk = new MountedDisk(TMPFS);
    const segments = folderAt(disk.path);
    const segment = await begun(segments);
    disk.leave(128 * 1024);
    const failure = (await linkErrorOf(segment.write(packets(2_000))))?.failure;
    expect(failure).toEqual({
      code: 'file-disk-full',
      text: 'the disk is full: it goes on once there is room',
    });
    await segment.abandon();
    const name = namesIn(disk.path).find((each) => each !== 'ballast') ?? '';
    expect(name).toEndWith('.ts');
    expect(isWhole(disk.file(name))).toBe(true);
    expect(statSync(disk.file(name)).size).toBe(segment.sizeBytes);
    expect(segment.sizeBytes).toBeGreaterThan(100 * PACKET_BYTES);
  });

  test('that is full in the middle of a write, whatever it said before, gets room by what is old', async () => {
    using disk = new MountedDisk(TMPFS);
    const segments = folderAt(disk.path);
    for (let minute = 0; minute < 3; minute += 1) {
      await record(segments, BEGIN_MS + minute * 60_000, 1_000);
    }
    const segment = await segments.begin(BEGIN_MS + 600_000);
    disk.leave(10_000);
    await segment.write(packets(1_500));
    expect(segment.sizeBytes).toBe(1_500 * PACKET_BYTES);
    expect(segments.figures).toMatchObject({ segments: 2, deletedSegments: 2 });
    await segment.finish();
    expect(isWhole(disk.file(namesIn(disk.path).at(-1) ?? ''))).toBe(true);
  });

  test('that has no more names gets some by what is old', async () => {
    using disk = new MountedDisk({ ...TMPFS, options: ',nr_inodes=6' });
    const segments = folderAt(disk.path);
    for (let minute = 0; minute < 12; minute += 1) await record(segments, BEGIN_MS + minute * 60_000);
    expect(namesIn(disk.path).length).toBeLessThanOrEqual(5);
    expect(namesIn(disk.path).at(-1)).toBe('imagestream-20261124T204400Z.ts');
  });

  test('that can only be read by now is told of in words, and is used again once it can be written', async () => {
    using disk = new MountedDisk(TMPFS);
    const segments = folderOnDisk(disk.path);
    await record(segments, BEGIN_MS);
    disk.remount('ro');
    const failure = (await linkErrorOf(segments.begin(BEGIN_MS)))?.failure;
    expect(failure).toEqual({
      code: 'file-read-only',
      text: 'the file system of the recordings can only be read',
    });
    expect(await segments.recover()).toBe(0);
    disk.remount('rw');
    await record(segments, BEGIN_MS);
    expect(namesIn(disk.path).length).toBe(2);
  });

  test('that is pulled out while a segment is written is missed at the next write, and awaited', async () => {
    using disk = new MountedDisk(TMPFS);
    mkdirSync(disk.file('video'));
    const segments = folderOnDisk(disk.file('video'));
    const segment = await begun(segments);
    disk.pull();
    const failure = (await linkErrorOf(segment.write(packets(1))))?.failure;
    const text = `nothing is mounted at ${disk.path} any more: it goes on once its disk is back`;
    expect(failure).toEqual({ code: 'file-not-mounted', text });
    expect(await failureOf(segment.finish())).toBe('file-not-mounted');
    await segment.abandon();
    // What is below the mount point is the disk of the system.
    mkdirSync(disk.file('video'));
    expect(await failureOf(segments.begin(BEGIN_MS))).toBe('file-not-mounted');
    expect(await failureOf(segments.recover())).toBe('file-not-mounted');
    expect(namesIn(disk.file('video'))).toEqual([]);
    rmdirSync(disk.file('video'));
    disk.mount();
    mkdirSync(disk.file('video'));
    await record(segments, BEGIN_MS);
    expect(namesIn(disk.file('video')).length).toBe(1);
  });

  test('that is pulled out while a segment begins leaves nothing on the disk below, and is awaited', async () => {
    using disk = new MountedDisk(TMPFS);
    const video = disk.file('video');
    mkdirSync(video);
    const spaceOf = afterPull(disk, AMPLE_DISK.spaceOf);
    const segments = folderAt(video, { disk: { ...AMPLE_DISK, spaceOf } });
    expect(await failureOf(segments.begin(BEGIN_MS))).toBe('file-not-mounted');
    expect(namesIn(video)).toEqual([]);
    rmdirSync(video);
    disk.mount();
    mkdirSync(video);
    await record(segments, BEGIN_MS);
    expect(namesIn(video).length).toBe(1);
  });

  test('that is pulled out just after a segment was made has nothing of it once it is back', async () => {
    using disk = new MountedDisk({ kind: 'ext4', sizeBytes: DISK_BYTES });
    const video = disk.file('video');
    mkdirSync(video);
    const lockFile = afterPull(disk, AMPLE_DISK.lockFile);
    const segments = folderAt(video, { disk: { ...AMPLE_DISK, lockFile } });
    expect(await failureOf(segments.begin(BEGIN_MS))).toBe('file-not-mounted');
    expect(namesIn(video)).toEqual([]);
    rmdirSync(video);
    disk.mount();
    expect(namesIn(video).map((name) => statSync(disk.file(`video/${name}`)).size)).toEqual([0]);
    await record(segments, BEGIN_MS + 60_000);
    expect(namesIn(video)).toEqual(['imagestream-20261124T203400Z.ts']);
  });

  test('whose folder is removed while a segment is written is a failure, until it is made again', async () => {
    using disk = new MountedDisk(TMPFS);
    mkdirSync(disk.file('video'));
    const segments = folderOnDisk(disk.file('video'));
    const segment = await begun(segments);
    rmSync(disk.file('video'), { recursive: true });
    expect(await failureOf(segment.write(packets(1)))).toBe('file-no-folder');
    await segment.abandon();
    mkdirSync(disk.file('video'));
    await record(segments, BEGIN_MS);
  });

  test('on which an old segment cannot be deleted loses the next one instead', async () => {
    using disk = new MountedDisk(TMPFS);
    const segments = folderAt(disk.path, { quotaBytes: 30 * PACKET_BYTES });
    const names: string[] = [];
    for (const minute of [0, 1, 2]) names.push(await record(segments, BEGIN_MS + minute * 60_000, 10));
    disk.pin(names[0] ?? '');
    names.push(await record(segments, BEGIN_MS + 180_000, 10));
    expect(namesIn(disk.path)).toEqual([0, 2, 3].map((index) => names[index] ?? ''));
    disk.unpin(names[0] ?? '');
    names.push(await record(segments, BEGIN_MS + 240_000, 10));
    expect(namesIn(disk.path)).toEqual(names.slice(2));
  });

  test('on which none can be deleted stops the recorder at its quota', async () => {
    using disk = new MountedDisk(TMPFS);
    const segments = folderAt(disk.path, { quotaBytes: 30 * PACKET_BYTES, disk: AMPLE_DISK });
    const names: string[] = [];
    for (const minute of [0, 1, 2]) names.push(await record(segments, BEGIN_MS + minute * 60_000, 10));
    for (const name of names) disk.pin(name);
    const segment = await segments.begin(BEGIN_MS + 180_000);
    expect((await linkErrorOf(segment.write(packets(1))))?.failure).toEqual({
      code: 'file-permission',
      text:
        'the quota of 0.0 MB is used up, and old recordings cannot be deleted (EBUSY): ' +
        'let this user delete in the folder, or delete some',
    });
    await segment.abandon();
    expect(namesIn(disk.path)).toEqual(names);
    for (const name of names) disk.unpin(name);
    await record(segments, BEGIN_MS + 240_000, 10);
  });
});
