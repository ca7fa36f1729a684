import { lstat, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../base/errors.ts';

/**
 * Where the file system that holds a folder is mounted: the uppermost folder above it that is on the same device. A
 * bind mount of the same device does not show. Rejects with the system's error.
 */
export async function mountRootOf(folder: string): Promise<string> {
  let path = await realpath(folder);
  const { dev } = await lstat(path);
  while (path !== dirname(path) && (await lstat(dirname(path))).dev === dev) path = dirname(path);
  return path;
}

/** Whether a file system is mounted here. Rejects with the system's error, but for a folder that is gone. */
export async function isMounted(path: string): Promise<boolean> {
  if (path === dirname(path)) return true;
  try {
    return (await lstat(path)).dev !== (await lstat(dirname(path))).dev;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
