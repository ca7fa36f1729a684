import { constants } from 'node:fs';
import { lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, LinkError } from '../../base/errors.ts';
import type { DiskCalls } from './disk-calls.ts';
import { PART_SUFFIX, withoutPart, type SegmentNames } from './segment-name.ts';

/** Names one second apart that are tried for one segment: a quarter of an hour in which every second has one. */
const MOST_NAME_TRIES = 900;
const MS_PER_SECOND = 1_000;
/**
 * What a file system says that gives no file a second name (FAT, exFAT, some of FUSE and SMB), or has no room for
 * one: tmpfs counts it like a file.
 */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'ENOSPC',
  'EDQUOT',
  'EMLINK',
]);
/** What file systems say on which a folder cannot be synced; they write its names out by themselves. */
const NO_FOLDER_SYNC: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EBADF',
]);

/** What giving a segment its final name needs. */
export interface FinalNameParts {
  readonly folder: string;
  /** What it is called while it is written. */
  readonly partName: string;
  /** Open and locked, so that nobody else does the same. */
  readonly handle: FileHandle;
  readonly names: SegmentNames;
  readonly disk: Pick<DiskCalls, 'linkAt'>;
}

/**
 * Gives a segment that is whole its final name, and never overwrites a file: where the name is taken by now it is the
 * next free second's.
 * @returns the name. Rejects with the system's error, and with a `LinkError` where all names are taken
 */
export async function giveFinalName(parts: FinalNameParts): Promise<string> {
  const { folder, partName, names } = parts;
  const ownName = withoutPart(partName);
  const beginMs = names.read(partName)?.beginMs ?? 0;
  for (let tries = 0; tries < MOST_NAME_TRIES; tries += 1) {
    const name = names.at(beginMs + tries * MS_PER_SECOND);
    // Somebody is writing the one that this would be the final name of.
    if (name !== ownName && (await isThere(join(folder, name + PART_SUFFIX)))) continue;
    if (!(await isNamed(parts, name))) continue;
    await syncFolder(folder);
    return name;
  }
  throw takenError(join(folder, ownName));
}

/** @returns whether it has this name now, and no other */
async function isNamed(parts: FinalNameParts, name: string): Promise<boolean> {
  const [from, to] = [join(parts.folder, parts.partName), join(parts.folder, name)];
  try {
    await parts.disk.linkAt(from, to);
  } catch (error) {
    if (NO_LINKS.has(codeOf(error))) return isRenamed(from, to);
    if (codeOf(error) !== 'EEXIST') throw error;
    // An earlier run may have come just this far.
    if (!(await isSame(parts.handle, to))) return false;
  }
  await unlink(from);
  return true;
}

/**
 * Between the look and the new name another program could make such a file; none that knows these names does so while
 * we have it.
 */
async function isRenamed(from: string, to: string): Promise<boolean> {
  if (await isThere(to)) return false;
  await rename(from, to);
  return true;
}

/** Whether anything has this name. Rejects with the system's error. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Whether a name still leads to the file that is open. Rejects with the system's error, but for a name that is gone. */
export async function isSame(handle: FileHandle, path: string): Promise<boolean> {
  const own = await handle.stat();
  try {
    const named = await lstat(path);
    return named.ino === own.ino && named.dev === own.dev;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/**
 * A power cut takes none of the names that are in the folder now (fsync of the folder: fsync(2)). Rejects with the
 * system's error.
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(codeOf(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** What to throw where there is no name for a segment. */
export function takenError(path: string): LinkError {
  const text = `${path} and the names of the seconds after it are taken: move these files away`;
  return new LinkError({ code: 'file-taken', text });
}
