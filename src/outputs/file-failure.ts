import { codeOf, LinkError, messageOf } from '../base/errors.ts';
import type { Failure, FailureCode } from '../base/failure.ts';

const FULL = 'the disk is full: it goes on once there is room';
const PERMISSION = 'permission denied at the destination';
const RECORDING_PERMISSION = 'permission denied in the folder of the recordings';

type Cause = readonly [code: FailureCode, words: string];

/** What the system says of a file, and what it means to an operator. */
const CAUSES: ReadonlyMap<string, Cause> = new Map([
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

const RECORDING_DISK_FAILED = 'the disk of the recordings has failed: look at the log of the kernel';
const RECORDING_DISK_AWAY =
  'what the folder of the recordings is mounted from does not answer: mount it again';

/** The same of the segments of a recorder, where it means something else to their operator. */
const RECORDING_CAUSES: ReadonlyMap<string, Cause> = new Map([
  ['EACCES', ['file-permission', RECORDING_PERMISSION]],
  ['EPERM', ['file-permission', RECORDING_PERMISSION]],
  ['EROFS', ['file-read-only', 'the file system of the recordings can only be read']],
  ['ENOTDIR', ['file-folder-is-file', 'what should be the folder of the recordings is a file']],
  ['ENOENT', ['file-no-folder', 'the folder of the recordings does not exist: make it, or mount its disk']],
  ['EIO', ['file-other', RECORDING_DISK_FAILED]],
  ['ESTALE', ['file-other', RECORDING_DISK_AWAY]],
  ['ENOTCONN', ['file-other', RECORDING_DISK_AWAY]],
  ['ETIMEDOUT', ['file-other', RECORDING_DISK_AWAY]],
  ['EHOSTDOWN', ['file-other', RECORDING_DISK_AWAY]],
]);

/** Why a file that is a destination cannot be made or written. */
export function fileFailure(error: unknown): Failure {
  return failureOf(error, CAUSES.get(codeOf(error) ?? ''));
}

/** Why a recorder cannot make or write its segments. */
export function recordingFailure(error: unknown): Failure {
  const code = codeOf(error) ?? '';
  return failureOf(error, RECORDING_CAUSES.get(code) ?? CAUSES.get(code));
}

/**
 * What to throw instead of an error that came up with the recordings: a `LinkError` where it is the system's, and no
 * bug.
 */
export function recordingError(error: unknown): unknown {
  // The runtime's own errors have codes such as ERR_INVALID_ARG_TYPE.
  const isOfSystem = /^E[A-Z0-9]+$/.test(codeOf(error) ?? '');
  return isOfSystem ? new LinkError(recordingFailure(error), { cause: error }) : error;
}

function failureOf(error: unknown, cause: Cause = ['file-other', messageOf(error)]): Failure {
  const [code, text] = cause;
  return { code, text };
}
