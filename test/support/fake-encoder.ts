import type { Encoder } from '../../src/encoder/encoder.ts';
import type { VideoPipe } from '../../src/encoder/video-pipe.ts';
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
  holdsFramesBack = false;
  encodedFrames = 0;
  /** Whether what is left of its video was given up. */
  isVideoClosed = false;
  readonly #exit: (exit: EncoderExit) => void;

  /** @param isOurs its video comes to us */
  constructor(
    private readonly isOurs = false,
    readonly isWarmedUp = false,
  ) {
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

  get video(): VideoPipe | undefined {
    if (!this.isOurs) return undefined;
    // What is read from it stays with the hub, which is a double, too.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { close: async () => void (this.isVideoClosed = true) } as unknown as VideoPipe;
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
