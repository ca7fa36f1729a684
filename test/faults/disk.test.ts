import { expect, test } from 'bun:test';
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../support/folder.ts';
import { FaultStage } from './fault-stage.ts';

const LIMIT_MS = 90_000;
const DISK_BYTES = 1_048_576;
const LEFT_BYTES = 65_536;

/** A disk of 1 MiB that holds nothing but what a test puts on it. */
class SmallDisk implements AsyncDisposable {
  readonly #folder = new Folder();
  readonly #path = this.#folder.file('disk');

  /** @returns undefined where this user may not mount */
  static mounted(): SmallDisk | undefined {
    const disk = new SmallDisk();
    mkdirSync(disk.#path);
    const options = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', disk.#path];
    const mount = Bun.spawnSync(['mount', ...options], { stdio: ['ignore', 'ignore', 'ignore'] });
    if (mount.exitCode === 0) return disk;
    disk.#folder[Symbol.dispose]();
    return undefined;
  }

  file(name: string): string {
    return join(this.#path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Bun.spawnSync(['umount', '--lazy', this.#path]);
    this.#folder[Symbol.dispose]();
  }
}

const mayMount = await canMount();

async function canMount(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  await using disk = SmallDisk.mounted();
  return disk !== undefined;
}

test.concurrent.skipIf(!mayMount)(
  'a disk that is full is named, and the stream goes on in another file once there is room',
  async () => {
    await using disk = SmallDisk.mounted();
    if (!disk) throw new Error('the disk could not be mounted this time');
    await using stage = await FaultStage.open();
    const ballast = disk.file('ballast');
    writeFileSync(ballast, Buffer.alloc(DISK_BYTES - LEFT_BYTES));
    const program = await stage.waiting({ settings: { DESTINATION: disk.file('video.ts') } });
    await program.line(/failed: the disk is full.*trying again/, { nth: 2, withinMs: 40_000 });
    rmSync(ballast);
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
