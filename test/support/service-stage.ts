import { EncoderError } from '../../src/base/errors.ts';
import { runService } from '../../src/service/run-service.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { FakeEncoder } from './fake-encoder.ts';
import { FakeTransport, type FakeInput } from './fake-transport.ts';
import { follow } from './reader-stage.ts';

/** How long a dead link goes unnoticed. */
export const LINK_SILENCE_MS = 5_000;

/** The service with everything around it in the hands of a test. */
export class ServiceStage {
  readonly clock = new FakeClock();
  readonly transport = new FakeTransport();
  readonly encoders: FakeEncoder[] = [];
  /** In words: `failed: why, 500 ms`. */
  readonly states: string[] = [];
  /** Why ffmpeg cannot be started at all. */
  cannotStart: string | undefined;
  readonly #ending = new AbortController();

  start() {
    return follow(
      runService(
        {
          clock: this.clock,
          transport: this.transport,
          startEncoder: () => this.#startEncoder(),
          linkSilenceMs: LINK_SILENCE_MS,
          random: () => 0,
          onState: (state) => {
            if (state.kind === 'failed') this.states.push(`failed: ${state.reason}, ${state.retryMs} ms`);
            else this.states.push(state.kind === 'closing' ? `closing: ${state.reason}` : state.kind);
          },
        },
        this.#ending.signal,
      ),
    );
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await settle();
  }

  get encoder(): FakeEncoder {
    return lastOf(this.encoders);
  }

  get input(): FakeInput {
    return lastOf(this.transport.inputs);
  }

  /** A service with a stream that has begun. */
  static async streaming(): Promise<ServiceStage> {
    const stage = new ServiceStage();
    stage.start();
    await stage.open();
    return stage;
  }

  /** Lets the stream that is starting begin. */
  async open(): Promise<void> {
    await settle();
    this.input.takeFirst();
    this.encoder.open();
    await settle();
  }

  #startEncoder(): FakeEncoder {
    if (this.cannotStart !== undefined) throw new EncoderError(this.cannotStart, false);
    const encoder = new FakeEncoder();
    this.encoders.push(encoder);
    return encoder;
  }
}

function lastOf<T>(items: readonly T[]): T {
  const last = items.at(-1);
  if (last === undefined) throw new Error('there is none yet');
  return last;
}
