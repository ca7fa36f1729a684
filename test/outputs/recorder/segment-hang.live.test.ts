import { describe, expect, test } from 'bun:test';
import { lstat } from 'node:fs/promises';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import type { SegmentFile } from '../../../src/outputs/recorder/segment-file.ts';
import type { SegmentFolder } from '../../../src/outputs/recorder/segment-folder.ts';
import { MountedDisk, noMountReason } from './mounted-disk.ts';
import { BEGIN_MS, folderOnDisk, isWhole, namesIn, packets, record } from './segment-stage.ts';

const DISK = { kind: 'ext4', sizeBytes: 64_000_000 } as const;
const HANG_MS = 700;
const TURN_MS = 5;
/**
 * More than two cores with other work on them hold anything up. A call on this thread would last until the disk is thawed, as would
 * a use of another disk that waits behind this one: that is done by this thread and after that use, or else after 20 s.
 */
const MOST_HELD_UP_MS = 5_000;
const LIMIT_MS = 60_000;

const whyNot = noMountReason(DISK);
if (whyNot !== undefined) console.warn(`recorders on a disk that hangs are not tested: ${whyNot}`);

interface Hang {
  /** How long the longest turn of this thread took meanwhile. */
  readonly heldUpMs: number;
  readonly tookMs: number;
  /** How long the use of another disk took meanwhile. */
  readonly otherMs: number;
}

/** Does something on a disk that hangs for a while: a real one, which takes nothing until it is thawed. */
async function hang(disk: MountedDisk, work: () => Promise<unknown>): Promise<Hang> {
  disk.freeze();
  const beginMs = performance.now();
  let [lastMs, heldUpMs] = [beginMs, 0];
  let otherMs: number | undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    heldUpMs = Math.max(heldUpMs, nowMs - lastMs);
    lastMs = nowMs;
    // The thawing itself is done by a program that is waited for.
    if (nowMs - beginMs < HANG_MS || otherMs === undefined) return;
    clearInterval(timer);
    disk.thaw();
  }, TURN_MS);
  const worked = work();
  const otherBeginMs = performance.now();
  await lstat('/etc/passwd');
  otherMs = performance.now() - otherBeginMs;
  await worked;
  clearInterval(timer);
  return { heldUpMs, otherMs, tookMs: performance.now() - beginMs };
}

async function begun(segments: SegmentFolder): Promise<SegmentFile> {
  const segment = await segments.begin(BEGIN_MS);
  await segment.write(packets(100));
  return segment;
}

describe.skipIf(whyNot !== undefined)('a disk that hangs', () => {
  test.each([
    ['a segment begins', async (segments: SegmentFolder) => record(segments, BEGIN_MS)],
    [
      'a segment is written',
      async (_: SegmentFolder, segment: SegmentFile) => segment.write(packets(20_000)),
    ],
    [
      'a segment is synced',
      async (_: SegmentFolder, segment: SegmentFile) => {
        await segment.write(packets(100));
        await segment.sync();
      },
    ],
    ['a segment is finished', async (_: SegmentFolder, segment: SegmentFile) => segment.finish()],
    ['a segment is given up', async (_: SegmentFolder, segment: SegmentFile) => segment.abandon()],
    [
      'an old segment is deleted',
      async (_: SegmentFolder, segment: SegmentFile) => segment.write(packets(101)),
    ],
  ])(
    'while %s holds up nobody else, and goes on',
    async (_, work) => {
      using disk = new MountedDisk(DISK);
      const segments = folderOnDisk(disk.path, { quotaBytes: 300 * PACKET_BYTES });
      await record(segments, BEGIN_MS - 60_000, 100);
      const segment = await begun(segments);
      const { heldUpMs, tookMs, otherMs } = await hang(disk, () => work(segments, segment));
      expect(tookMs).toBeGreaterThan(HANG_MS * 0.9);
      expect(heldUpMs).toBeLessThan(MOST_HELD_UP_MS);
      expect(otherMs).toBeLessThan(MOST_HELD_UP_MS);
      await segment.abandon();
      expect(
        namesIn(disk.path).filter((name) => name.startsWith('imagestream') && !isWhole(disk.file(name))),
      ).toEqual([]);
    },
    LIMIT_MS,
  );
});
