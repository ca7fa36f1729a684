import { constants } from 'node:fs';
import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/errors.ts';
import { PACKET_BYTES, SYNC_BYTE } from '../../mpegts/packet.ts';
import type { DiskCalls } from './disk-calls.ts';
import { giveFinalName, isSame } from './segment-final-name.ts';
import type { SegmentNames } from './segment-name.ts';

/** A link that is put in its place is not followed, and a pipe does not hold us up. */
const AS_IT_IS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/**
 * Where the file system knows no locks, one that was not written for this long is taken for one that was left:
 * segments are written twice a second, and a disk that hangs for longer is given up.
 */
const LEFT_AFTER_MS = 60_000;
/** What a power cut leaves without its content is less than a second of video; this is four at 16 Mbit/s. */
const MOST_CUT_BYTES = 8 * 1024 * 1024;
const PIECE_BYTES = 1_000 * PACKET_BYTES;

/** What finishing a segment that was left needs. */
export interface RecoveryParts {
  readonly folder: string;
  readonly names: SegmentNames;
  readonly wallMs: () => number;
  readonly disk: DiskCalls;
}

/**
 * finished: it has its final name. empty: it had nothing in it, and is gone. busy: somebody writes it, or it is none
 * of ours.
 */
export type Recovery = 'finished' | 'empty' | 'busy';

/**
 * Finishes a segment that an earlier run has left: cut to whole packets, and with its final name. One that somebody
 * still writes is told by its lock, and left alone. Rejects with the system's error.
 */
export async function recoverSegment(partName: string, parts: RecoveryParts): Promise<Recovery> {
  const path = join(parts.folder, partName);
  if (!(await isRegular(path))) return 'busy';
  const handle = await open(path, AS_IT_IS);
  try {
    if (!(await isLeft(handle, path, parts))) return 'busy';
    return await finished(partName, handle, parts);
  } finally {
    await handle.close();
  }
}

async function isRegular(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Once the lock is ours, the name may lead elsewhere: whoever wrote it has finished it in between. */
async function isLeft(handle: FileHandle, path: string, { disk, wallMs }: RecoveryParts): Promise<boolean> {
  const lock = disk.lockFile(handle.fd);
  if (lock === 'elsewhere' || !(await isSame(handle, path))) return false;
  return lock === 'held' || wallMs() - (await handle.stat()).mtimeMs > LEFT_AFTER_MS;
}

async function finished(partName: string, handle: FileHandle, parts: RecoveryParts): Promise<Recovery> {
  const { folder, names, disk } = parts;
  const { size } = await handle.stat();
  const wholeBytes = await wholePacketBytes(handle, size);
  if (wholeBytes === 0) {
    await unlink(join(folder, partName));
    return 'empty';
  }
  if (wholeBytes < size) await handle.truncate(wholeBytes);
  await handle.datasync();
  await giveFinalName({ folder, partName, handle, names, disk });
  return 'finished';
}

/**
 * What is left when the end is cut that is no packet: half of one, or zeros where a power cut came between the size
 * of the file and its content. The read goes backwards.
 */
async function wholePacketBytes(handle: FileHandle, sizeBytes: number): Promise<number> {
  const endBytes = sizeBytes - (sizeBytes % PACKET_BYTES);
  const leastBytes = Math.max(0, endBytes - MOST_CUT_BYTES);
  const piece = new Uint8Array(PIECE_BYTES);
  for (let end = endBytes; end > leastBytes;) {
    const begin = Math.max(0, end - PIECE_BYTES);
    const { bytesRead } = await handle.read(piece, 0, end - begin, begin);
    for (let offset = end - begin - PACKET_BYTES; offset >= 0; offset -= PACKET_BYTES) {
      if (offset < bytesRead && piece[offset] === SYNC_BYTE) return begin + offset + PACKET_BYTES;
    }
    end = begin;
  }
  // So much that is no video is for people to look at.
  return leastBytes === 0 ? 0 : endBytes;
}
