import { expect, test } from 'bun:test';
import { rmSync, statSync, symlinkSync } from 'node:fs';
import { MountedDisk, noMountReason } from '../outputs/recorder/mounted-disk.ts';
import { FaultStage } from './fault-stage.ts';

const LIMIT_MS = 90_000;
/** Nothing is on it but what a test puts there; there is room for several minutes of video. */
const DISK = { kind: 'tmpfs', sizeBytes: 8_388_608 } as const;
const LEFT_BYTES = 65_536;

const whyNot = noMountReason(DISK);
if (whyNot !== undefined) console.warn(`files on a disk that is full are not tested: ${whyNot}`);

test.concurrent.skipIf(whyNot !== undefined)(
  'a disk that is full is named, and the stream goes on in another file once there is room',
  async () => {
    using disk = new MountedDisk(DISK);
    await using stage = await FaultStage.open();
    disk.leave(LEFT_BYTES);
    const program = await stage.waiting({ settings: { DESTINATION: disk.file('video.ts') } });
    await program.line(/failed: the disk is full.*trying again/, { nth: 2, withinMs: 40_000 });
    disk.empty();
    await program.streams();
    expect(program.child.text).toMatch(/streaming to \S+video-2\.ts/);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a destination on which there is no room is tried again until there is',
  async () => {
    await using stage = await FaultStage.open();
    const path = stage.file('video.ts');
    symlinkSync('/dev/full', path);
    const program = await stage.waiting({ settings: { DESTINATION: path } });
    await program.line(/failed: the disk is full.*trying again/, { nth: 2, withinMs: 40_000 });
    rmSync(path);
    await program.streams();
    expect(statSync(path).size).toBeGreaterThan(0);
    await program.isSound();
  },
  LIMIT_MS,
);
