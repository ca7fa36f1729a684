import { describe, expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { MountedDisk, noMountReason } from './mounted-disk.ts';
import { BEGIN_MS, folderOnDisk, isWhole, namesIn, packets, record } from './segment-stage.ts';

const DISK = { kind: 'ext4', sizeBytes: 64_000_000 } as const;
const NAME = 'imagestream-20261124T203300Z.ts';
const LIMIT_MS = 30_000;

const whyNot = noMountReason(DISK);
if (whyNot !== undefined) console.warn(`recorders in a power cut are not tested: ${whyNot}`);

/** Of the recorder, on a disk on which there may be more. */
function recorded(disk: MountedDisk): string[] {
  return namesIn(disk.path).filter((name) => name.startsWith('imagestream'));
}

describe.skipIf(whyNot !== undefined)('a power cut', () => {
  test(
    'costs what was written since the last sync, and nothing else',
    async () => {
      using disk = new MountedDisk(DISK);
      const segment = await folderOnDisk(disk.path).begin(BEGIN_MS);
      for (const safePackets of [100, 5_000]) {
        await segment.write(packets(safePackets - segment.sizeBytes / PACKET_BYTES));
        await segment.sync();
        using left = disk.afterPowerCut();
        expect(recorded(left)).toEqual([`${NAME}.part`]);
        expect(await folderOnDisk(left.path).recover()).toBe(1);
        expect(recorded(left)).toEqual([NAME]);
        expect(statSync(left.file(NAME)).size).toBe(safePackets * PACKET_BYTES);
        expect(isWhole(left.file(NAME))).toBe(true);
      }
      await segment.write(packets(1_000));
      using left = disk.afterPowerCut();
      await folderOnDisk(left.path).recover();
      expect(statSync(left.file(NAME)).size).toBeGreaterThanOrEqual(5_000 * PACKET_BYTES);
      expect(isWhole(left.file(NAME))).toBe(true);
      await segment.finish();
    },
    LIMIT_MS,
  );

  test(
    'takes neither the content nor the name of one that is finished',
    async () => {
      using disk = new MountedDisk(DISK);
      await record(folderOnDisk(disk.path), BEGIN_MS, 3_000);
      using left = disk.afterPowerCut();
      expect(recorded(left)).toEqual([NAME]);
      expect(statSync(left.file(NAME)).size).toBe(3_000 * PACKET_BYTES);
      expect(isWhole(left.file(NAME))).toBe(true);
    },
    LIMIT_MS,
  );
});
