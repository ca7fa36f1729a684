import type { Loss } from '../../src/base/counts.ts';
import type { EncoderInput, Mover } from '../../src/mover/mover.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';

/** The way of one session's frames, in the hands of a test. */
export class FakeInput implements EncoderInput {
  readonly fd = 4_711;
  /** In order: what was asked of it. */
  readonly events: string[] = [];
  loss: Loss | undefined;
  readonly #first = Promise.withResolvers<void>();
  #pump = Promise.withResolvers<'idle' | 'stopped'>();

  get firstSent(): Promise<void> {
    return this.#first.promise;
  }

  [Symbol.dispose](): void {
    this.events.push('read end closed');
  }

  pump(signal: AbortSignal): Promise<'idle' | 'stopped'> {
    this.events.push('pump');
    this.#pump = Promise.withResolvers();
    const { promise, resolve } = this.#pump;
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
    if (signal.aborted) resolve('stopped');
    return promise;
  }

  /** The first frame is handed over, or cannot be. */
  takeFirst(error?: Error): void {
    if (error) this.#first.reject(error);
    else this.#first.resolve();
  }

  /** No new frame has come for the idle timeout. */
  goIdle(): void {
    this.#pump.resolve('idle');
  }

  fail(error: Error): void {
    this.#pump.reject(error);
  }
}

/** Frames that come when a test says so. */
export class FakeMover implements Mover {
  readonly inputs: FakeInput[] = [];
  readonly settings: MoverSettings[] = [];
  /** Whether a frame is there whenever one is waited for. */
  hasFrame = true;
  fault: Error | undefined;
  isClosed = false;
  #onFrame: (() => void) | undefined;
  #isOpen = false;

  get input(): FakeInput {
    const last = this.inputs.at(-1);
    if (last === undefined) throw new Error('there is none yet');
    return last;
  }

  frameComes(): void {
    this.#onFrame?.();
  }

  async configure(settings: MoverSettings): Promise<void> {
    this.settings.push(settings);
  }

  awaitFrame(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.fault) return Promise.reject(this.fault);
    if (this.hasFrame) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#onFrame = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  openInput(): EncoderInput {
    const input = new FakeInput();
    input.firstSent.catch(() => {});
    this.inputs.push(input);
    this.#isOpen = true;
    return input;
  }

  pump(signal: AbortSignal): Promise<'idle' | 'stopped'> {
    return this.input.pump(signal);
  }

  endInput(): void {
    if (this.#isOpen) this.input.events.push('end');
    this.#isOpen = false;
  }

  lose(loss: Loss): void {
    this.input.loss = loss;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
  }
}
