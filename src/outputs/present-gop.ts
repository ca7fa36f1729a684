import { chunkFrom, lastKeyframe, type Chunk } from './chunk.ts';

/** A longer GOP is not kept: who joins then waits for the next keyframe. It is 2 s at 32 Mbit/s. */
export const GOP_MOST_BYTES = 8 * 1024 * 1024;

/** The video from a keyframe on, for one who joins. */
export interface JoinPoint {
  /** PAT and PMT. */
  readonly tables: Uint8Array;
  /** The first one begins with the keyframe. */
  readonly chunks: readonly Chunk[];
  /** When the keyframe came. */
  readonly sinceNs: bigint;
  /** Of all chunks. */
  readonly sizeBytes: number;
  /** Of the keyframe, as far as it has come. */
  readonly firstPictureBytes: number;
}

/** Keeps what has come since the last keyframe, so that one who joins need not wait for the next. */
export class PresentGop {
  #number = 0;
  #tables: Uint8Array | undefined;
  #chunks: Chunk[] = [];
  #sizeBytes = 0;
  #sinceNs = 0n;

  /** Of the GOP that the last chunk belongs to: the later the higher, 0 before the first. */
  get number(): number {
    return this.#number;
  }

  /** Where one may join; undefined before the first keyframe, and where the GOP is too long to be kept. */
  get joinPoint(): JoinPoint | undefined {
    if (!this.#tables || this.#chunks.length === 0) return undefined;
    return {
      tables: this.#tables,
      chunks: this.#chunks,
      sinceNs: this.#sinceNs,
      sizeBytes: this.#sizeBytes,
      firstPictureBytes: firstPictureBytes(this.#chunks),
    };
  }

  /** The next piece of the video. @param tables PAT and PMT as they are now, 376 bytes that nobody writes into */
  add(chunk: Chunk, tables: Uint8Array, nowNs: bigint): void {
    const keyframe = lastKeyframe(chunk);
    if (keyframe) this.#begin(chunkFrom(chunk, keyframe), tables, nowNs);
    else this.#keep(chunk);
  }

  #begin(chunk: Chunk, tables: Uint8Array, nowNs: bigint): void {
    this.#number += 1;
    this.#sinceNs = nowNs;
    this.#tables = tables;
    this.#chunks = [];
    this.#sizeBytes = 0;
    this.#keep(chunk);
  }

  #keep(chunk: Chunk): void {
    this.#sizeBytes += chunk.packets.length;
    if (this.#sizeBytes > GOP_MOST_BYTES) this.#chunks = [];
    else this.#chunks.push(chunk);
  }
}

/** Up to where the second picture begins. */
function firstPictureBytes(chunks: readonly Chunk[]): number {
  let sizeBytes = 0;
  for (const [index, { packets, pictures }] of chunks.entries()) {
    const next = pictures[index === 0 ? 1 : 0];
    if (next) return sizeBytes + next.offsetBytes;
    sizeBytes += packets.length;
  }
  return sizeBytes;
}
