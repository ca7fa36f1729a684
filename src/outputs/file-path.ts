import { constants } from 'node:fs';
import { open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { codeOf, LinkError } from '../base/errors.ts';
import type { Destination } from '../config/config.ts';
import { fileFailure } from './file-failure.ts';

/** More recordings than this beside each other are a sign of something else being wrong. */
const MOST_FILES = 100_000;
/** A pipe that nobody reads fails at once, and one whose reader is slow holds up nothing. */
const AS_IT_IS = constants.O_WRONLY | constants.O_NONBLOCK;

/** Where the video goes from one opening to the next. */
export interface FilePlace {
  readonly handle: FileHandle;
  /** In the form that may be shown. */
  readonly shown: string;
  /** Closes it, and leaves nothing of a file that nothing was written into. Never rejects. */
  release(): Promise<void>;
}

/**
 * Opens a place for the video. A file that is there is never written to, whoever made it: the next one is `name-2.ts`,
 * `name-3.ts` and so on. Devices and pipes are opened as they are. Rejects with a `LinkError` when there are 100,000 such
 * files, or none can be made.
 */
export async function openPlace(destination: Pick<Destination, 'url' | 'display'>): Promise<FilePlace> {
  const path = destination.url;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  try {
    for (let number = 1; number <= MOST_FILES; number += 1) {
      const shown = number === 1 ? destination.display : `${stem}-${number}${extension}`;
      const place = await openHere(number === 1 ? path : shown, shown);
      if (place) return place;
    }
  } catch (error) {
    throw new LinkError(fileFailure(error), { cause: error });
  }
  throw new LinkError({
    code: 'file-taken',
    text: `${path} and ${MOST_FILES - 1} files numbered after it exist already: move them away`,
  });
}

/** @returns nothing where there is a file already */
async function openHere(url: string, shown: string): Promise<FilePlace | undefined> {
  const path = url.replace(/^file:/, '');
  const handle = await made(path);
  if (handle) return { handle, shown, release: () => closed(handle, path) };
  const isFile = await isFileOrNothing(path);
  if (isFile) return undefined;
  const asItIs = await open(path, AS_IT_IS);
  return { handle: asItIs, shown, release: () => closed(asItIs) };
}

/** Fails where the file is there by now, or a link of that name that leads nowhere (O_CREAT | O_EXCL). */
async function made(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

async function isFileOrNothing(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/** Nobody else writes into the file at `path`, since it was there before they came. */
async function closed(handle: FileHandle, path?: string): Promise<void> {
  try {
    const isEmpty = (await handle.stat()).size === 0;
    await handle.close();
    if (path !== undefined && isEmpty) await unlink(path);
  } catch {
    // It was moved or removed by somebody else, or may not be any more: it is in nobody's way.
  }
}
