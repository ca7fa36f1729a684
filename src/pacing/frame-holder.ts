import type { DropCause } from '../base/counts.ts';
import type { Frame, FrameOwner } from '../base/frame.ts';

/** What a tick sends: `isNew` is false for a repeated frame. */
export interface TickFrame {
  readonly frame: Frame;
  readonly isNew: boolean;
}

/**
 * The meeting point of the source's pace and ours: a feed offers frames, each tick takes exactly one. It holds at most
 * two frames: the one that was sent last, to be repeated, and the one that is sent next.
 */
export class FrameHolder {
  #held: Frame;
  /** A frame may be held for want of a better one before any tick has sent it. */
  #isHeldSent = true;
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

  /** The frame that a tick would repeat now. */
  get held(): Frame {
    return this.#held;
  }

  /** Whether a frame waits for its tick. */
  get hasNext(): boolean {
    return this.#next !== undefined;
  }

  /** Hands in the frame for the next tick; one that waits for it already is dropped, for the cause that is given. */
  offer(frame: Frame, nowNs: bigint, cause: DropCause = 'replaced'): void {
    // It was on its way when the session ended.
    if (this.#isClosed) return this.owner.drop(frame, 'unsent');
    this.#lastOfferNs = nowNs;
    if (this.#next) this.owner.drop(this.#next, cause);
    this.#next = frame;
  }

  /** Holds the frame that was offered although no tick has sent it: it stands in until another one is offered. */
  standIn(): void {
    if (this.#next) this.#hold(this.#next);
  }

  /** The frame that was offered, or else the one before it again. */
  take(): TickFrame {
    if (!this.#next) return this.repeat();
    this.#hold(this.#next);
    this.#onTaken?.();
    return this.repeat();
  }

  /** The frame that is held, whatever has been offered. */
  repeat(): TickFrame {
    const isNew = !this.#isHeldSent;
    this.#isHeldSent = true;
    return { frame: this.#held, isNew };
  }

  /** Resolves once no frame is waiting for its tick. One waiter at a time. */
  whenTaken(signal: AbortSignal): Promise<void> {
    if (!this.#next) return Promise.resolve();
    return waitFor((wake) => (this.#onTaken = wake), signal);
  }

  /** Gives both frames back; the holder is not used any more. */
  close(): void {
    this.#isClosed = true;
    this.#giveHeldBack('unsent');
    if (this.#next) this.owner.drop(this.#next, 'unsent');
    this.#next = undefined;
  }

  #hold(frame: Frame): void {
    this.#giveHeldBack('replaced');
    this.#held = frame;
    this.#isHeldSent = false;
    this.#next = undefined;
  }

  /** @param cause why it is not sent any more, if it never was */
  #giveHeldBack(cause: DropCause): void {
    if (this.#isHeldSent) this.owner.release(this.#held);
    else this.owner.drop(this.#held, cause);
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
