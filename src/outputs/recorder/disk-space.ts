import { statfs } from 'node:fs/promises';

/** Of the disk as much stays free for others, or as many bytes, whichever is less. */
const RESERVE_SHARE = 0.05;
const MOST_RESERVE_BYTES = 500_000_000;
/** So much more has to be free before a recorder goes on that had no room; or it would stop again at once. */
const MARGIN_SHARE = 0.01;
const MOST_MARGIN_BYTES = 8_000_000;

/** The file system that a folder is in. */
export interface DiskSpace {
  readonly totalBytes: number;
  /** What a user without privilege may still write. */
  readonly freeBytes: number;
}

/** Rejects with the system's error. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(folder);
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
}

/**
 * What stays free of a disk. A disk that is full harms more than the recorder: logs are lost, packages cannot be
 * configured, databases stop. Pure.
 */
export function reserveBytes({ totalBytes }: DiskSpace): number {
  return Math.min(totalBytes * RESERVE_SHARE, MOST_RESERVE_BYTES);
}

/** What has to be free beyond the reserve before it goes on. Pure. */
export function marginBytes({ totalBytes }: DiskSpace): number {
  return Math.min(totalBytes * MARGIN_SHARE, MOST_MARGIN_BYTES);
}
