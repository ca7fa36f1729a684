import type { Clock } from '../base/clock.ts';
import type { ConnectStream } from '../redis/stream-connection.ts';
import { FrameMover, type MoverObserver, type MoverSettings } from './frame-mover.ts';
import type { EncoderInput, FrameTransport, TransportReport } from './frame-transport.ts';
import { StdinSink } from './stdin-sink.ts';

interface LocalParts {
  readonly settings: MoverSettings;
  readonly clock: Clock;
  readonly connect: ConnectStream;
  readonly stream: string;
  readonly observer: MoverObserver;
}

/** Moves the frames in this thread, over the runtime's own sockets and pipes. */
export class LocalTransport implements FrameTransport {
  readonly #mover: FrameMover;

  constructor(private readonly parts: LocalParts) {
    this.#mover = new FrameMover(parts);
  }

  awaitFrame(signal: AbortSignal): Promise<void> {
    return this.#mover.awaitFrame(signal);
  }

  createInput(): EncoderInput {
    const mover = this.#mover;
    let sink: StdinSink | undefined;
    const openSink = () => {
      if (!sink) throw new Error('ffmpeg was not started with this input');
      return sink;
    };
    return {
      stdin: 'pipe',
      started: (stdin) => {
        sink = stdin && new StdinSink(stdin, this.parts.clock);
      },
      writeFirst: async () => mover.writeFirst(openSink()),
      pump: async (signal) => mover.pump(openSink(), signal),
      end() {
        sink?.end();
        mover.dropFirst();
      },
      lose: (loss) => mover.countLoss(loss),
    };
  }

  async report(): Promise<TransportReport> {
    return this.#mover.report();
  }

  async close(): Promise<void> {
    await this.#mover.close();
  }
}
