import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes options into a file that has no name any more when this returns: only a process that is handed the descriptor
 * can read it, nothing is left behind, and nothing of it stands in the arguments, which every user of the machine can
 * read. Throws where the temporary folder cannot be written.
 * @returns a file descriptor that the caller closes
 */
export function openSecretsFile(options: Readonly<Record<string, string>>): number {
  const folder = mkdtempSync(join(tmpdir(), 'cosmos-video-'));
  try {
    const fd = openSync(join(folder, 'options'), 'wx+', 0o600);
    try {
      // One `key=value` a line: the form of ffmpeg's preset files (opt_preset in fftools/ffmpeg_opt.c).
      writeSync(
        fd,
        Object.entries(options)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      );
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
