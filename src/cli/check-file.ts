import { closeSync, constants, fsyncSync, openSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileFailure } from '../outputs/file-failure.ts';
import { bad, good, type Finding } from './finding.ts';

/** A full disk still takes the name of a file, and the first bytes may fit into what is left of it. */
const TRIAL_BYTES = 64 * 1024;

/**
 * Writes into the folder that the file is to lie in, and removes what was written; a device is opened. A pipe is left
 * alone: whoever reads it would take the closing for the end of the video. Never throws.
 */
export function fileTrialFinding(path: string, display: string): Finding {
  const folder = dirname(path);
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    if (present === undefined || present.isFile()) {
      return writtenFinding(folder);
    }
    if (present.isFIFO()) return good(`${display} is a pipe: only a start can tell whether someone reads it`);
    openAndClose(path);
    return good(`${display} was opened and closed`);
  } catch (error) {
    return bad(
      `nothing can be written in ${folder}: ${fileFailure(error).text}; make that good, or set ` +
        'COSMOS_VIDEO_DESTINATION to another folder',
    );
  }
}

/**
 * Writes a file into the folder and removes it.
 * @returns that it went well; throws the system's error where it did not
 */
export function writtenFinding(folder: string): Finding {
  writeAndRemove(join(folder, `.cosmos-video-builder-check-${process.pid}`));
  return good(`a file in ${folder} was written and removed`);
}

/** Without waiting for what is behind a device. */
function openAndClose(path: string): void {
  closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
}

function writeAndRemove(path: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    // Some file systems look for room only when they write it out.
    writeFileSync(file, new Uint8Array(TRIAL_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
}
