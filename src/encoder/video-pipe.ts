import { closeSync } from 'node:fs';

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
      const { value } = await this.#reader.read();
      return value;
    } catch {
      return undefined;
    }
  }
}
