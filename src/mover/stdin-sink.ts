import { EncoderError } from '../base/errors.ts';
import type { Frame, Pixels } from '../base/frame.ts';
import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { FrameSink } from '../pacing/tick-loop.ts';

/** ffmpeg that has not taken a whole frame for this long hangs, or may as well, and is ended. */
const STALL_LIMIT_MS = 10_000n;

/** Writes frames into the runtime's pipe to ffmpeg. */
export class StdinSink implements FrameSink {
  constructor(
    private readonly stdin: Bun.FileSink,
    private readonly clock: Clock,
  ) {}

  /** Rejects with an `EncoderError` if ffmpeg is gone or has not taken the whole frame after 10 s. */
  async write(frame: Frame): Promise<void> {
    const written = new AbortController();
    const limit = this.clock.sleepUntil(this.clock.nowNs() + STALL_LIMIT_MS * NS_PER_MS, written.signal);
    const stalled = limit.then(() => {
      if (written.signal.aborted) return;
      throw new EncoderError(`ffmpeg has taken no whole frame for ${STALL_LIMIT_MS / 1000n} s`, true);
    });
    try {
      await Promise.race([this.#writeAll(frame.pixels), stalled]);
    } finally {
      written.abort();
    }
  }

  /** End of file; never throws. */
  end(): void {
    // A pipe that ffmpeg has closed has nothing left to flush; its exit says what happened.
    void Promise.resolve(this.stdin.end()).catch(() => {});
  }

  /** Both calls say by a promise that the pipe is full; not waiting for it would let memory grow. */
  async #writeAll(pixels: Pixels): Promise<void> {
    if (!(pixels instanceof Uint8Array)) throw new Error('these pixels are not for a pipe of the runtime');
    try {
      await this.stdin.write(pixels);
      await this.stdin.flush();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new EncoderError(`ffmpeg takes no more frames: ${reason}`, false, { cause: error });
    }
  }
}
