import { accessSync, constants, statSync, type Stats } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { codeOf } from '../base/errors.ts';
import { splitAddress } from '../config/address.ts';
import type { Destination } from '../config/config.ts';
import { withoutBrackets } from '../config/host.ts';
import { HOST_REMEDY, systemLookUp } from '../outputs/host-lookup.ts';
import { bad, good, type Finding } from './finding.ts';

/** A resolver that asks servers which do not answer takes longer than anyone waits. */
const LOOKUP_LIMIT_MS = 10_000;

/** What is wrong, if anything, is wrong with the folder of a file that cannot be looked at for one of these reasons. */
const FOR_THE_FOLDER = new Set(['ENOENT', 'ENOTDIR', 'EACCES']);

/** Whether the destination could be opened, as far as that shows without opening it. Never throws. */
export async function destinationFindings(destination: Destination): Promise<Finding[]> {
  if (destination.kind === 'file') return [fileFinding(destination)];
  const host = withoutBrackets(splitAddress(destination.url)?.host ?? '');
  // A listener needs no host.
  return host === '' || isIP(host) !== 0 ? [] : [await hostFinding(host)];
}

function fileFinding({ url, display }: Destination): Finding {
  const path = url.replace(/^file:/, '');
  const file = statOf(path);
  if (typeof file === 'string' && FOR_THE_FOLDER.has(file)) return folderFinding(path, display);
  if (typeof file === 'string')
    return bad(`${display} cannot be looked at: ${file}; check COSMOS_VIDEO_DESTINATION`);
  if (file.isDirectory()) {
    return bad(
      `${display} is a folder: set COSMOS_VIDEO_DESTINATION to a file in it, such as ${nameIn(display)}`,
    );
  }
  // A file that is there is never written to: the next recording is a new one beside it.
  if (file.isFile()) return folderFinding(path, display);
  return mayBeWritten(path, constants.W_OK)
    ? good(`${display} can be written`)
    : bad(`this user may not write ${display}: give it the right, or check COSMOS_VIDEO_DESTINATION`);
}

function folderFinding(path: string, display: string): Finding {
  const folderPath = dirname(path);
  const folder = statOf(folderPath);
  if (folder === 'ENOENT') {
    return bad(`the folder ${folderPath} does not exist: make it, or check COSMOS_VIDEO_DESTINATION`);
  }
  if (typeof folder === 'string' || !folder.isDirectory()) {
    return bad(`${folderPath} is no folder that can be looked into: check COSMOS_VIDEO_DESTINATION`);
  }
  return mayBeWritten(folderPath, constants.W_OK | constants.X_OK)
    ? good(`${display} can be written`)
    : bad(
        `this user may not make a file in ${folderPath}: give it the right, or check COSMOS_VIDEO_DESTINATION`,
      );
}

/** @returns the code of the system's error where it cannot be looked at */
function statOf(path: string): Stats | string {
  try {
    return statSync(path);
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

/** For this user, on a file system that is not read-only (access(2)). */
function mayBeWritten(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function nameIn(folder: string): string {
  return `${folder.replace(/\/$/, '')}/video.ts`;
}

async function hostFinding(host: string): Promise<Finding> {
  const limit = Bun.sleep(LOOKUP_LIMIT_MS).then(() => undefined);
  try {
    const [first] = (await Promise.race([systemLookUp(host), limit])) ?? [];
    return first !== undefined
      ? good(`the host ${host} is known (${first})`)
      : bad(`the host ${host} could not be looked up in ${LOOKUP_LIMIT_MS / 1000} s: ${HOST_REMEDY}`);
  } catch {
    return bad(`the host ${host} is not known: ${HOST_REMEDY}`);
  }
}
