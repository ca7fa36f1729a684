import { link } from 'node:fs/promises';
import { lockFile, type FileLock } from '../../os/file-lock.ts';
import { diskSpace, type DiskSpace } from './disk-space.ts';

/** What file systems differ in; a test stands in for those that it cannot mount. All reject with the system's error. */
export interface DiskCalls {
  readonly spaceOf: (folder: string) => Promise<DiskSpace>;
  readonly linkAt: (from: string, to: string) => Promise<void>;
  readonly lockFile: (fd: number) => FileLock;
}

/** Those of the system. */
export const diskCalls: DiskCalls = { spaceOf: diskSpace, linkAt: link, lockFile };
