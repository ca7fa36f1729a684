import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../../support/folder.ts';

/** A thawing that is late is a test that hangs, and so is everything that touches the disk. */
const LATEST_THAW_S = 20;

/** So that nothing is written out that nobody has asked for. */
const COMMIT_PERIOD_S = 300;

/** What kind of disk a test wants. */
export type DiskKind =
  | { readonly kind: 'tmpfs'; readonly sizeBytes: number; readonly options?: string }
  /** In a file, so that it can be stopped, and be looked at as a power cut would leave it. */
  | { readonly kind: 'ext4'; readonly sizeBytes: number; readonly copyOf?: string };

/** A file system of its own, mounted in a folder of its own; it is gone when it goes out of scope. */
export class MountedDisk implements Disposable {
  readonly #folder = new Folder();
  readonly path = this.#folder.file('disk');

  /** Throws where this user may not mount. */
  constructor(private readonly disk: DiskKind) {
    mkdirSync(this.path);
    if (disk.kind === 'ext4') this.#format(disk);
    this.mount();
  }

  file(name: string): string {
    return join(this.path, name);
  }

  mount(): void {
    const { disk } = this;
    const how =
      disk.kind === 'ext4'
        ? ['-o', `loop,commit=${COMMIT_PERIOD_S}`, this.#image]
        : ['-t', 'tmpfs', '-o', `size=${disk.sizeBytes}${disk.options ?? ''}`, 'none'];
    need(['mount', ...how, this.path]);
  }

  /** As a disk that is pulled out: whoever has files open goes on in them. */
  pull(): void {
    need(['umount', '--lazy', this.path]);
  }

  remount(options: string): void {
    need(['mount', '-o', `remount,${options}`, this.path]);
  }

  /** What is left when the power goes now: what was written out to the disk, and nothing of what is in memory. */
  afterPowerCut(): MountedDisk {
    return new MountedDisk({ kind: 'ext4', sizeBytes: this.disk.sizeBytes, copyOf: this.#image });
  }

  /** A file that nobody can delete (EBUSY). */
  pin(name: string): void {
    need(['mount', '--bind', this.file(name), this.file(name)]);
  }

  unpin(name: string): void {
    need(['umount', this.file(name)]);
  }

  /** Whoever writes to it from now on hangs, until it is thawed; which happens by itself after a while. */
  freeze(): void {
    need(['fsfreeze', '--freeze', this.path]);
    this.#guard = Bun.spawn(['sh', '-c', `sleep ${LATEST_THAW_S}; fsfreeze --unfreeze "$0"`, this.path], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
  }

  thaw(): void {
    this.#guard?.kill();
    this.#guard = undefined;
    need(['fsfreeze', '--unfreeze', this.path]);
  }

  /** Something else takes its room, but for so much. */
  leave(freeBytes: number, name = 'ballast'): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(this.file(name), Buffer.alloc(bavail * bsize - freeBytes));
  }

  empty(name = 'ballast'): void {
    rmSync(this.file(name));
  }

  [Symbol.dispose](): void {
    if (this.#guard) this.thaw();
    Bun.spawnSync(['umount', '--lazy', '--recursive', this.path], { stdio: ['ignore', 'ignore', 'ignore'] });
    this.#folder[Symbol.dispose]();
  }

  #guard: Bun.Subprocess<'ignore', 'ignore', 'ignore'> | undefined;

  get #image(): string {
    return this.#folder.file('image');
  }

  #format({ sizeBytes, copyOf }: Extract<DiskKind, { kind: 'ext4' }>): void {
    if (copyOf !== undefined) return need(['cp', '--sparse=always', copyOf, this.#image]);
    need(['truncate', '--size', String(sizeBytes), this.#image]);
    need(['mkfs.ext4', '-q', '-m', '0', this.#image]);
  }
}

/** Why tests with such a disk are skipped here; undefined where they can run. */
export function noMountReason(disk: DiskKind): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount a disk';
  try {
    using mounted = new MountedDisk(disk);
    if (disk.kind === 'ext4') {
      mounted.freeze();
      mounted.thaw();
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function need(command: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([...command], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr.toString().trim()}`);
}
