import { closeSync, existsSync, openSync, statSync, unlinkSync } from 'node:fs';
import { extname } from 'node:path';
import { codeOf, EncoderError, messageOf } from '../base/errors.ts';
import type { Destination } from '../config/config.ts';

/** More recordings than this beside each other are a sign of something else being wrong. */
const MOST_FILES = 100_000;

/** Where one session goes. */
export interface Output {
  /** What ffmpeg is to write to. */
  readonly url: string;
  /** To be called once ffmpeg is gone, or could not be started: nothing is left of a file that it wrote nothing into. */
  release(): void;
}

/**
 * Takes a place for the session that opens now. A file that is there is never written to, whoever made it: the next session
 * goes to `name-2.ts`, `name-3.ts` and so on. The name is ours from then on, since the file is made here, so that no other
 * program that looks for one gets the same. Devices, pipes and network addresses are taken as they are.
 * Throws an `EncoderError` when there are 100,000 such files, or none can be made: it is tried again, for that may change.
 */
export function reserveOutput(destination: Destination): Output {
  if (destination.kind !== 'file') return asItIs(destination.url);
  const path = destination.url;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (let number = 1; number <= MOST_FILES; number += 1) {
    const output = reserve(number === 1 ? path : `${stem}-${number}${extension}`);
    if (output) return output;
  }
  throw new EncoderError({
    code: 'file-taken',
    text: `${path} and ${MOST_FILES - 1} files numbered after it exist already: move them away`,
  });
}

function asItIs(url: string): Output {
  return { url, release: () => {} };
}

/** @returns nothing where there is a file already */
function reserve(url: string): Output | undefined {
  const file = url.replace(/^file:/, '');
  if (!existsSync(file)) return create(file, url);
  return statSync(file, { throwIfNoEntry: false })?.isFile() === false ? asItIs(url) : undefined;
}

/** Where no file can be made for one of these reasons, ffmpeg cannot make one either, and says so in its own words. */
const FFMPEG_SAYS = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG', 'ELOOP']);

function create(file: string, url: string): Output | undefined {
  try {
    // Fails where the file is there by now, or a link of that name that leads nowhere (O_CREAT | O_EXCL).
    closeSync(openSync(file, 'wx'));
    return { url, release: () => removeIfEmpty(file) };
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EEXIST') return undefined;
    if (FFMPEG_SAYS.has(code)) return asItIs(url);
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const failure = {
      code: isFull ? 'file-disk-full' : 'file-other',
      text: `${file} cannot be made: ${messageOf(error)}`,
    } as const;
    throw new EncoderError(failure, { cause: error });
  }
}

/** Nobody else writes into it, since it was there before they came. */
function removeIfEmpty(file: string): void {
  try {
    if (statSync(file).size === 0) unlinkSync(file);
  } catch {
    // It was moved or removed by somebody else, or may not be any more: it is in nobody's way.
  }
}
