import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../support/folder.ts';

const DISK_BYTES = 50_000_000;
/** Often enough that a recorder which makes room finds it taken again before it has written much. */
const TAKE_PERIOD_MS = 100;
const SEGMENT = /\.ts(\.part)?$/;

/** What lies in the folder of recordings. */
export interface SegmentFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isFinished: boolean;
}

/**
 * A small disk of its own for the recordings, which can be full and can vanish: a tmpfs that is mounted a second time at the folder that
 * the program is told of. Where this user may not mount, a folder, which cannot be full.
 */
export class SoakDisk implements Disposable {
  readonly #folder = new Folder();
  /** Where it always is. */
  readonly #place = this.#folder.file('disk');
  /** Where the program finds it. */
  readonly path = this.#folder.file('recordings');
  readonly isOwn: boolean;
  #taking: Timer | undefined;

  constructor() {
    mkdirSync(this.#place);
    mkdirSync(this.path);
    this.isOwn =
      process.getuid?.() === 0 &&
      run('mount', '-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', this.#place);
    if (this.isOwn) this.comeBack();
  }

  /** Takes all room but for `leftBytes`. @param isGreedy takes what is made of it, too, until it is freed */
  fill(leftBytes: number, isGreedy: boolean): void {
    this.#takeRoom(leftBytes);
    if (isGreedy) this.#taking = setInterval(() => this.#takeRoom(leftBytes), TAKE_PERIOD_MS);
  }

  /** Gives it back. */
  free(): void {
    clearInterval(this.#taking);
    rmSync(this.#ballast, { force: true });
  }

  /** It is gone, with all that is in it; what is open there stays open, and is of no use. */
  vanish(): void {
    if (this.isOwn) run('umount', '--lazy', this.path);
    else renameSync(this.path, this.#place.concat('-away'));
  }

  /** @throws Error where it cannot be mounted */
  comeBack(): void {
    if (!this.isOwn) renameSync(this.#place.concat('-away'), this.path);
    else if (!run('mount', '--bind', this.#place, this.path))
      throw new Error(`${this.path} cannot be mounted`);
  }

  /** What is in it, wherever the program finds it at present; by name, which is by time. */
  segments(): SegmentFile[] {
    const place = this.isOwn ? this.#place : this.path;
    return namesIn(place)
      .filter((name) => SEGMENT.test(name))
      .toSorted()
      .flatMap((name) => segmentAt(join(place, name)));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#taking);
    if (this.isOwn) {
      run('umount', '--lazy', this.path);
      run('umount', '--lazy', this.#place);
    }
    this.#folder[Symbol.dispose]();
  }

  /** Where it is no disk of its own there is nothing to take: that of this machine is not to be filled. */
  #takeRoom(leftBytes: number): void {
    if (!this.isOwn) return;
    const { bavail, bsize } = statfsSync(this.#place);
    const sizeBytes = Math.max(0, bavail * bsize - leftBytes);
    try {
      appendFileSync(this.#ballast, Buffer.alloc(sizeBytes));
    } catch {
      // The recorder was faster: it is full all the same.
    }
  }

  get #ballast(): string {
    return join(this.#place, 'ballast');
  }
}

function run(...command: string[]): boolean {
  return Bun.spawnSync(command, { stdio: ['ignore', 'ignore', 'ignore'] }).exitCode === 0;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It has vanished.
    return [];
  }
}

function segmentAt(path: string): SegmentFile[] {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? [{ path, sizeBytes: found.size, isFinished: path.endsWith('.ts') }] : [];
}
