import { settle } from './fake-clock.ts';
import type { TsMaker } from './ts-packets.ts';

/** The bytes of one encoder, which a test writes. */
export class WrittenVideo implements AsyncIterable<Uint8Array> {
  readonly #reads: Uint8Array[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  constructor(readonly maker: TsMaker) {}

  /** What a read delivers: it has been handed on when this resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#reads.push(bytes);
    this.#wake();
    await settle();
  }

  /** Writes the next picture. */
  async picture(isKeyframe = false): Promise<void> {
    await this.write(this.maker.picture({ isKeyframe }));
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const read = this.#reads.shift();
      if (read) yield read;
      else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
