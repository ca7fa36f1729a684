import { EAGAIN, EBADF, errno, libc, LOCK_EX, LOCK_NB } from './libc.ts';

/**
 * held: it is ours for as long as the file is open. elsewhere: another program, or another opening in this one, has it.
 * unsupported: this file system knows no locks, or its server does not answer for them.
 */
export type FileLock = 'held' | 'elsewhere' | 'unsupported';

/**
 * Takes the lock of an open file that is only ours (flock), without waiting for it. It goes with the opening: closing
 * the file gives it back, and so does the end of the program, however it ends. Throws where `fd` is not open.
 */
export function lockFile(fd: number): FileLock {
  if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0) return 'held';
  const error = errno();
  if (error === EBADF) throw new Error(`no file is open by the number ${fd}`);
  // ENOLCK and EOPNOTSUPP are what NFS and FUSE say; whatever else it is, there is no lock to go by.
  return error === EAGAIN ? 'elsewhere' : 'unsupported';
}
