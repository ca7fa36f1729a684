import { NS_PER_MS } from '../base/clock.ts';
import { EncoderError } from '../base/errors.ts';
import type { Frame, FrameSink, FrameSlot } from '../base/frame.ts';
import type { FrameSlots, PagePipe } from './frame-slots.ts';
import {
  addressAt,
  EAGAIN,
  EINTR,
  EPIPE,
  errno,
  errorInWords,
  FIONREAD,
  LARGEST_PIECE_BYTES,
  libc,
  pinned,
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
/** struct iovec: address and length, 8 bytes each. */
const IOVEC_BYTES = 16;

/**
 * The write end of ffmpeg's standard input, which this owns. Large frames are not copied: their pages are handed to the
 * pipe (vmsplice), and the slots note it, so that none is written to again before the pipe has been read past it. That
 * holds for a reader that reads; one that passes pages on (splice, tee) would see later frames in them, which ffmpeg does
 * not do.
 */
export class PipeSink implements FrameSink, PagePipe {
  readonly #iovec = pinned(IOVEC_BYTES);
  readonly #iovecView = new DataView(this.#iovec.view.buffer);
  readonly #unread = pinned(4);
  readonly #unreadView = new DataView(this.#unread.view.buffer);
  /** Bytes ever put into the pipe. */
  #totalBytes = 0;
  #isSpliced: boolean;
  #isClosed = false;

  /** @param fd the write end, non-blocking; closed by `close` */
  constructor(
    private readonly fd: number,
    private readonly slots: Pick<FrameSlots, 'putInto'>,
    private readonly loop: PollLoop,
    sizeBytes: number,
  ) {
    this.#isSpliced = sizeBytes >= SMALLEST_SPLICED_BYTES;
  }

  /** Rejects with an `EncoderError` if ffmpeg is gone or has not taken the whole frame after 10 s. */
  async write(frame: Frame): Promise<void> {
    const slot = frame.pixels;
    const { sizeBytes } = slot;
    let deadlineNs: bigint | undefined;
    let doneBytes = 0;
    while (doneBytes < sizeBytes) {
      const pieceBytes =
        doneBytes === 0
          ? Math.min(FIRST_PIECE_BYTES, sizeBytes)
          : Math.min(sizeBytes - doneBytes, LARGEST_PIECE_BYTES);
      const putBytes = this.#put(slot, doneBytes, pieceBytes);
      if (putBytes === undefined) {
        deadlineNs ??= this.loop.nowNs() + STALL_LIMIT_MS * NS_PER_MS;
        await this.#untilWritable(deadlineNs);
      } else doneBytes += putBytes;
      if (doneBytes === FIRST_PIECE_BYTES) libc.sched_yield();
    }
  }

  readBytes(): number {
    return this.#isClosed ? Infinity : this.#totalBytes - this.#unreadBytes();
  }

  /** End of file for ffmpeg, once it has read what is in the pipe: until then the pages are not ours. */
  async finish(): Promise<void> {
    const deadlineNs = this.loop.nowNs() + DRAIN_LIMIT_MS * NS_PER_MS;
    while (!this.#isClosed && this.#unreadBytes() > 0 && this.loop.nowNs() < deadlineNs) {
      await this.loop.pause(DRAIN_PERIOD_NS);
    }
    this.close();
  }

  /** End of file for ffmpeg at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.loop.forget(this.fd);
    libc.close(this.fd);
  }

  #unreadBytes(): number {
    libc.ioctl(this.fd, FIONREAD, this.#unread.address);
    return this.#unreadView.getInt32(0, true);
  }

  /** @returns how many bytes the pipe took; undefined while it is full */
  #put(slot: FrameSlot, offsetBytes: number, lengthBytes: number): number | undefined {
    if (this.#isClosed) throw endedError('its input is closed');
    const address = addressAt(slot.address, offsetBytes);
    const putBytes = this.#isSpliced
      ? this.#splice(address, lengthBytes)
      : libc.write(this.fd, address, lengthBytes);
    if (putBytes >= 0) {
      this.#totalBytes += putBytes;
      if (this.#isSpliced) this.slots.putInto(this, slot, this.#totalBytes);
      return putBytes;
    }
    const error = errno();
    if (error === EAGAIN || error === EINTR) return undefined;
    if (error === EPIPE || !this.#isSpliced) throw endedError(errorInWords(error));
    // A kernel or a filter that does not let us hand over pages: copying does the same.
    this.#isSpliced = false;
    return this.#put(slot, offsetBytes, lengthBytes);
  }

  #splice(address: number, lengthBytes: number): number {
    this.#iovecView.setBigUint64(0, BigInt(address), true);
    this.#iovecView.setBigUint64(8, BigInt(lengthBytes), true);
    return libc.vmsplice(this.fd, this.#iovec.address, 1, SPLICE_F_NONBLOCK);
  }

  async #untilWritable(deadlineNs: bigint): Promise<void> {
    const isWritable = await this.loop.writable(this.fd, deadlineNs);
    if (isWritable || this.#isClosed) return;
    const text = `ffmpeg has taken no whole frame for ${STALL_LIMIT_MS / 1000n} s`;
    throw new EncoderError({ code: 'ffmpeg-stalled', text });
  }
}

function endedError(reason: string): EncoderError {
  return new EncoderError({ code: 'ffmpeg-ended', text: `ffmpeg takes no more frames: ${reason}` });
}
