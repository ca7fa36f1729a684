import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PACKET_BYTES, SYNC_BYTE } from '../../../src/mpegts/packet.ts';
import { decoderWords } from '../../support/video.ts';
import { tsQuality } from '../../support/ts-quality.ts';

const PART = '.part';

/** The segments in a folder, by name, which is by time. */
export interface Segments {
  /** Paths. */
  readonly finished: readonly string[];
  /** Paths of those that have no final name yet. */
  readonly unfinished: readonly string[];
}

export function segmentsIn(folder: string): Segments {
  const paths = readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name));
  return {
    finished: paths.filter((path) => path.endsWith('.ts')),
    unfinished: paths.filter((path) => path.endsWith(`.ts${PART}`)),
  };
}

/** The name that a segment gets once it is finished. */
export function finalPath(path: string): string {
  return path.endsWith(PART) ? path.slice(0, -PART.length) : path;
}

/** What is wrong with the packets of a stream, in words; empty where they are whole, in their order, and any are there. */
export function packetFaults(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return ['it is empty'];
  const rest = bytes.length % PACKET_BYTES;
  const isSync = bytes[0] === SYNC_BYTE;
  return [
    ...(rest === 0 ? [] : [`${rest} bytes behind the last whole packet`]),
    ...(isSync ? tsQuality(bytes).continuityErrors.slice(0, 1) : ['it does not begin with a packet']),
  ];
}

/** What is wrong with a finished segment that is played by itself, in words; empty where it is whole. */
async function segmentFaults(path: string): Promise<string[]> {
  const faults = packetFaults(await Bun.file(path).bytes());
  const words = await decoderWords(path);
  return [...faults, ...words.split('\n', 1).filter((line) => line !== '')].map(
    (fault) => `${basename(path)}: ${fault}`,
  );
}

/** The same of several, one after the other. */
export async function faultsOfAll(paths: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const path of paths) faults.push(...(await segmentFaults(path)));
  return faults;
}
