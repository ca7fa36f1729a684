import { systemClock, waitAtMost } from '../base/clock.ts';
import type { Loss } from '../base/counts.ts';
import { EncoderError } from '../base/errors.ts';
import type { Emit } from '../base/event.ts';
import { LEAVE_LIMIT_MS } from '../base/stop-budget.ts';
import type { RedisConfig } from '../config/config.ts';
import { libc } from '../os/libc.ts';
import { makePipe } from '../os/pipe.ts';
import { MailboxWriter } from './mailbox.ts';
import type {
  FromThread,
  LossInput,
  MoverSettings,
  MoverStart,
  Outcome,
  Request,
  ToThread,
} from './protocol.ts';
import { WayFinder } from './way-finder.ts';

/** Moves frames from Redis into one ffmpeg after another, in a thread of its own. One session at a time. */
export interface Mover extends AsyncDisposable {
  /**
   * Reads with these settings from now on: a connection that still serves is kept, and so is an open input, unless the size
   * of a frame is another one. To be called first, and later only while it neither waits for a frame nor pumps.
   */
  configure(settings: MoverSettings): Promise<void>;
  /** Waits for the frame that the next session begins with, and holds it. Rejects only with the abort reason. */
  awaitFrame(signal: AbortSignal): Promise<void>;
  /** Makes the pipe into the next ffmpeg, and puts the frame into it that was waited for. Throws an `EncoderError`. */
  openInput(): EncoderInput;
  /**
   * One frame a tick until `signal` aborts or, where an idle source is to close the video, no new frame has come for the idle
   * timeout; a frame that is being written then is finished. May be called again in the same session, and goes on. Rejects with an
   * `EncoderError` if ffmpeg is gone or has not taken a frame in 10 s.
   */
  pump(signal: AbortSignal): Promise<'idle' | 'stopped'>;
  /**
   * Makes a pipe into another ffmpeg beside the one that frames go to, and puts a copy of the last picture into it: that ffmpeg is
   * warm once it has encoded it. The copy is no frame, and counted nowhere. One that was prepared before is dropped. In a session
   * only, after `openInput`; throws an `EncoderError`.
   */
  prepareInput(): EncoderInput;
  /**
   * Frames go to the input that was prepared, at the times at which they would have gone to the one before: while it pumps, right
   * behind the next one (within 0.5 s), so that the input before has a whole period for its rest; after a pump has ended or was rejected, at
   * once. The one before gets the end of file once the picture is in it that is being written, for which it has 0.5 s; it holds
   * up nothing. Rejects where none was prepared.
   */
  switchInput(): Promise<Switch>;
  /** The prepared input, if there is one, is given up: end of file for its ffmpeg. Never throws. */
  dropPrepared(): void;
  /** End of file for ffmpeg, also for one that is prepared; the frames are given up. Never throws, and may be called again. */
  endInput(): void;
  /**
   * What was handed over did not all arrive; to be said once, before the next input is opened or switched to, and for the input
   * before a switch until the next switch. Never throws.
   * @param input whose frames they were; by default those of the one that frames go to
   */
  lose(loss: Loss, input?: LossInput): void;
}

/** What is known at a switch. */
export interface Switch {
  /** Frames that were handed to the input before, from its first one on; the copy that has warmed it up is none. */
  readonly framesBefore: number;
}

/** The pipe into one ffmpeg. */
export interface EncoderInput extends Disposable {
  /** The read end, ffmpeg's standard input; ours is closed at the end of the scope. */
  readonly fd: number;
  /** Resolves once the first frame was handed over, or once ffmpeg has read the copy of the last one; rejects like `pump`. */
  readonly firstSent: Promise<void>;
}

/**
 * Starts the thread.
 * @param threadUrl where its code is (`src/frame-thread.ts`)
 * @param emit is given what happens there, and once a second the counts
 */
export function startMover(threadUrl: string, emit: Emit): Mover {
  return new ThreadMover(threadUrl, emit);
}

class ThreadMover implements Mover {
  readonly #mailbox = new MailboxWriter();
  readonly #thread: Worker;
  readonly #way = new WayFinder();
  readonly #calls = new Map<number, PromiseWithResolvers<Outcome>>();
  readonly #left = Promise.withResolvers<void>();
  /** Heard from the start: a thread that has failed closes by itself. */
  readonly #closed = Promise.withResolvers<void>();
  #lastId = 0;
  #fault: Error | undefined;
  #hasInput = false;

  constructor(
    threadUrl: string,
    private readonly emit: Emit,
  ) {
    this.#thread = new Worker(threadUrl, { smol: true });
    this.#thread.addEventListener('message', ({ data }: MessageEvent<FromThread>) => this.#onMessage(data));
    this.#thread.addEventListener('error', ({ message }) => {
      this.#failAll(new Error(`the frame thread failed: ${message}`));
    });
    this.#thread.addEventListener('close', () => this.#closed.resolve());
    const start: MoverStart = { mailbox: this.#mailbox.parts };
    this.#thread.postMessage(start);
  }

  async configure(settings: MoverSettings): Promise<void> {
    await this.#call({ name: 'configure', settings });
  }

  async awaitFrame(signal: AbortSignal): Promise<void> {
    await this.#call({ name: 'awaitFrame' }, signal);
  }

  openInput(): EncoderInput {
    const input = this.#makeInput('openInput');
    this.#hasInput = true;
    return input;
  }

  prepareInput(): EncoderInput {
    if (!this.#hasInput) throw new Error('no input is open beside which another one could be prepared');
    return this.#makeInput('prepareInput');
  }

  async switchInput(): Promise<Switch> {
    return { framesBefore: Number(await this.#call({ name: 'switchInput' })) };
  }

  dropPrepared(): void {
    if (this.#hasInput) this.#call({ name: 'dropPrepared' }).catch(() => {});
  }

  async pump(signal: AbortSignal): Promise<'idle' | 'stopped'> {
    // Settings that were read again while the destination opened have aborted it already.
    if (signal.aborted) return 'stopped';
    const end = await this.#call({ name: 'pump' }, signal);
    return end === 'idle' ? 'idle' : 'stopped';
  }

  endInput(): void {
    if (!this.#hasInput) return;
    this.#hasInput = false;
    this.#call({ name: 'endInput' }).catch(() => {});
  }

  lose(loss: Loss, input: LossInput = 'present'): void {
    this.#call({ name: 'countLoss', loss, input }).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#send({ kind: 'quit' });
    const gone = Promise.race([this.#left.promise, this.#closed.promise]);
    await waitAtMost(systemClock, LEAVE_LIMIT_MS, gone);
    this.#way.close();
    this.#thread.terminate();
    await this.#closed.promise;
    this.#mailbox.close();
  }

  #makeInput(name: 'openInput' | 'prepareInput'): EncoderInput {
    const { readFd, writeFd } = makePipe();
    const firstSent = this.#handOver(name, writeFd);
    // Where ffmpeg cannot be started, nobody asks for it.
    firstSent.catch(() => {});
    return { fd: readFd, firstSent, [Symbol.dispose]: () => void libc.close(readFd) };
  }

  async #handOver(name: 'openInput' | 'prepareInput', fd: number): Promise<void> {
    await this.#call({ name, fd });
  }

  async #call(request: Request, signal?: AbortSignal) {
    signal?.throwIfAborted();
    if (this.#fault) throw this.#fault;
    const id = (this.#lastId += 1);
    const answer = Promise.withResolvers<Outcome>();
    this.#calls.set(id, answer);
    const onAbort = () => this.#send({ kind: 'abort', id });
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#send({ kind: 'call', id, request });
    try {
      return valueOf(await answer.promise, signal);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#calls.delete(id);
    }
  }

  #send(message: ToThread): void {
    this.#mailbox.send(message);
  }

  #onMessage(message: FromThread): void {
    switch (message.kind) {
      case 'taken':
        return this.#mailbox.onTaken();
      case 'left':
        return this.#left.resolve();
      case 'answer':
        return this.#calls.get(message.id)?.resolve(message.outcome);
      case 'find-way':
        return void this.#findWay(message.id, message.source.redis);
      case 'event':
        return this.emit(message.event);
    }
  }

  async #findWay(id: number, redis: RedisConfig): Promise<void> {
    try {
      this.#send({ kind: 'way', id, way: await this.#way.find(redis) });
    } catch (error) {
      this.#failAll(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** The thread is gone, or can do nothing: whoever waits for it must not wait for ever. */
  #failAll(fault: Error): void {
    this.#fault = fault;
    for (const answer of this.#calls.values()) answer.reject(fault);
  }
}

function valueOf(outcome: Outcome, signal: AbortSignal | undefined) {
  switch (outcome.kind) {
    case 'done':
      return outcome.value;
    case 'aborted':
      throw signal?.reason ?? new Error('aborted');
    case 'encoder-error':
      throw new EncoderError(outcome.failure);
    case 'fault':
      throw new Error(`the frame thread failed: ${outcome.message}`);
  }
}
