import { ptsOffset } from '../../mpegts/pes.ts';
import { readTimestamp } from '../../mpegts/ticks.ts';
import { chunkFrom, type Chunk, type PictureStart } from '../chunk.ts';

/** When something came. */
export interface Moment {
  /** Monotonic. */
  readonly ns: bigint;
  /** By the clock of the machine, in milliseconds since 1970. */
  readonly wallMs: number;
}

/** How a GOP begins. */
export interface GopBegin {
  /** PAT and PMT, which its keyframe needs before it. */
  readonly tables: Uint8Array;
  /** When its keyframe is shown, as written in the stream: 90 kHz, modulo 2^33. */
  readonly ptsTicks: number;
  readonly came: Moment;
}

/** A part of a chunk that belongs to one GOP. */
export interface VideoPiece {
  readonly chunk: Chunk;
  readonly cameNs: bigint;
  /** It begins with the keyframe; absent: it goes on with what came before. */
  readonly begin?: GopBegin;
}

/** The chunk, cut before each keyframe, without a copy. @param tables PAT and PMT as they are now */
export function piecesOf(chunk: Chunk, tables: Uint8Array, came: Moment): VideoPiece[] {
  const keyframes = chunk.pictures.filter(({ isKeyframe }) => isKeyframe);
  const [first] = keyframes;
  const before = chunkTo(chunk, first);
  const pieces: VideoPiece[] = before.packets.length > 0 ? [{ chunk: before, cameNs: came.ns }] : [];
  for (const [index, keyframe] of keyframes.entries()) {
    const gop = chunkFrom(chunkTo(chunk, keyframes[index + 1]), keyframe);
    pieces.push({ chunk: gop, cameNs: came.ns, begin: { tables, ptsTicks: firstPtsTicks(gop), came } });
  }
  return pieces;
}

/** The part of a chunk before this picture, without a copy; all of it where there is none. */
function chunkTo({ packets, pictures }: Chunk, end: PictureStart | undefined): Chunk {
  if (!end) return { packets, pictures };
  return {
    packets: packets.subarray(0, end.offsetBytes),
    pictures: pictures.filter(({ offsetBytes }) => offsetBytes < end.offsetBytes),
  };
}

/** A picture is told by its time: there always is one. */
function firstPtsTicks({ packets }: Chunk): number {
  return readTimestamp(packets, ptsOffset(packets, 0));
}
