import { closeSync, fchmodSync, writeSync } from 'node:fs';
import { EINVAL, errno, errorInWords, libc, MFD_CLOEXEC, MFD_NOEXEC_SEAL, pinnedCopy } from '../os/libc.ts';

/** What the file is called in /proc, for whoever looks there; nothing can be opened by it. */
const LABEL = 'cosmos-video-options';

/**
 * Writes options into a file in memory that never has a name: only a process that is handed the descriptor can read it,
 * nothing is left behind however this program ends, and nothing of it stands in the arguments, which every user of the
 * machine can read. Throws where the system has no memory or no descriptor left.
 * @returns a file descriptor that the caller closes
 */
export function openSecretsFile(options: Readonly<Record<string, string>>): number {
  const fd = openMemoryFile();
  try {
    fchmodSync(fd, 0o600);
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
}

/** memfd_create(2). Kernels before 6.3 do not know that a file is never a program; later ones may insist on being told. */
function openMemoryFile(): number {
  const label = pinnedCopy(new TextEncoder().encode(`${LABEL}\0`));
  let fd = libc.memfd_create(label.address, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno() === EINVAL) fd = libc.memfd_create(label.address, MFD_CLOEXEC);
  if (fd < 0) throw new Error(`no file in memory for the secret options: ${errorInWords(errno())}`);
  return fd;
}
