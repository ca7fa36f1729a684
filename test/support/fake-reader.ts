import type { Clock } from '../../src/base/clock.ts';
import type { DropCause } from '../../src/base/counts.ts';
import type { Frame, FrameOwner } from '../../src/base/frame.ts';
import type { FrameReader, OrderedRead } from '../../src/base/frame-reader.ts';

/** A frame without pixels: its id and when it was written are what decisions are made by. */
export function fakeFrame(number: number, writtenNs?: bigint): Frame {
  return {
    id: `${number}-0`,
    pixels: { address: number, sizeBytes: 1 },
    ...(writtenNs !== undefined && { writtenNs }),
  };
}

/** The number that a frame was made with. */
export function numberOf(frame: Frame): number {
  return Number.parseInt(frame.id, 10);
}

/** Frames out of a queue that a test fills, and their owner: every frame handed out has to come back once. */
export class FakeReader implements FrameReader, FrameOwner {
  readonly released: Frame[] = [];
  /** Those of them that were never sent. */
  readonly dropped: Frame[] = [];
  /** Why, in the same order. */
  readonly dropCauses: DropCause[] = [];
  newestCalls = 0;
  /** How long it takes to get the newest frame. */
  fetchMs = 0;
  readonly #queue: Frame[] = [];
  #onAdded: (() => void) | undefined;
  #isBusy = false;

  /** @param lent frames handed out that have not come back; those of another reader, too, where both have one owner */
  constructor(
    private readonly clock: Clock,
    readonly lent = new Set<Frame>(),
  ) {}

  add(...frames: Frame[]): void {
    this.#queue.push(...frames);
    this.#onAdded?.();
  }

  get backlog(): number {
    return this.#queue.length;
  }

  next(signal: AbortSignal): Promise<OrderedRead> {
    return this.#oneAtATime(async () => {
      const waited = this.#queue.length === 0;
      while (this.#queue.length === 0) await this.#added(signal);
      return { frame: this.#lend(this.#queue.shift()), waited, passedOver: false };
    });
  }

  newest(signal: AbortSignal): Promise<Frame | undefined> {
    this.newestCalls += 1;
    return this.#oneAtATime(async () => {
      const count = this.#queue.length;
      const doneNs = this.clock.nowNs() + BigInt(Math.round(this.fetchMs * 1e6));
      await this.clock.sleepUntil(doneNs, signal);
      // What was given up is still there for the next call.
      signal.throwIfAborted();
      const frame = this.#queue.splice(0, count).at(-1);
      return frame && this.#lend(frame);
    });
  }

  release(frame: Frame): void {
    if (!this.lent.delete(frame)) throw new Error(`frame ${frame.id} came back although it was not out`);
    this.released.push(frame);
  }

  drop(frame: Frame, cause: DropCause): void {
    this.release(frame);
    this.dropped.push(frame);
    this.dropCauses.push(cause);
  }

  /** Hands a frame out beside the queue, as if it had been read before. */
  lend(frame: Frame): Frame {
    return this.#lend(frame);
  }

  #lend(frame: Frame | undefined): Frame {
    if (!frame) throw new Error('no frame is there');
    this.lent.add(frame);
    return frame;
  }

  async #oneAtATime<T>(call: () => Promise<T>): Promise<T> {
    if (this.#isBusy) throw new Error('two calls at a time');
    this.#isBusy = true;
    try {
      return await call();
    } finally {
      this.#isBusy = false;
    }
  }

  #added(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#onAdded = undefined;
        reject(signal.reason);
      };
      this.#onAdded = () => {
        this.#onAdded = undefined;
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
