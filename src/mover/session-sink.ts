import { NS_PER_MS, waitAtMost, type Clock } from '../base/clock.ts';
import type { Frame, FrameSink } from '../base/frame.ts';
import { LAST_FRAME_LIMIT_MS } from '../base/stop-budget.ts';

/** The way into one ffmpeg. */
export interface InputSink extends FrameSink {
  /**
   * Hands over a copy of the frame's picture; what is written from then on follows behind it. The caller may give the frame back
   * meanwhile. Rejects like `write`.
   */
  warm(frame: Frame): Promise<void>;
  /** End of file, once what was handed over is read, or after a moment. Never rejects. */
  finish(): Promise<void>;
  /** End of file at once: what is being written fails. May be called again. */
  close(): void;
}

/** A frame on its way into an input. */
interface Writing {
  readonly sinceNs: bigint;
  /** Never rejects. */
  readonly over: Promise<void>;
  isOver: boolean;
}

/**
 * Where the frames of one session go: into one ffmpeg, and after a switch into another, of which the ticks know nothing. Owns the
 * inputs that it is given.
 */
export class SessionSink implements FrameSink {
  #prepared: InputSink | undefined;
  /** Inputs that have had their last frame, until they are closed. */
  readonly #leaving = new Set<InputSink>();
  /** The last frame that was handed over, to whichever input. */
  #writing: Writing | undefined;
  /** Why the present input takes no more frames: it may have half a picture, so that none can follow. */
  #fault: { readonly error: unknown } | undefined;
  #frames = 0;
  /** To be told when a frame was handed over. */
  #waiting: (() => void)[] = [];

  /** @param present the input that frames go to first */
  constructor(
    private present: InputSink,
    private readonly clock: Clock,
  ) {}

  /**
   * Rejects as the input does, and from then on with the same until there is a switch. A frame that the input before a switch has not
   * taken is lost, which is no failure of the present one.
   */
  async write(frame: Frame): Promise<void> {
    this.#frames += 1;
    if (this.#fault) throw this.#fault.error;
    const sink = this.present;
    try {
      await this.#follow(sink.write(frame));
    } catch (error) {
      if (sink !== this.present) return;
      this.#fault = { error };
      throw error;
    } finally {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const tell of waiting) tell();
    }
  }

  /**
   * Resolves once the next frame was handed over, or could not be; at once while one is being written, since nobody knows how long
   * that takes, and after 0.5 s in any case.
   */
  async afterFrame(): Promise<void> {
    if (this.#writing?.isOver === false) return;
    const handed = new Promise<void>((resolve) => this.#waiting.push(resolve));
    await waitAtMost(this.clock, LAST_FRAME_LIMIT_MS, handed);
  }

  /** Puts a copy of the frame into another input, which takes the place of one that was prepared before. Rejects as that does. */
  async prepare(sink: InputSink, frame: Frame): Promise<void> {
    this.dropPrepared();
    this.#prepared = sink;
    try {
      await sink.warm(frame);
    } catch (error) {
      // Its ffmpeg is to end, and whoever waits for it to hear of that; a frame that it may be given all the same fails.
      sink.close();
      throw error;
    }
  }

  /** Gives the prepared input up, if there is one. */
  dropPrepared(): void {
    this.#prepared?.close();
    this.#prepared = undefined;
  }

  /**
   * The next frame goes to the prepared input; the one before ends by itself. Throws where there is none.
   * @returns how many frames the one before was handed
   */
  switch(): number {
    const next = this.#prepared;
    if (!next) throw new Error('no input was prepared');
    const framesBefore = this.#frames;
    void this.#leave(this.present, this.#writing);
    this.present = next;
    this.#prepared = undefined;
    this.#fault = undefined;
    this.#writing = undefined;
    this.#frames = 0;
    return framesBefore;
  }

  /** The session is over: end of file for all, as `finish` of an input. Never rejects. */
  async finish(): Promise<void> {
    this.dropPrepared();
    await this.present.finish();
  }

  /** End of file for all at once. */
  close(): void {
    this.dropPrepared();
    this.present.close();
    for (const sink of this.#leaving) sink.close();
  }

  #follow(written: Promise<void>): Promise<void> {
    const onOver = () => {
      writing.isOver = true;
    };
    const writing: Writing = {
      sinceNs: this.clock.nowNs(),
      over: written.then(onOver, onOver),
      isOver: false,
    };
    this.#writing = writing;
    return written;
  }

  /** One that hangs does not get the end of a picture; the ticks may be waiting for it. */
  async #leave(sink: InputSink, writing: Writing | undefined): Promise<void> {
    this.#leaving.add(sink);
    if (writing && !writing.isOver) {
      const waitedMs = Number((this.clock.nowNs() - writing.sinceNs) / NS_PER_MS);
      await waitAtMost(this.clock, LAST_FRAME_LIMIT_MS - waitedMs, writing.over);
    }
    if (!writing || writing.isOver) await sink.finish();
    else sink.close();
    this.#leaving.delete(sink);
  }
}
