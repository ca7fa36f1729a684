import type { Redis } from 'ioredis';

const MEBIBYTE = 1_048_576;
/** A frame of another format may be larger, and its entry has heads and other fields. */
const MOST_FRAMES = 4;
/** Where the size of a frame is not known, it may be any that there is. */
const LARGEST_UNKNOWN_BYTES = 256 * MEBIBYTE;
/** What a reply of RESP2 begins with. */
const MARKS = '*$+-:';
const NIL_BYTES = 5;

/**
 * Stands between the socket and ioredis, which keeps whatever it is sent in memory, and ends the whole program at some
 * replies that nobody has asked for. A connection that is sent such a thing is closed, for a reason in words.
 */
export class ReplyGuard {
  #receivedBytes = 0;
  readonly #mostBytes: number;

  /** @param frameBytes the size of a frame; 0 where it is not known */
  constructor(
    private readonly redis: Redis,
    private readonly frameBytes: number,
  ) {
    this.#mostBytes = frameBytes === 0 ? LARGEST_UNKNOWN_BYTES : MOST_FRAMES * frameBytes + MEBIBYTE;
    const { stream } = redis;
    const decoders = stream.listeners('data');
    stream.removeAllListeners('data');
    stream.on('data', (bytes: Buffer) => {
      const fault = this.#faultOf(bytes);
      this.#receivedBytes += bytes.length;
      if (fault !== undefined) stream.destroy(new Error(fault));
      else for (const decode of decoders) Reflect.apply(decode, stream, [bytes]);
    });
  }

  /** The next command is sent: what comes from now on is the answer to it. */
  expect(): void {
    this.#receivedBytes = 0;
  }

  #faultOf(bytes: Buffer): string | undefined {
    if (this.redis.commandQueue.length === 0 || isNilBehindMore(bytes)) {
      return 'it answers more than it was asked';
    }
    if (this.#receivedBytes === 0 && !MARKS.includes(bytes.toString('latin1', 0, 1))) {
      return `it answers in a form that is not known: ${bytes.toString('latin1', 0, 40)}`;
    }
    if (this.#receivedBytes + bytes.length <= this.#mostBytes) return undefined;
    const most = `${(this.#mostBytes / MEBIBYTE).toFixed(1)} MiB`;
    return `its answer is larger than ${most}, where a frame has ${this.frameBytes} bytes`;
  }
}

/** ioredis fails at a second nil. No answer that is asked for has one at its end, unless it is nothing but one. */
function isNilBehindMore(bytes: Buffer): boolean {
  return bytes.length > NIL_BYTES && /^[*$]-1\r\n$/.test(bytes.toString('latin1', bytes.length - NIL_BYTES));
}
