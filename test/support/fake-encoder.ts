import type { Encoder } from '../../src/encoder/encoder.ts';
import type { EncoderExit } from '../../src/encoder/failure.ts';

/** An ffmpeg that does what a test tells it, and says what was asked of it. */
export class FakeEncoder implements Encoder {
  readonly ready: Promise<void>;
  readonly exited: Promise<EncoderExit>;
  /** Opens the destination. */
  readonly open: () => void;
  readonly asked: ('stop' | 'kill')[] = [];
  /** Whether it writes its trailer and ends when it is stopped. */
  obeys = true;
  isGone = false;
  encodedFrames = 0;
  readonly #exit: (exit: EncoderExit) => void;

  constructor() {
    const ready = Promise.withResolvers<void>();
    const exited = Promise.withResolvers<EncoderExit>();
    this.ready = ready.promise;
    this.open = () => ready.resolve();
    this.exited = exited.promise;
    this.#exit = (exit) => {
      this.isGone = true;
      exited.resolve(exit);
    };
  }

  /** Ends with a status after these last words. */
  exit(code: number, ...lastLines: string[]): void {
    this.#exit({ code, signal: null, lastLines });
  }

  stop(): Promise<EncoderExit> {
    this.asked.push('stop');
    if (this.obeys) this.exit(0);
    return this.exited;
  }

  kill(): void {
    this.asked.push('kill');
    this.#exit({ code: null, signal: 'SIGKILL', lastLines: [] });
  }
}
