import type { Loss } from '../../src/base/counts.ts';
import type { EncoderInput, Mover, Switch } from '../../src/mover/mover.ts';
import type { LossInput, MoverSettings } from '../../src/mover/protocol.ts';

/** The way of one session's frames, in the hands of a test. */
export class FakeInput implements EncoderInput {
  readonly fd = 4_711;
  /** In order: what was asked of it. */
  readonly events: string[] = [];
  loss: Loss | undefined;
  /** What a switch away from it says. */
  frames = 0;
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
  /** Those that frames went to, one after the other. */
  readonly inputs: FakeInput[] = [];
  /** Each that was prepared, whatever became of it. */
  readonly prepared: FakeInput[] = [];
  readonly settings: MoverSettings[] = [];
  /** Whether a frame is there whenever one is waited for. */
  hasFrame = true;
  fault: Error | undefined;
  /** What a switch waits for. */
  switching: Promise<void> = Promise.resolve();
  /** Why no input can be prepared. */
  prepareFault: Error | undefined;
  isClosed = false;
  #onFrame: (() => void) | undefined;
  #isOpen = false;
  #next: FakeInput | undefined;

  get input(): FakeInput {
    const last = this.inputs.at(-1);
    if (last === undefined) throw new Error('there is none yet');
    return last;
  }

  /** The one that frames can be switched to now. */
  get next(): FakeInput | undefined {
    return this.#next;
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

  prepareInput(): EncoderInput {
    if (!this.#isOpen) throw new Error('no input is open');
    if (this.prepareFault) throw this.prepareFault;
    this.dropPrepared();
    const input = new FakeInput();
    input.firstSent.catch(() => {});
    this.prepared.push(input);
    this.#next = input;
    return input;
  }

  async switchInput(): Promise<Switch> {
    await this.switching;
    const next = this.#next;
    if (!next) throw new Error('no input was prepared');
    const before = this.input;
    before.events.push('end');
    next.events.push('switch');
    this.#next = undefined;
    this.inputs.push(next);
    return { framesBefore: before.frames };
  }

  dropPrepared(): void {
    this.#next?.events.push('dropped');
    this.#next = undefined;
  }

  endInput(): void {
    if (this.#isOpen) this.input.events.push('end');
    this.dropPrepared();
    this.#isOpen = false;
  }

  lose(loss: Loss, input: LossInput = 'present'): void {
    const lossy = this.inputs.at(input === 'present' ? -1 : -2);
    if (lossy === undefined) throw new Error(`there is no ${input} input`);
    lossy.loss = loss;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
  }
}
