import { mkdirSync } from 'node:fs';
import { MountedDisk, type DiskKind } from '../outputs/recorder/mounted-disk.ts';

/**
 * A disk that the program sees in a folder, where it is mounted a second time: it can vanish from there and come back with all that
 * is on it, and may only be read for a while.
 */
export class ShownDisk implements AsyncDisposable {
  readonly disk: MountedDisk;

  /**
   * Throws where this user may not mount.
   * @param path where the program sees it; the folder is made
   */
  constructor(
    kind: DiskKind,
    readonly path: string,
  ) {
    this.disk = new MountedDisk(kind);
    mkdirSync(path);
    this.comeBack();
  }

  /** Whoever has files open there goes on in them, where nobody sees it. */
  vanish(): void {
    run('umount', '--lazy', this.path);
  }

  comeBack(): void {
    run('mount', '--bind', this.disk.path, this.path);
  }

  /**
   * What is open there can still be written (the kernel refuses to take that away), but nothing can be made, named or removed any
   * more.
   */
  protect(): void {
    run('mount', '--bind', '-o', 'ro', this.disk.path, this.path);
  }

  unprotect(): void {
    // Somebody may be looking into it.
    run('umount', '--lazy', this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It is mounted there once, or twice, or not at all.
    while (Bun.spawnSync(['umount', '--lazy', this.path], { stderr: 'ignore' }).exitCode === 0);
    this.disk[Symbol.dispose]();
  }
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr.toString().trim()}`);
}
