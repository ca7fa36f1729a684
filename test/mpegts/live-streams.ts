import type { AccessUnit } from '../../src/mpegts/access-unit.ts';
import { Continuity } from '../../src/mpegts/continuity.ts';
import { PacketSplitter } from '../../src/mpegts/packet-splitter.ts';
import { StreamFollower } from '../../src/mpegts/stream-follower.ts';
import { Timeline, type TimelineJoin } from '../../src/mpegts/timeline.ts';
import { seeded } from '../levels/scene.ts';
import type { Folder } from '../support/folder.ts';
import { output, probe } from '../support/video.ts';
import { cutAt, joined } from './made-packets.ts';

export const FIRST: TimelineJoin = { kind: 'first-of-session' };
export const GOES_ON: TimelineJoin = { kind: 'goes-on', lostFrames: 0 };

/** What the frame rates of the tests are, in ticks of 90 kHz. */
export const PERIODS = {
  '24': 3_750,
  '2997/100': 9_000_000 / 2_997,
  '30000/1001': 3_003,
  '60000/1001': 1_501.5,
} as const;
export type Rate = keyof typeof PERIODS;
/** As the program's presets write: without B-frames and with them. */
const KINDS = {
  zerolatency: ['-tune', 'zerolatency'],
  'B-frames': ['-bf', '3'],
} as const satisfies Record<string, readonly string[]>;
export type Kind = keyof typeof KINDS;

/** Pictures of a stream that is made here, and from one keyframe to the next. */
export const FRAMES = 40;
const GOP_FRAMES = '15';

/** A stream by ffmpeg as this program asks for it. */
export async function byFfmpeg(rate: Rate, kind: Kind, ...options: string[]): Promise<Uint8Array> {
  const source = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${rate}`, '-frames:v', `${FRAMES}`];
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', GOP_FRAMES, ...KINDS[kind]];
  const times = ['-fps_mode', 'passthrough', '-muxdelay', '0.1', '-muxpreload', '0'];
  const muxer = ['-flush_packets', '1', '-omit_video_pes_length', '0', ...options, '-f', 'mpegts', 'pipe:1'];
  return output('ffmpeg', '-v', 'warning', ...source, ...codec, ...times, ...muxer);
}

/** A stream by GStreamer: other PIDs, other times, and the clock elsewhere. */
export async function byGstreamer(path: string): Promise<Uint8Array> {
  const source = [
    'videotestsrc',
    `num-buffers=${FRAMES}`,
    '!',
    'video/x-raw,framerate=24/1',
    '!',
    'x264enc',
    'key-int-max=15',
  ];
  await output('gst-launch-1.0', '-q', ...source, '!', 'mpegtsmux', '!', 'filesink', `location=${path}`);
  return Bun.file(path).bytes();
}

export interface Run {
  readonly bytes: Uint8Array;
  readonly join: TimelineJoin;
  /** From which of its keyframes on it is delivered, counted from 0. */
  readonly fromKeyframe?: number;
  /** Real time from the last picture before to its first. */
  readonly waitMs?: number;
}

/** What one receiver gets of the streams of these encoders, one after the other, in pieces of any size. */
export function delivered(runs: readonly Run[], periodTicks: number): Uint8Array {
  const timeline = new Timeline();
  const continuity = new Continuity();
  let nowNs = 0n;
  const all = runs.flatMap((run, index) => {
    timeline.begin(run.join, periodTicks);
    nowNs += BigInt(run.waitMs ?? 40) * 1_000_000n;
    return read(run, index).map(({ packets, units }) => {
      timeline.rewrite(packets, units, nowNs);
      continuity.restamp(packets);
      return packets;
    });
  });
  return joined(all);
}

interface Piece {
  readonly packets: Uint8Array;
  readonly units: readonly AccessUnit[];
}

/** The stream of one encoder as reads deliver it, from one of its keyframes on and behind its tables. */
function read({ bytes, fromKeyframe = 0 }: Run, seed: number): Piece[] {
  const splitter = new PacketSplitter();
  const follower = new StreamFollower();
  const pieces: Piece[] = [];
  let keyframes = 0;
  for (const cut of randomCuts(bytes, seed)) {
    const packets = splitter.split(cut);
    const units = follower.follow(packets);
    const begin = units.find((unit) => unit.isKeyframe && keyframes++ === fromKeyframe);
    if (begin) pieces.push({ packets: follower.tables ?? new Uint8Array(0), units: [] });
    if (begin || pieces.length > 0) pieces.push(from(packets, units, begin?.offsetBytes ?? 0));
  }
  return pieces;
}

function from(packets: Uint8Array, units: readonly AccessUnit[], offsetBytes: number): Piece {
  return {
    packets: packets.subarray(offsetBytes),
    units: units
      .map((unit) => ({ ...unit, offsetBytes: unit.offsetBytes - offsetBytes }))
      .filter((unit) => unit.offsetBytes >= 0),
  };
}

const LARGEST_READ_BYTES = 9_000;

/** Copies of all of the bytes in pieces that look random. */
function randomCuts(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = seeded(seed);
  const places: number[] = [];
  for (let place = 0; place < bytes.length; place += 1 + Math.floor(random() * LARGEST_READ_BYTES))
    places.push(place);
  return cutAt(bytes, places);
}

/** A video as a receiver's ffmpeg reads it. */
export interface Received {
  readonly frames: number;
  readonly ptsTicks: readonly number[];
  readonly dtsTicks: readonly number[];
  /** What it complains of; empty where all is well. */
  readonly complaints: string;
}

/** Writes the stream into a file, and lets ffmpeg read and decode it. */
export async function received(folder: Folder, bytes: Uint8Array): Promise<Received> {
  const path = folder.file('received.ts');
  await Bun.write(path, bytes);
  const lines = await probe(path, '-select_streams', 'v', '-show_entries', 'packet=pts,dts');
  const ptsTicks = ticksIn(lines, 'pts').toSorted((a, b) => a - b);
  return { ...(await decode(path)), ptsTicks, dtsTicks: ticksIn(lines, 'dts') };
}

/** Of the first pictures ffprobe does not always know DTS: it finds out only later whether any are delayed. */
function ticksIn(lines: readonly string[], name: string): number[] {
  const pattern = new RegExp(`\\b${name}=(-?\\d+)`);
  return lines.flatMap((line) => pattern.exec(line)?.slice(1).map(Number) ?? []);
}

async function decode(path: string): Promise<{ readonly frames: number; readonly complaints: string }> {
  const options = [
    '-progress',
    'pipe:1',
    '-nostats',
    '-v',
    'warning',
    '-i',
    path,
    '-fps_mode',
    'passthrough',
  ];
  const child = Bun.spawn(['ffmpeg', ...options, '-f', 'null', '-'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [progress, complaints] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return {
    frames: Number(
      progress
        .match(/frame=(\d+)/g)
        ?.at(-1)
        ?.slice(6),
    ),
    complaints,
  };
}

/** Cuts the stream into segments as a web player gets it. @returns their lengths in seconds, and what ffmpeg complains of */
export async function segmented(folder: Folder, bytes: Uint8Array) {
  const path = folder.file('segmented.ts');
  const list = folder.file('list.m3u8');
  await Bun.write(path, bytes);
  const options = [
    '-v',
    'warning',
    '-i',
    path,
    '-c',
    'copy',
    '-f',
    'hls',
    '-hls_time',
    '0.1',
    '-hls_list_size',
    '0',
  ];
  const child = Bun.spawn(['ffmpeg', ...options, list], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaints] = await Promise.all([child.stderr.text(), child.exited]);
  const lengths = (await Bun.file(list).text()).matchAll(/#EXTINF:([\d.]+)/g);
  return { complaints, lengthsS: [...lengths].map((match) => Number(match[1])) };
}
