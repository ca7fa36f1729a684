import type { RedisConfig } from '../config/config.ts';
import { DirectConnection } from '../redis/direct-connection.ts';
import { FrameSlots } from '../os/frame-slots.ts';
import { libc, PR_SET_TIMERSLACK } from '../os/libc.ts';
import { PipeSink } from '../os/pipe-sink.ts';
import { PollLoop } from '../os/poll-loop.ts';
import { EncoderError } from '../base/errors.ts';
import { FrameMover, type MoverObserver } from './frame-mover.ts';
import { MailboxReader } from './mailbox.ts';
import type { FromWorker, Outcome, Request, ToWorker, WayToRedis, WorkerStart } from './protocol.ts';

/** Deadlines to the nanosecond: the kernel would otherwise let them slip by 50 µs to save wake-ups. */
const TIMER_SLACK_NS = 1;
/** The mailbox is waited for as long as the thread lives. */
const FAR_FUTURE_NS = 2n ** 62n;

/** Runs a `FrameMover` on a thread that does nothing else, in a loop of its own. */
export class FrameThread {
  readonly #loop = new PollLoop();
  readonly #slots: FrameSlots;
  readonly #mover: FrameMover;
  readonly #mailbox: MailboxReader;
  readonly #calls = new Map<number, AbortController>();
  #sink: PipeSink | undefined;
  #way: PromiseWithResolvers<WayToRedis> | undefined;

  constructor(private readonly start: WorkerStart) {
    this.#slots = new FrameSlots(start.shape.sizeBytes);
    this.#mailbox = new MailboxReader(start.mailbox);
    this.#mover = new FrameMover({
      settings: start.settings,
      clock: this.#loop,
      connect: () => this.#connect(start.redis),
      stream: start.shape.stream,
      observer: OBSERVER,
    });
  }

  /** Returns when the thread is told to quit; throws if it cannot hear any more. */
  run(): void {
    libc.prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
    let fault: unknown;
    this.#readMail().catch((error: unknown) => {
      fault = error;
      this.#loop.stop();
    });
    this.#loop.run();
    this.#slots.close();
    // The runtime hears of no rejection while its own event loop does not turn.
    if (fault !== undefined) throw fault;
    send({ kind: 'left' });
  }

  async #connect(redis: RedisConfig): Promise<DirectConnection> {
    const { addresses, login } = await this.#resolve();
    return DirectConnection.connect({ ...redis, ...login }, this.start.redisName, addresses, {
      shape: this.start.shape,
      slots: this.#slots,
      isInPipe: (slot) => this.#sink?.holds(slot) ?? false,
      loop: this.#loop,
    });
  }

  /** All that ask before the answer is there get the same one. */
  #resolve(): Promise<WayToRedis> {
    if (!this.#way) {
      this.#way = Promise.withResolvers();
      send({ kind: 'resolve' });
    }
    return this.#way.promise;
  }

  async #readMail(): Promise<void> {
    while (await this.#loop.readable(this.start.mailbox.eventFd, FAR_FUTURE_NS)) {
      // Only the other end of the mailbox writes into it, and it writes nothing but this type.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const message = this.#mailbox.take() as ToWorker | undefined;
      if (message === undefined) continue;
      send({ kind: 'taken' });
      this.#onMessage(message);
    }
  }

  #onMessage(message: ToWorker): void {
    switch (message.kind) {
      case 'call':
        return void this.#call(message.id, message.request);
      case 'abort':
        return this.#calls.get(message.id)?.abort();
      case 'way':
        this.#way?.resolve(message.way);
        this.#way = undefined;
        return;
      case 'quit':
        this.#sink?.close();
        return void this.#mover.close().finally(() => this.#loop.stop());
    }
  }

  async #call(id: number, request: Request): Promise<void> {
    const controller = new AbortController();
    this.#calls.set(id, controller);
    const outcome = await this.#outcome(request, controller.signal);
    this.#calls.delete(id);
    send({ kind: 'answer', id, outcome });
  }

  async #outcome(request: Request, signal: AbortSignal): Promise<Outcome> {
    try {
      return { kind: 'done', value: await this.#do(request, signal) };
    } catch (error) {
      if (error instanceof EncoderError) {
        return { kind: 'encoder-error', message: error.message, isStall: error.isStall };
      }
      if (signal.aborted) return { kind: 'aborted' };
      return {
        kind: 'fault',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }

  async #do(request: Request, signal: AbortSignal) {
    switch (request.name) {
      case 'awaitFrame':
        await this.#mover.awaitFrame(signal);
        return undefined;
      case 'openInput':
        this.#sink = new PipeSink(request.fd, this.#slots, this.#loop, this.start.shape.sizeBytes);
        return undefined;
      case 'writeFirst':
        await this.#mover.writeFirst(this.#openSink());
        return undefined;
      case 'pump':
        return this.#mover.pump(this.#openSink(), signal);
      case 'endInput':
        // At once: by the time that the pipe is empty, the frame that waits may be the one for the next session.
        this.#mover.dropFirst();
        await this.#sink?.finish();
        return undefined;
      case 'countLoss':
        this.#mover.countLoss(request.loss);
        return undefined;
      case 'report':
        return this.#mover.report();
    }
  }

  #openSink(): PipeSink {
    if (!this.#sink) throw new Error('no input was opened');
    return this.#sink;
  }
}

const OBSERVER: MoverObserver = {
  onLost: (error) => send({ kind: 'lost', message: error.message }),
  onConnected: () => send({ kind: 'connected' }),
  onStreamRestarted: () => send({ kind: 'stream-restarted' }),
  onWrongEntry: (entry) => send({ kind: 'wrong-entry', entry }),
  onScheduleRestarted: (tick) => send({ kind: 'schedule-restarted', tick }),
};

function send(message: FromWorker): void {
  postMessage(message);
}
