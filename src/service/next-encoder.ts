import type { Encoder } from '../encoder/encoder.ts';
import type { WarmedUp } from './warm-up.ts';

/** An ffmpeg that frames go to from now on, and how many the one before was handed. */
export interface Switched {
  readonly encoder: Encoder;
  readonly framesBefore: number;
}

interface NextEncoderParts {
  /** Makes an ffmpeg warm; resolves with `cut-off` once the signal aborts. */
  readonly warmUp: (cutOff: AbortSignal) => Promise<WarmedUp>;
  /** Lets the frames go to it. */
  readonly switchInput: () => Promise<{ readonly framesBefore: number }>;
}

/** An ffmpeg that takes over from one that goes on meanwhile: first it gets warm, then it gets the frames. */
export class NextEncoder {
  readonly #cancelled = new AbortController();
  readonly #inForce = new AbortController();
  readonly #outcome: Promise<Switched | undefined>;
  #isSwitching = false;

  constructor(parts: NextEncoderParts, stop: AbortSignal) {
    this.#outcome = this.#takeOver(parts, AbortSignal.any([stop, this.#cancelled.signal])).finally(() =>
      this.#inForce.abort(),
    );
    // Whoever settles it hears of it.
    this.#outcome.catch(() => {});
  }

  /** Aborts once frames go to it, or never will. */
  get inForce(): AbortSignal {
    return this.#inForce.signal;
  }

  /** Whether the one before has had its last frame, or has it right now: that it ends is no failure. */
  get isSwitching(): boolean {
    return this.#isSwitching;
  }

  /**
   * Cuts it off unless frames go to it already, or right now. Nothing is left of one that is cut off.
   * @returns the ffmpeg that frames go to by then; undefined where it is the one before
   */
  settle(): Promise<Switched | undefined> {
    this.#cancelled.abort();
    return this.#outcome;
  }

  async #takeOver(
    { warmUp, switchInput }: NextEncoderParts,
    cutOff: AbortSignal,
  ): Promise<Switched | undefined> {
    const outcome = await warmUp(cutOff);
    if (outcome.kind !== 'warm') return undefined;
    this.#isSwitching = true;
    const { framesBefore } = await switchInput();
    return { encoder: outcome.encoder, framesBefore };
  }
}
