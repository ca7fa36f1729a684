import { NS_PER_MS } from '../../base/clock.ts';
import type { GopBegin, VideoPiece } from './video-piece.ts';

/**
 * That an output has broken is known within 2 s, once it has been tried whether it comes back at once; what had arrived and waited for
 * the latency of its link is lost, too: up to 8 s of that are made up for.
 */
const RECENT_NS = 10_000n * NS_PER_MS;
/** It is 10 s and a GOP of 2 s at 11 Mbit/s: at more than that less time is kept. */
export const RECENT_MOST_BYTES = 16 * 1024 * 1024;

interface Gop {
  readonly begin: GopBegin;
  readonly pieces: VideoPiece[];
  sizeBytes: number;
  pictures: number;
}

/** The video of the last seconds, in whole GOPs, without a copy: what is recorded of an outage begins before it is noticed. */
export class RecentVideo {
  #gops: Gop[] = [];
  #sizeBytes = 0;

  /** Of what it holds. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The next piece; what comes before a keyframe is not kept. @returns how many pictures are let go for it */
  add(piece: VideoPiece): number {
    const { begin } = piece;
    if (begin) this.#gops.push({ begin, pieces: [], sizeBytes: 0, pictures: 0 });
    const last = this.#gops.at(-1);
    const { packets, pictures } = piece.chunk;
    if (!last) return pictures.length;
    last.pieces.push(piece);
    last.sizeBytes += packets.length;
    last.pictures += pictures.length;
    this.#sizeBytes += packets.length;
    return this.#letGoWhile(
      (second) =>
        this.#sizeBytes > RECENT_MOST_BYTES ||
        (second !== undefined && piece.cameNs - second.begin.came.ns >= RECENT_NS),
    );
  }

  /**
   * Takes out all from the last keyframe on that came at this time or before; where none did, all that there is.
   * @returns what it holds no longer, and how many pictures are let go that came before
   */
  takeFrom(sinceNs: bigint): { pieces: readonly VideoPiece[]; before: number } {
    const before = this.#letGoWhile((second) => second !== undefined && second.begin.came.ns <= sinceNs);
    const pieces = this.#gops.flatMap((gop) => gop.pieces);
    this.#gops = [];
    this.#sizeBytes = 0;
    return { pieces, before };
  }

  /** @returns how many pictures are let go */
  clear(): number {
    return this.#letGoWhile(() => true);
  }

  /** The first GOP goes, as long as this is so of the second one. */
  #letGoWhile(isToGo: (second: Gop | undefined) => boolean): number {
    let pictures = 0;
    for (let [first, second] = this.#gops; first && isToGo(second); [first, second] = this.#gops) {
      this.#gops.shift();
      this.#sizeBytes -= first.sizeBytes;
      pictures += first.pictures;
    }
    return pictures;
  }
}
