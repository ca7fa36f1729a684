import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LinkError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failure.ts';
import { PACKET_BYTES, SYNC_BYTE } from '../../../src/mpegts/packet.ts';
import { diskCalls, type DiskCalls } from '../../../src/outputs/recorder/disk-calls.ts';
import { SegmentFolder, type SegmentFolderParts } from '../../../src/outputs/recorder/segment-folder.ts';

/** 2026-11-24T20:33:00Z. */
export const BEGIN_MS = Date.UTC(2026, 10, 24, 20, 33, 0);
const MEGABYTE = 1_000_000;
/** So that a test does not hang on how full this machine's disk is. */
export const AMPLE_DISK: DiskCalls = {
  ...diskCalls,
  spaceOf: async () => ({ totalBytes: 1e12, freeBytes: 5e11 }),
};

/** The folder of a recorder of `imagestream`, on a disk that has room. */
export function folderAt(path: string, more: Partial<SegmentFolderParts> = {}): SegmentFolder {
  const usual = { folder: path, instance: 'imagestream', wallMs: () => BEGIN_MS, disk: AMPLE_DISK };
  return new SegmentFolder({ ...usual, ...more });
}

/** The same with the figures of the disk that it is really on. */
export function folderOnDisk(path: string, more: Partial<SegmentFolderParts> = {}): SegmentFolder {
  return new SegmentFolder({ folder: path, instance: 'imagestream', wallMs: Date.now, ...more });
}

/** Packets with a counted content. */
export function packets(count: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(count * PACKET_BYTES);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = (seed + index * 7) & 0xff;
  for (let offset = 0; offset < bytes.length; offset += PACKET_BYTES) bytes[offset] = SYNC_BYTE;
  return bytes;
}

/** About a megabyte of them. */
export function megabyteOfPackets(): Uint8Array {
  return packets(Math.floor(MEGABYTE / PACKET_BYTES));
}

/** Records one segment with so many packets. @returns its final name */
export async function record(folder: SegmentFolder, beginMs: number, packetCount = 1): Promise<string> {
  const segment = await folder.begin(beginMs);
  try {
    await segment.write(packets(packetCount));
    await segment.finish();
  } finally {
    // Nothing is left to give up after a finish.
    await segment.abandon();
  }
  return segment.path.slice(segment.path.lastIndexOf('/') + 1, -'.part'.length);
}

/** What is in a folder, by name. */
export function namesIn(path: string): string[] {
  return readdirSync(path).toSorted();
}

/** The bytes of all files of this recorder. */
export function usedBytes(path: string, prefix = 'imagestream-'): number {
  const own = readdirSync(path).filter((name) => name.startsWith(prefix));
  return own.reduce((sum, name) => sum + lstatSync(join(path, name)).size, 0);
}

/** Whether a file consists of whole packets, each with its first byte. */
export function isWhole(path: string): boolean {
  const bytes = readFileSync(path);
  if (bytes.length % PACKET_BYTES !== 0) return false;
  for (let offset = 0; offset < bytes.length; offset += PACKET_BYTES) {
    if (bytes[offset] !== SYNC_BYTE) return false;
  }
  return true;
}

/** The code of the failure that the work ends with; `none` where it succeeds. */
export async function failureOf(work: Promise<unknown>): Promise<FailureCode | 'none'> {
  return (await linkErrorOf(work))?.failure.code ?? 'none';
}

/** The failure that the work ends with. */
export async function linkErrorOf(work: Promise<unknown>): Promise<LinkError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return error;
  }
}
