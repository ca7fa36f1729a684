import { closeSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';

/**
 * Each read has memory of its own, and what was sent of it lies about until the runtime sees a reason to collect it: 13 MiB of it
 * at 4 Mbit/s. Collecting takes 4 ms of this thread, so it is done after so much video, and not more often than once a second.
 */
const COLLECTED_BYTES = 524_288;
const COLLECTING_PERIOD_NS = NS_PER_SECOND;

/**
 * The video that one ffmpeg writes into its pipe, as the reads deliver it: the first bytes are read at once, the others as
 * they are asked for. Its own are the descriptor, which it closes at the end, and the memory of what it gives.
 */
export class VideoPipe implements AsyncIterable<Uint8Array> {
  /** Resolves once there are bytes. Never rejects; it never resolves where there are none. */
  readonly begun: Promise<void>;
  readonly #reader;
  readonly #first: Promise<Uint8Array | undefined>;
  #isClosed = false;
  #uncollectedBytes = 0;
  #collectedNs = systemClock.nowNs();

  /** @param fd the read end */
  constructor(private readonly fd: number) {
    this.#reader = Bun.file(fd).stream().getReader();
    this.#first = this.#next();
    this.begun = this.#first.then((bytes) => (bytes ? undefined : new Promise(() => {})));
  }

  /** To the end of the video, once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (let bytes = await this.#first; bytes; bytes = await this.#next()) yield bytes;
    } finally {
      await this.close();
    }
  }

  /** Reads no more; an ffmpeg that still writes ends by that. May be called again, and never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Only then does nobody read from a number that may soon be another's.
    await this.#reader.cancel().catch(() => {});
    closeSync(this.fd);
  }

  /** @returns undefined at the end, as which a failed read counts: whoever wrote says why */
  async #next(): Promise<Uint8Array | undefined> {
    try {
      const reading = this.#reader.read();
      this.#collect();
      const { value } = await reading;
      this.#uncollectedBytes += value?.length ?? 0;
      return value;
    } catch {
      return undefined;
    }
  }

  /**
   * Right after what was read has been handed on, when the next picture is a period away; and while a read is pending: what comes
   * while there is none is told of by the runtime only with the bytes after it, a period later.
   */
  #collect(): void {
    if (this.#uncollectedBytes < COLLECTED_BYTES) return;
    const nowNs = systemClock.nowNs();
    if (nowNs - this.#collectedNs < COLLECTING_PERIOD_NS) return;
    this.#uncollectedBytes = 0;
    this.#collectedNs = nowNs;
    Bun.gc(true);
  }
}
