import { existsSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Destination } from '../config/config.ts';
import { EncoderError } from '../errors.ts';

/** More recordings than this beside each other are a sign of something else being wrong. */
const MOST_FILES = 100_000;

/**
 * What ffmpeg is to write to for the stream that opens now. A file that holds a recording is never overwritten: the
 * next stream goes to `name-2.ts`, `name-3.ts` and so on. Devices, pipes and network addresses are taken as they are.
 * Throws an `EncoderError` when there are 100,000 such files: it is tried again, for they may be moved away.
 */
export function outputUrl(destination: Destination): string {
  if (destination.kind !== 'file') return destination.url;
  const path = destination.url;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (let number = 1; number <= MOST_FILES; number += 1) {
    const candidate = number === 1 ? path : `${stem}-${number}${extension}`;
    if (!isRecording(candidate)) return candidate;
  }
  throw new EncoderError(
    `${path} and ${MOST_FILES - 1} files numbered after it exist already: move them away`,
    false,
  );
}

function isRecording(path: string): boolean {
  const file = path.replace(/^file:/, '');
  if (!existsSync(file)) return false;
  const stat = statSync(file);
  return stat.isFile() && stat.size > 0;
}
