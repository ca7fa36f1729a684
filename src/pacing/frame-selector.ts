import type { Frame } from '../frame/frame.ts';

/** Where a frame goes back to that is not needed any more. */
export interface FrameOwner {
  release(frame: Frame): void;
}

/** What a tick sends: `isNew` is false for a repeated frame. */
export interface Selection {
  readonly frame: Frame;
  readonly isNew: boolean;
}

/**
 * The meeting point of the source's pace and ours: a feed offers frames, each tick takes exactly one. It holds at most
 * two frames: the one that was sent last, to be repeated, and the one that is sent next.
 */
export class FrameSelector {
  #held: Frame;
  #next: Frame | undefined;
  #lastOfferNs: bigint;
  #onTaken: (() => void) | undefined;
  #isClosed = false;

  /** @param first the frame that was sent before the first tick; repeated until another one is offered */
  constructor(
    first: Frame,
    private readonly owner: FrameOwner,
    nowNs: bigint,
  ) {
    this.#held = first;
    this.#lastOfferNs = nowNs;
  }

  /** Monotonic time at which a new frame last came. */
  get lastOfferNs(): bigint {
    return this.#lastOfferNs;
  }

  get hasNext(): boolean {
    return this.#next !== undefined;
  }

  /** Hands in the frame for the next tick. Returns false if one was waiting already: that one is dropped for it. */
  offer(frame: Frame, nowNs: bigint): boolean {
    if (this.#isClosed) {
      // It was on its way when the stream ended.
      this.owner.release(frame);
      return true;
    }
    this.#lastOfferNs = nowNs;
    const replaced = this.#next;
    if (replaced) this.owner.release(replaced);
    this.#next = frame;
    return replaced === undefined;
  }

  /** The frame that was offered, or else the one before it again. */
  take(): Selection {
    const next = this.#next;
    if (!next) return this.repeat();
    this.owner.release(this.#held);
    this.#held = next;
    this.#next = undefined;
    this.#onTaken?.();
    return { frame: next, isNew: true };
  }

  /** The frame that was sent last, whatever has been offered. */
  repeat(): Selection {
    return { frame: this.#held, isNew: false };
  }

  /** Resolves once no frame is waiting for its tick. One waiter at a time. */
  whenTaken(signal: AbortSignal): Promise<void> {
    if (!this.#next) return Promise.resolve();
    return waitFor((wake) => (this.#onTaken = wake), signal);
  }

  /** Gives both frames back; the selector is not used any more. */
  close(): void {
    this.#isClosed = true;
    this.owner.release(this.#held);
    if (this.#next) this.owner.release(this.#next);
    this.#next = undefined;
  }
}

function waitFor(set: (wake: (() => void) | undefined) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      set(undefined);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', wake, { once: true });
    set(wake);
  });
}
