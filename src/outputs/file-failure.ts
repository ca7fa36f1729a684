import { codeOf, messageOf } from '../base/errors.ts';
import type { Failure, FailureCode } from '../base/failure.ts';

const FULL = 'the disk is full: it goes on once there is room';
const PERMISSION = 'permission denied at the destination';

/** What the system says of a file, and what it means to an operator. */
const CAUSES: ReadonlyMap<string, readonly [code: FailureCode, words: string]> = new Map([
  ['ENOSPC', ['file-disk-full', FULL]],
  ['EDQUOT', ['file-disk-full', `${FULL} (this user's share of it)`]],
  ['EACCES', ['file-permission', PERMISSION]],
  ['EPERM', ['file-permission', PERMISSION]],
  ['EROFS', ['file-read-only', 'the file system of the destination can only be read']],
  ['EISDIR', ['file-is-folder', 'the destination is a folder: add the name of a file to it']],
  ['ENOTDIR', ['file-folder-is-file', 'what should be the folder of the destination is a file']],
  ['ENOENT', ['file-no-folder', 'the folder of the destination does not exist']],
  ['EIO', ['file-other', 'the disk of the destination has failed']],
  ['ENXIO', ['file-other', 'nobody reads the pipe at the destination: start what is to read it']],
  ['EPIPE', ['file-other', 'what read the pipe at the destination has closed it']],
]);

/** Why a file cannot be made or written. */
export function fileFailure(error: unknown): Failure {
  const [code, text] = CAUSES.get(codeOf(error) ?? '') ?? ['file-other', messageOf(error)];
  return { code, text };
}
