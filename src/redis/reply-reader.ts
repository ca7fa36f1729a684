import { ConnectionError } from '../base/errors.ts';
import type { FrameIntake } from '../base/frame.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import { addressAt, EAGAIN, EINTR, errno, errorInWords, libc, MSG_DONTWAIT, pinned } from '../os/libc.ts';
import type { PollLoop } from '../os/poll-loop.ts';

/** The heads of replies are read through this; what comes of a frame with its head is copied out of it, so it is small. */
const BUFFER_BYTES = 512;
/** What is read away goes here. */
const DISCARD_BYTES = 65_536;
/** An error message may be long, a head is not; a line that does not end is no reply. */
const LONGEST_LINE_BYTES = 4_096;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const ZERO = 48;
/** So many digits fit a number without loss, and no size has as many. */
const MOST_DIGITS = 10;
/** On a slow line a large frame may take long, but never this long from one piece to the next. */
const PROGRESS_LIMIT_NS = 5n * NS_PER_SECOND;
/** What takes longer from its first byte to its last is no frame for a live video; a server may also never end it. */
const ANSWER_LIMIT_NS = 30n * NS_PER_SECOND;
/** One call moves no more, which is about a millisecond's work: nothing else on this thread can come between. */
const LARGEST_RECEIVED_BYTES = 4_194_304;
/** So many bytes take a tenth of a millisecond: only behind them is it worth looking at the clock. */
const LOOK_PERIOD_BYTES = 262_144;
/** A call that brings hardly a byte takes as long as these, with what is made of it. */
const CALL_IN_BYTES = 16_384;

/**
 * The bytes of replies from one socket; no wait for them is without a limit. While they come without end, all else on the
 * loop goes on.
 */
export class ReplyReader {
  #deadlineNs = 0n;
  /** By when the last byte must have come. */
  #endNs = 0n;
  /** Bytes since the clock was last looked at. */
  #unlookedBytes = 0;
  /** The last piece of a frame left nothing in the socket. */
  #isEmptied = false;
  #isClosed = false;
  readonly #buffer = pinned(BUFFER_BYTES);
  readonly #discard = pinned(DISCARD_BYTES);
  readonly #text = new TextDecoder('latin1');
  #start = 0;
  #end = 0;

  constructor(
    private readonly fd: number,
    private readonly loop: PollLoop,
  ) {}

  /** Whether bytes have come that nobody has read; between two replies there are none. */
  get hasUnread(): boolean {
    return this.#start < this.#end;
  }

  /**
   * Waits for the next bytes; there must be none unread. Rejects with a `ConnectionError` at the deadline, or if Redis is
   * gone.
   */
  async more(): Promise<void> {
    this.#start = 0;
    this.#end = 0;
    this.#end = await this.#receive(this.#buffer.address, BUFFER_BYTES);
  }

  /** By when the first byte of the answer must have come; the ones behind it may each take 5 s, and 30 s together. */
  expectBy(deadlineNs: bigint): void {
    this.#deadlineNs = deadlineNs;
    this.#endNs = deadlineNs + ANSWER_LIMIT_NS;
  }

  /** The last byte of the answer must have come by then; that it has not is a `ConnectionError`. */
  endBy(endNs: bigint): void {
    this.#endNs = endNs;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The socket is about to be closed: every read from now on rejects with a `ConnectionError`. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * The number of the next line, which is `mark` and decimal digits; undefined, and nothing read, if not all of it has
   * come or it is another one. What nearly every line is, without making a string or waiting for a promise.
   */
  bufferedCount(mark: number): number | undefined {
    const bytes = this.#buffer.view;
    if (this.#start === this.#end || bytes[this.#start] !== mark) return undefined;
    const first = this.#start + 1;
    let count = 0;
    for (let at = first; at + 1 < this.#end && at - first <= MOST_DIGITS; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === CARRIAGE_RETURN && at > first && bytes[at + 1] === LINE_FEED) {
        this.#start = at + 2;
        return count;
      }
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      count = count * 10 + digit;
    }
    return undefined;
  }

  /** So many bytes as text, at most 4096, and the line break behind them is read away. Rejects like `more`. */
  text(sizeBytes: number): string | Promise<string> {
    const end = this.#start + sizeBytes;
    if (end + 2 > this.#end) return this.#textInPieces(sizeBytes);
    const text = this.#text.decode(this.#buffer.view.subarray(this.#start, end));
    this.#start = end + 2;
    return text;
  }

  async #textInPieces(sizeBytes: number): Promise<string> {
    let text = '';
    while (text.length < sizeBytes) {
      if (this.#start === this.#end) await this.more();
      const end = Math.min(this.#end, this.#start + sizeBytes - text.length);
      text += this.#text.decode(this.#buffer.view.subarray(this.#start, end));
      this.#start = end;
    }
    await this.skip(2);
    return text;
  }

  /** The next line without its line break. Rejects like `more`, and where there is no end to it. */
  async line(): Promise<string> {
    let line = '';
    while (line.length <= LONGEST_LINE_BYTES) {
      if (this.#start === this.#end) await this.more();
      const feed = this.#buffer.view.subarray(this.#start, this.#end).indexOf(LINE_FEED);
      const end = feed < 0 ? this.#end : this.#start + feed;
      line += this.#text.decode(this.#buffer.view.subarray(this.#start, end));
      this.#start = feed < 0 ? end : end + 1;
      if (feed >= 0) return line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    throw new ConnectionError(
      `Redis sent a line of more than ${LONGEST_LINE_BYTES} bytes, which is no reply of its`,
    );
  }

  /**
   * Reads exactly so many bytes, and the line break behind them, into what takes them in. Rejects like `more`, and gives it nothing
   * once this is closed: the memory may be gone with it.
   */
  async value(sizeBytes: number, intake: FrameIntake): Promise<void> {
    if (this.#isClosed) throw new ConnectionError('the connection was closed');
    const bufferedBytes = Math.min(this.#end - this.#start, sizeBytes);
    const bufferAddress = addressAt(this.#buffer.address, this.#start);
    libc.memcpy(addressAt(intake.room().address, 0), bufferAddress, bufferedBytes);
    intake.took(bufferedBytes);
    this.#start += bufferedBytes;
    // With the buffer empty nothing stands between the socket and the memory; the line break comes along.
    if (this.#start < this.#end) {
      await this.skip(2);
      return;
    }
    for (let leftBytes = sizeBytes - bufferedBytes + 2; leftBytes > 0;) {
      const room = intake.room();
      const mostBytes = Math.min(room.sizeBytes, leftBytes);
      const bytes =
        this.#receiveSoon(room.address, mostBytes) ?? (await this.#receive(room.address, mostBytes));
      if (this.#isClosed) throw new ConnectionError('the connection was closed');
      intake.took(bytes);
      leftBytes -= bytes;
    }
  }

  /** Reads bytes away in small pieces, so that no size that somebody sends costs memory; undefined if they were there. */
  skip(sizeBytes: number): Promise<void> | undefined {
    if (this.#end - this.#start < sizeBytes) return this.#skipInPieces(sizeBytes);
    this.#start += sizeBytes;
    return undefined;
  }

  async #skipInPieces(sizeBytes: number): Promise<void> {
    let leftBytes = sizeBytes - (this.#end - this.#start);
    this.#start = this.#end;
    // What comes behind a short one comes with it, and is still to be read.
    while (leftBytes >= BUFFER_BYTES) {
      leftBytes -= await this.#receive(this.#discard.address, Math.min(leftBytes, DISCARD_BYTES));
    }
    while (leftBytes > 0) {
      await this.more();
      this.#start = Math.min(leftBytes, this.#end);
      leftBytes -= this.#start;
    }
  }

  /** What has come, or comes in a moment, without a promise; undefined for whatever is not as simple as that. */
  #receiveSoon(address: number, mostBytes: number): number | undefined {
    if (this.#unlookedBytes >= LOOK_PERIOD_BYTES) return undefined;
    const askedBytes = Math.min(mostBytes, LARGEST_RECEIVED_BYTES);
    const receive = () => libc.recv(this.fd, addressAt(address, 0), askedBytes, MSG_DONTWAIT);
    // One that brought less than there was room for has emptied the socket.
    let bytes = this.#isEmptied ? -1 : receive();
    if (bytes < 0 && this.loop.readableSoon(this.fd)) bytes = receive();
    this.#isEmptied = bytes < askedBytes;
    if (bytes <= 0) return undefined;
    this.#unlookedBytes += CALL_IN_BYTES + bytes;
    return bytes;
  }

  /** @returns how many bytes came: at least one */
  async #receive(address: number, mostBytes: number): Promise<number> {
    for (;;) {
      if (this.#unlookedBytes >= LOOK_PERIOD_BYTES) await this.#lookAtClock();
      if (this.#isClosed) throw new ConnectionError('the connection was closed');
      const askedBytes = Math.min(mostBytes, LARGEST_RECEIVED_BYTES);
      const bytes = libc.recv(this.fd, addressAt(address, 0), askedBytes, MSG_DONTWAIT);
      this.#unlookedBytes += CALL_IN_BYTES;
      if (bytes > 0) {
        this.#unlookedBytes += bytes;
        return bytes;
      }
      if (bytes === 0) throw new ConnectionError('the connection was closed');
      const error = errno();
      if (error !== EAGAIN && error !== EINTR) throw new ConnectionError(errorInWords(error));
      await this.#untilReadable();
    }
  }

  async #untilReadable(): Promise<void> {
    const askedNs = this.loop.nowNs();
    this.#checkEnd(askedNs);
    const progressNs = askedNs + PROGRESS_LIMIT_NS;
    const deadlineNs = this.#deadlineNs > progressNs ? this.#deadlineNs : progressNs;
    if (await this.loop.readable(this.fd, deadlineNs)) return;
    // A descriptor that is closed meanwhile ends the wait at once.
    if (this.#isClosed) throw new ConnectionError('the connection was closed');
    throw new ConnectionError(
      `no answer in ${(deadlineNs - askedNs + NS_PER_SECOND / 2n) / NS_PER_SECOND} s`,
    );
  }

  async #lookAtClock(): Promise<void> {
    this.#unlookedBytes = 0;
    const nowNs = this.loop.nowNs();
    this.#checkEnd(nowNs);
    if ((await this.loop.turn(nowNs)) === false) throw new ConnectionError('the connection was closed');
  }

  #checkEnd(nowNs: bigint): void {
    if (nowNs > this.#endNs) throw new ConnectionError('its answer does not end');
  }
}
