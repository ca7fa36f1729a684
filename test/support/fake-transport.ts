import { NO_AGES, type Loss } from '../../src/base/counts.ts';
import type { EncoderInput, FrameTransport, TransportReport } from '../../src/mover/frame-transport.ts';

const NO_ENTRIES = { kind: 'counted', entries: 0, passedOver: 0 } as const;
const NO_COUNTS = { output: 0, unique: 0, dup: 0, dropped: 0, lost: 0, wrong: 0, read: 0, late: 0 };

/** The way of one stream's frames, in the hands of a test. */
export class FakeInput implements EncoderInput {
  readonly stdin = 'pipe';
  readonly events: string[] = [];
  #loss: Loss | undefined;
  readonly #first = Promise.withResolvers<void>();
  readonly #pump = Promise.withResolvers<'idle' | 'stopped'>();

  started(): void {
    this.events.push('started');
  }

  writeFirst(): Promise<void> {
    this.events.push('first');
    return this.#first.promise;
  }

  pump(signal: AbortSignal): Promise<'idle' | 'stopped'> {
    this.events.push('pump');
    signal.addEventListener('abort', () => this.#pump.resolve('stopped'), { once: true });
    if (signal.aborted) this.#pump.resolve('stopped');
    return this.#pump.promise;
  }

  end(): void {
    this.events.push('end');
  }

  lose(loss: Loss): void {
    this.#loss = loss;
  }

  /** What was said to be lost. */
  get loss(): Loss | undefined {
    return this.#loss;
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
export class FakeTransport implements FrameTransport {
  readonly inputs: FakeInput[] = [];
  /** Whether a frame is there whenever one is waited for. */
  hasFrame = true;
  fault: Error | undefined;
  #onFrame: (() => void) | undefined;

  frameComes(): void {
    this.#onFrame?.();
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

  createInput(): EncoderInput {
    const input = new FakeInput();
    this.inputs.push(input);
    return input;
  }

  report(): Promise<TransportReport> {
    return Promise.resolve({ counts: NO_COUNTS, ages: NO_AGES, source: NO_ENTRIES });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
