import { EncoderError } from '../base/errors.ts';
import type { SourceSettings } from '../config/config.ts';
import type { FrameSlot } from '../base/frame.ts';
import { libc, PR_SET_TIMERSLACK } from '../os/libc.ts';
import { PipeSink } from '../os/pipe-sink.ts';
import { PollLoop } from '../os/poll-loop.ts';
import { redisName } from '../redis/redis-name.ts';
import { RedisStreamConnection } from '../redis/redis-stream-connection.ts';
import type { WayToRedis } from '../redis/way-to-redis.ts';
import { FrameMemory } from './frame-memory.ts';
import { FrameMover, type FrameSource } from './frame-mover.ts';
import { MailboxReader } from './mailbox.ts';
import { PictureSink } from './picture-sink.ts';
import type { FromThread, MoverSettings, MoverStart, Outcome, Request, ToThread, Value } from './protocol.ts';

/** Deadlines to the nanosecond: the kernel would otherwise let them slip by 50 µs to save wake-ups. */
const TIMER_SLACK_NS = 1;
/** The mailbox is waited for as long as the thread lives. */
const FAR_FUTURE_NS = 2n ** 62n;

/** Runs a `FrameMover` on a thread that does nothing else, in a loop of its own. */
export class MoverThread {
  readonly #loop = new PollLoop();
  readonly #mover = new FrameMover({
    clock: this.#loop,
    emit: (event) => send({ kind: 'event', event }),
    openSource: (settings) => this.#openSource(settings),
  });
  readonly #mailbox: MailboxReader;
  readonly #calls = new Map<number, AbortController>();
  readonly #ways = new Map<number, PromiseWithResolvers<WayToRedis>>();
  readonly #leaving = new AbortController();
  #lastWayId = 0;
  #memory: FrameMemory | undefined;

  constructor(private readonly start: MoverStart) {
    this.#mailbox = new MailboxReader(start.mailbox);
  }

  /** Returns when the thread is to quit; throws if it cannot hear any more. */
  run(): void {
    libc.prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
    let fault: unknown;
    const onFault = (error: unknown) => {
      fault = error;
      this.#loop.stop();
    };
    this.#readMail().catch(onFault);
    this.#mover.tellCounts(this.#leaving.signal).catch(onFault);
    this.#loop.run();
    this.#memory?.close();
    // The runtime hears of no rejection while its own event loop does not turn.
    if (fault !== undefined) throw fault;
    send({ kind: 'left' });
  }

  #openSource(settings: MoverSettings): FrameSource {
    const memory = this.#memoryFor(settings);
    const { source, format } = settings;
    const { stream, key, redis } = source;
    const target = {
      shape: { stream, key, sizeBytes: format.sizeBytes },
      slots: memory.slots,
      intake: (slot: FrameSlot) => memory.intake(slot),
      loop: this.#loop,
    };
    return {
      connect: async () =>
        RedisStreamConnection.connect(redis, redisName(redis), await this.#findWay(source), target),
      release: ({ pixels }) => memory.slots.release(pixels),
      configure: (other) => memory.configure(other),
    };
  }

  #memoryFor(settings: MoverSettings): FrameMemory {
    const { format } = settings;
    if (this.#memory && Bun.deepEquals(this.#memory.format, format)) this.#memory.configure(settings);
    else {
      // What it copies from lies there.
      this.#mover.dropPrepared();
      this.#memory?.close();
      this.#memory = new FrameMemory(settings, this.#loop, (event) => send({ kind: 'event', event }));
    }
    return this.#memory;
  }

  #findWay(source: SourceSettings): Promise<WayToRedis> {
    const id = (this.#lastWayId += 1);
    const way = Promise.withResolvers<WayToRedis>();
    this.#ways.set(id, way);
    send({ kind: 'find-way', id, source });
    return way.promise;
  }

  async #readMail(): Promise<void> {
    while (await this.#loop.readable(this.start.mailbox.eventFd, FAR_FUTURE_NS)) {
      // Only the other end of the mailbox writes into it, and it writes nothing but this type.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const message = this.#mailbox.take() as ToThread | undefined;
      if (message === undefined) continue;
      send({ kind: 'taken' });
      this.#onMessage(message);
    }
  }

  #onMessage(message: ToThread): void {
    switch (message.kind) {
      case 'call':
        return void this.#call(message.id, message.request);
      case 'abort':
        return this.#calls.get(message.id)?.abort();
      case 'way':
        this.#ways.get(message.id)?.resolve(message.way);
        this.#ways.delete(message.id);
        return;
      case 'quit':
        return void this.#quit();
    }
  }

  async #quit(): Promise<void> {
    this.#leaving.abort();
    await this.#mover.close();
    // All that became of the frames is known only now.
    send({ kind: 'event', event: this.#mover.counts() });
    this.#loop.stop();
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
      if (error instanceof EncoderError) return { kind: 'encoder-error', failure: error.failure };
      if (signal.aborted) return { kind: 'aborted' };
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { kind: 'fault', message };
    }
  }

  async #do(request: Request, signal: AbortSignal): Promise<Value> {
    switch (request.name) {
      case 'configure':
        this.#mover.configure(request.settings);
        return undefined;
      case 'awaitFrame':
        await this.#mover.awaitFrame(signal);
        return undefined;
      case 'openInput':
        await this.#mover.openInput(this.#openPipe(request.fd));
        return undefined;
      case 'prepareInput':
        await this.#prepareInput(this.#openPipe(request.fd));
        return undefined;
      case 'switchInput':
        return this.#mover.switchInput();
      case 'dropPrepared':
        this.#mover.dropPrepared();
        return undefined;
      case 'pump':
        return this.#mover.pump(signal);
      case 'endInput':
        await this.#mover.endInput();
        return undefined;
      case 'countLoss':
        this.#mover.countLoss(request.loss, request.input);
        return undefined;
    }
  }

  async #prepareInput(sink: PictureSink): Promise<void> {
    await this.#mover.prepareInput(sink);
    await sink.untilRead();
  }

  #openPipe(fd: number): PictureSink {
    if (!this.#memory) throw new Error('the mover has no settings yet');
    const pipe = new PipeSink(fd, this.#loop, this.#memory.sizeBytes);
    return new PictureSink(this.#memory, pipe, this.#loop);
  }
}

function send(message: FromThread): void {
  postMessage(message);
}
