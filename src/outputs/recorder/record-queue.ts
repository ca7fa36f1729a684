import type { OutputAccount } from '../output-account.ts';
import { PacketQueue } from '../packet-queue.ts';
import { PictureTally } from '../picture-tally.ts';
import { SegmentCutter, type SegmentBounds } from './segment-cutter.ts';
import type { GopBegin, VideoPiece } from './video-piece.ts';

/** More than this never waits for the disk, beside what was kept of the time before an outage: it is 16 s at 4 Mbit/s. */
export const QUEUE_MOST_BYTES = 8 * 1024 * 1024;
/** Where that much waited, pictures wait again once it is this little: a disk that is too slow gets long pieces, not scraps. */
const QUEUE_RESUME_BYTES = QUEUE_MOST_BYTES / 2;

/** What is to be done next. */
export type RecordStep =
  | { readonly kind: 'segment'; readonly begin: GopBegin }
  /** What follows belongs to another recording. */
  | { readonly kind: 'end' }
  | { readonly kind: 'packets'; readonly packets: Uint8Array };

type Mark = { readonly place: number } & Exclude<RecordStep, { readonly kind: 'packets' }>;

/** Video that waits to be written, cut into segments. A place in it is told by the bytes before it. */
export class RecordQueue {
  readonly #packets = new PacketQueue();
  readonly #tally: PictureTally;
  readonly #cutter: SegmentCutter;
  /** Where segments begin, and where recordings end, in order. */
  #marks: Mark[] = [];
  #isLeavingOut = false;
  /** What lies before it was kept of the time before an outage. */
  #recentEnd = 0;

  constructor(
    private readonly account: OutputAccount,
    bounds: SegmentBounds,
  ) {
    this.#tally = new PictureTally(account);
    this.#cutter = new SegmentCutter(bounds);
  }

  /** The place behind the last byte that waits. */
  get end(): number {
    return this.#packets.end;
  }

  get sizeBytes(): number {
    return this.#packets.sizeBytes;
  }

  /** Whether there is anything to be done. */
  get isWaiting(): boolean {
    return this.sizeBytes > 0 || this.#marks.length > 0;
  }

  /**
   * What was kept of the time before, from a keyframe on. It is in memory already, so that it needs no other bound; unless that of
   * an earlier time still waits.
   */
  pushRecent(pieces: readonly VideoPiece[]): void {
    if (this.sizeBytes > QUEUE_MOST_BYTES) {
      for (const piece of pieces) this.push(piece);
      return;
    }
    this.#isLeavingOut = false;
    for (const piece of pieces) this.#put(piece);
    this.#recentEnd = this.#packets.end;
  }

  /** The next piece; where too much waits, it is left out up to a keyframe. */
  push(piece: VideoPiece): void {
    if (piece.begin && this.#surplusBytes <= QUEUE_RESUME_BYTES) this.#isLeavingOut = false;
    if (this.#isLeavingOut) return this.account.skip('slow', piece.chunk.pictures.length);
    this.#put(piece);
    if (this.#surplusBytes > QUEUE_MOST_BYTES) this.#cut();
  }

  /** What comes after this belongs to another recording, and begins with a keyframe. */
  endRecording(): void {
    const last = this.#marks.at(-1);
    this.#cutter.end();
    if (last?.kind !== 'end' || last.place < this.end) this.#marks.push({ kind: 'end', place: this.end });
  }

  /**
   * Takes out what is to be done next, of what lies before a place.
   * @param room packets are copied into it, as many as there is room for
   * @returns undefined where that is all
   */
  next(room: Uint8Array, untilPlace: number): RecordStep | undefined {
    const { begin } = this.#packets;
    const [mark] = this.#marks;
    if (mark && mark.place <= begin && (mark.kind === 'end' || begin < untilPlace)) {
      this.#marks.shift();
      return mark;
    }
    const mostBytes = Math.max(0, Math.min(untilPlace, mark?.place ?? untilPlace) - begin);
    const sizeBytes = this.#packets.takeInto(room.subarray(0, mostBytes));
    return sizeBytes > 0 ? { kind: 'packets', packets: room.subarray(0, sizeBytes) } : undefined;
  }

  /** All that was taken out is safe. */
  written(nowNs: bigint): void {
    this.#tally.handed(this.#packets.begin, nowNs);
    this.#tally.confirm(0, nowNs);
  }

  /** The same, and what was taken out ends with a whole picture. */
  writtenToEnd(nowNs: bigint): void {
    this.#tally.ended(this.#packets.begin, nowNs);
    this.#tally.confirm(0, nowNs);
  }

  /** What waits, and what was taken out and is not safe, is lost. A keyframe comes next. */
  lose(nowNs: bigint): void {
    this.#tally.lose(0, nowNs);
    this.#packets.cut(this.#packets.begin);
    this.#marks = [];
    this.#cutter.end();
    this.#isLeavingOut = false;
  }

  /** What waits, but for what was kept of the time before an outage. */
  get #surplusBytes(): number {
    const { begin, sizeBytes } = this.#packets;
    return sizeBytes - Math.max(0, this.#recentEnd - begin);
  }

  #put({ chunk, begin, cameNs }: VideoPiece): void {
    const place = this.#packets.end;
    if (begin && this.#cutter.isCutAt(begin.ptsTicks, place))
      this.#marks.push({ kind: 'segment', place, begin });
    for (const { offsetBytes } of chunk.pictures) this.#tally.begin(place + offsetBytes, cameNs);
    this.#packets.push(chunk.packets, cameNs);
  }

  /** The picture that came last goes, and what follows up to a keyframe. One without an end is cut where it is. */
  #cut(): void {
    this.#isLeavingOut = true;
    const { begin } = this.#packets;
    const place = Math.max(begin, this.#tally.lastStart ?? begin);
    this.#tally.cutLast();
    this.#packets.cut(place);
    const isKept = (mark: Mark) => mark.kind === 'end' || mark.place < place;
    if (this.#marks.every(isKept)) return;
    this.#marks = this.#marks.filter(isKept);
    this.#cutter.end();
  }
}
