import { NS_PER_MS } from '../base/clock.ts';
import { EncoderError } from '../base/errors.ts';
import type { MemoryArea } from '../base/frame.ts';
import type { PagePipe } from './frame-slots.ts';
import { IoVector } from './io-vector.ts';
import {
  EAGAIN,
  EINTR,
  EPIPE,
  errno,
  errorInWords,
  FIONREAD,
  LARGEST_PIECE_BYTES,
  libc,
  pinned,
  POLLERR,
  SPLICE_F_NONBLOCK,
} from './libc.ts';
import type { PollLoop } from './poll-loop.ts';

/** ffmpeg that has not taken a whole frame for this long hangs, or may as well, and is ended. */
const STALL_LIMIT_MS = 10_000n;
/** Before the end of file ffmpeg has this long to read what is left in the pipe. */
const DRAIN_LIMIT_MS = 1_000n;
const DRAIN_PERIOD_NS = NS_PER_MS;
/** The first piece of a frame wakes ffmpeg; only then comes the rest, which keeps this core busy for a while. */
const FIRST_PIECE_BYTES = 4_096;
/** Below this size handing over pages costs more than copying them. */
const SMALLEST_SPLICED_BYTES = 262_144;
/**
 * A pipe that was full is left alone for so long. One who waits until there is any room at all comes while ffmpeg still reads, and both
 * then spin for the pipe's lock: 5 to 8 ms of CPU a frame. After this time ffmpeg has read it empty and sleeps.
 */
const FULL_PAUSE_NS = NS_PER_MS / 4n;

/** A picture as ffmpeg gets it: what lies in these areas, one behind the other. */
export interface Picture {
  readonly areas: readonly MemoryArea[];
  /** Its pages are in the pipe until that has been read up to `endBytes`; until then nothing may be written into them. */
  readonly hold: (pipe: PagePipe, endBytes: number) => void;
}

/**
 * The write end of ffmpeg's standard input, which this owns. Large pictures are not copied: their pages are handed to the
 * pipe (vmsplice), and whoever owns them is told, so that none is written to again before the pipe has been read past it. That
 * holds for a reader that reads; one that passes pages on (splice, tee) would see later frames in them, which ffmpeg does
 * not do.
 */
export class PipeSink implements PagePipe {
  readonly #left = new IoVector();
  readonly #unread = pinned(4);
  readonly #unreadView = new DataView(this.#unread.view.buffer);
  /** One struct pollfd, and a struct timespec of no time at all. */
  readonly #pollFd = pinned(8);
  readonly #noTime = pinned(16);
  /** Bytes ever put into the pipe. */
  #totalBytes = 0;
  #isSpliced: boolean;
  #isClosed = false;

  /** @param fd the write end, non-blocking; closed by `close` */
  constructor(
    private readonly fd: number,
    private readonly loop: PollLoop,
    sizeBytes: number,
  ) {
    this.#isSpliced = sizeBytes >= SMALLEST_SPLICED_BYTES;
  }

  /** Rejects with an `EncoderError` if ffmpeg is gone or has not taken the whole picture after 10 s. One at a time. */
  async write(picture: Picture): Promise<void> {
    let deadlineNs: bigint | undefined;
    let pieceBytes = FIRST_PIECE_BYTES;
    this.#left.begin(picture.areas);
    while (!this.#left.isDone) {
      const putBytes = this.#put(picture, pieceBytes);
      this.#left.advance(putBytes);
      if (putBytes < this.#left.filledBytes) {
        deadlineNs ??= this.loop.nowNs() + STALL_LIMIT_MS * NS_PER_MS;
        await this.#untilWritable(deadlineNs);
      } else if (pieceBytes === FIRST_PIECE_BYTES) {
        libc.sched_yield();
        pieceBytes = LARGEST_PIECE_BYTES;
      }
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  readBytes(): number {
    return this.#isClosed ? Infinity : this.#totalBytes - this.#unreadBytes();
  }

  /** Resolves once ffmpeg has read all that was written. Rejects with an `EncoderError` if it is gone. */
  async untilRead(): Promise<void> {
    while (!this.#isClosed && this.#unreadBytes() > 0) {
      if (!this.#hasReader()) throw endedError('nobody reads its input');
      await this.loop.pause(DRAIN_PERIOD_NS);
    }
  }

  /** End of file for ffmpeg, once it has read what is in the pipe, or is gone: until then the pages are not ours. */
  async finish(): Promise<void> {
    const deadlineNs = this.loop.nowNs() + DRAIN_LIMIT_MS * NS_PER_MS;
    while (this.#isBeingRead() && this.loop.nowNs() < deadlineNs) await this.loop.pause(DRAIN_PERIOD_NS);
    this.close();
  }

  /** End of file for ffmpeg at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.loop.forget(this.fd);
    libc.close(this.fd);
  }

  #isBeingRead(): boolean {
    return !this.#isClosed && this.#unreadBytes() > 0 && this.#hasReader();
  }

  /** What a reader that is gone has left in the pipe stays there. Its write end then has an error to tell (poll(2)). */
  #hasReader(): boolean {
    const view = new DataView(this.#pollFd.view.buffer);
    view.setInt32(0, this.fd, true);
    libc.ppoll(this.#pollFd.address, 1, this.#noTime.address, null);
    return (view.getInt16(6, true) & POLLERR) === 0;
  }

  #unreadBytes(): number {
    libc.ioctl(this.fd, FIONREAD, this.#unread.address);
    return this.#unreadView.getInt32(0, true);
  }

  /** @returns how many bytes the pipe took: fewer than it was offered where it is full */
  #put(picture: Picture, mostBytes: number): number {
    if (this.#isClosed) throw endedError('its input is closed');
    const count = this.#left.fill(mostBytes);
    const putBytes = this.#isSpliced
      ? libc.vmsplice(this.fd, this.#left.address, count, SPLICE_F_NONBLOCK)
      : libc.writev(this.fd, this.#left.address, count);
    if (putBytes >= 0) {
      this.#totalBytes += putBytes;
      if (this.#isSpliced) picture.hold(this, this.#totalBytes);
      return putBytes;
    }
    const error = errno();
    if (error === EAGAIN || error === EINTR) return 0;
    if (error === EPIPE || !this.#isSpliced) throw endedError(errorInWords(error));
    // A kernel or a filter that does not let us hand over pages: copying does the same.
    this.#isSpliced = false;
    return this.#put(picture, mostBytes);
  }

  async #untilWritable(deadlineNs: bigint): Promise<void> {
    await this.loop.pause(FULL_PAUSE_NS);
    if (this.#isClosed) return;
    const isWritable = await this.loop.writable(this.fd, deadlineNs);
    if (isWritable || this.#isClosed) return;
    const text = `ffmpeg has taken no whole frame for ${STALL_LIMIT_MS / 1000n} s`;
    throw new EncoderError({ code: 'ffmpeg-stalled', text });
  }
}

function endedError(reason: string): EncoderError {
  return new EncoderError({ code: 'ffmpeg-ended', text: `ffmpeg takes no more frames: ${reason}` });
}
