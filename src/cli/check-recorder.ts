import { statSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';
import { BYTES_PER_MEGABYTE, inMegabytes } from '../base/megabytes.ts';
import type { RecordSettings } from '../config/config.ts';
import { recordingFailure } from '../outputs/file-failure.ts';
import { diskSpace, reserveBytes, type DiskSpace } from '../outputs/recorder/disk-space.ts';
import { segmentNames } from '../outputs/recorder/segment-name.ts';
import { writtenFinding } from './check-file.ts';
import { bad, good, type Finding } from './finding.ts';

/** Of 1920x1080 at 24 a second, as most sensors show it. */
const USUAL_BITRATE_BPS = 4_000_000;

/** What says how much is recorded, and where. */
export interface CheckedRecorder extends Pick<RecordSettings, 'folder' | 'segmentMs' | 'quotaBytes'> {
  /** The name of the Redis stream. */
  readonly stream: string;
  readonly maxBitrateBps?: number | undefined;
}

/** Where it is or will be, or why it cannot be there. */
type Place =
  | { readonly kind: 'there'; readonly path: string }
  /** A start makes it, and perhaps folders above it. */
  | { readonly kind: 'to-make'; readonly within: string }
  | { readonly kind: 'wrong'; readonly finding: Finding };

interface Segments {
  readonly count: number;
  readonly unfinished: number;
  readonly sizeBytes: number;
  readonly oldestMs: number;
}

const NONE: Segments = { count: 0, unfinished: 0, sizeBytes: 0, oldestMs: Infinity };

/**
 * Whether the recorder could write, for how long there is room, and what it has in its folder. A file is written and removed; what
 * is there is left as it is. Never throws.
 * @param spaceOf as the system tells; a test hands in another one
 */
export async function recorderFindings(
  recorder: CheckedRecorder,
  spaceOf: (folder: string) => Promise<DiskSpace> = diskSpace,
): Promise<Finding[]> {
  const { folder } = recorder;
  const place = placeOf(folder);
  if (place.kind === 'wrong') return [place.finding];
  const path = place.kind === 'there' ? place.path : place.within;
  try {
    const written = writtenFinding(path);
    const segments = place.kind === 'there' ? await segmentsIn(path, recorder.stream) : NONE;
    return [
      ...(place.kind === 'there' ? [] : [toMakeFinding(folder, path)]),
      written,
      ...roomFindings(await spaceOf(path), segments, recorder),
      ...(segments.count === 0 ? [] : [segmentsFinding(segments, recorder.stream)]),
    ];
  } catch (error) {
    const { text } = recordingFailure(error);
    return [
      bad(
        `nothing can be written in ${path}: ${text}; make that good, or set COSMOS_VIDEO_RECORD to another folder`,
      ),
    ];
  }
}

function placeOf(folder: string): Place {
  const found = kindOf(folder);
  switch (found.kind) {
    case 'folder':
      return { kind: 'there', path: folder };
    case 'file':
      return wrong(`${folder} is a file: set COSMOS_VIDEO_RECORD to a folder`);
    case 'unknown':
      return wrong(`${folder} cannot be looked at: ${found.reason}; check COSMOS_VIDEO_RECORD`);
    case 'nothing':
      if (!isAbsolute(folder)) return { kind: 'to-make', within: folderAbove(resolve(folder)) };
      return wrong(
        `the folder ${folder} does not exist: make it, or mount the disk that it is on, or check COSMOS_VIDEO_RECORD`,
      );
  }
}

function wrong(text: string): Place {
  return { kind: 'wrong', finding: bad(text) };
}

/** The nearest one that is there. */
function folderAbove(path: string): string {
  const above = dirname(path);
  return above === path || kindOf(above).kind !== 'nothing' ? above : folderAbove(above);
}

type Kind = { readonly kind: 'folder' | 'file' | 'nothing' } | { readonly kind: 'unknown'; reason: string };

function kindOf(path: string): Kind {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return { kind: 'nothing' };
    return { kind: stats.isDirectory() ? 'folder' : 'file' };
  } catch (error) {
    return { kind: 'unknown', reason: codeOf(error) ?? messageOf(error) };
  }
}

function toMakeFinding(folder: string, within: string): Finding {
  return good(`the folder ${folder} is not there yet: a start makes it in ${within}`);
}

/** By name, as the recorder knows them; what goes away meanwhile is not there. */
async function segmentsIn(folder: string, stream: string): Promise<Segments> {
  const names = segmentNames(stream);
  let segments = NONE;
  for (const name of await readdir(folder)) {
    const segment = names.read(name);
    const stats = segment && (await lstat(join(folder, name)).catch(() => undefined));
    if (!segment || !stats?.isFile()) continue;
    segments = {
      count: segments.count + 1,
      unfinished: segments.unfinished + Number(segment.isPart),
      sizeBytes: segments.sizeBytes + stats.size,
      oldestMs: Math.min(segments.oldestMs, segment.beginMs),
    };
  }
  return segments;
}

function roomFindings(space: DiskSpace, segments: Segments, recorder: CheckedRecorder): Finding[] {
  if (space.totalBytes === 0)
    return [good('how much room there is in the folder, its file system does not tell')];
  const { quotaBytes = Infinity, maxBitrateBps = USUAL_BITRATE_BPS } = recorder;
  const kept = inBytes(reserveBytes(space));
  const free = `the disk has ${inBytes(space.freeBytes)} free`;
  // Its own segments make room for those that come.
  const diskRoomBytes = space.freeBytes + segments.sizeBytes - reserveBytes(space);
  if (diskRoomBytes < segmentBytes(recorder)) {
    return [
      bad(
        `${free}, and ${kept} stay free: there is no room for a segment of ${recorder.segmentMs / 1000} s: delete something, or ` +
          'set COSMOS_VIDEO_RECORD to a folder on another disk',
      ),
    ];
  }
  const lasts = inTime((Math.min(quotaBytes, diskRoomBytes) * 8) / maxBitrateBps);
  const rate = `at ${Number((maxBitrateBps / 1e6).toFixed(2))} Mbit/s, then the oldest segments go`;
  if (quotaBytes <= diskRoomBytes)
    return [
      good(`the quota of ${inBytes(quotaBytes)} is enough for about ${lasts} of video ${rate} (${free})`),
    ];
  const room = good(`${free}, of which ${kept} stay free: about ${lasts} of video fit ${rate}`);
  return quotaBytes === Infinity ? [room] : [room, quotaFinding(quotaBytes, space, kept)];
}

/** No more than usual: a ceiling may be far above what the video has. */
function segmentBytes({ segmentMs, maxBitrateBps = USUAL_BITRATE_BPS }: CheckedRecorder): number {
  return (segmentMs / 1000) * (Math.min(maxBitrateBps, USUAL_BITRATE_BPS) / 8);
}

/** One that is not reached is no fault: the recorder keeps to what comes first. */
function quotaFinding(quotaBytes: number, { totalBytes }: DiskSpace, kept: string): Finding {
  const isMoreThanDisk = quotaBytes > totalBytes;
  const why = isMoreThanDisk
    ? `is more than the disk has (${inBytes(totalBytes)})`
    : 'is not reached as full as the disk is now';
  return good(
    `the quota of ${inBytes(quotaBytes)} ${why}: that ${kept} of it stay free is what limits the recordings`,
  );
}

function segmentsFinding({ count, unfinished, sizeBytes, oldestMs }: Segments, stream: string): Finding {
  const oldest = new Date(oldestMs).toISOString().replace('T', ' ').slice(0, -5);
  const what = count === 1 ? `one segment of ${stream} is` : `${count} segments of ${stream} are`;
  const text = `${what} there, ${inBytes(sizeBytes)}, the oldest of ${oldest} UTC`;
  if (unfinished === 0) return good(text);
  const which = unfinished === 1 ? 'one of them is' : `${unfinished} of them are`;
  const [left, it] = unfinished === 1 ? ['was', 'it'] : ['were', 'them'];
  return good(`${text}; ${which} being written, or ${left} left unfinished, and a start finishes ${it}`);
}

/** For people: `2.5 MB`, `500 MB`, `20.0 GB`. */
function inBytes(sizeBytes: number): string {
  const megabytes = sizeBytes / BYTES_PER_MEGABYTE;
  if (megabytes < 1e3) return inMegabytes(sizeBytes, megabytes < 100 ? 1 : 0);
  return megabytes < 1e6 ? `${(megabytes / 1e3).toFixed(1)} GB` : `${(megabytes / 1e6).toFixed(1)} TB`;
}

/** For people, in the unit of which there are a few: `75 s`, `166 min`, `55 h`, `11 days`. */
function inTime(seconds: number): string {
  if (seconds < 180) return `${Math.floor(seconds)} s`;
  if (seconds < 180 * 60) return `${Math.floor(seconds / 60)} min`;
  return seconds < 72 * 3600 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
