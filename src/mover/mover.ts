import { lookup } from 'node:dns/promises';
import type { RedisConfig } from '../config/config.ts';
import { ipAddressBytes } from '../os/ip-address.ts';
import { libc } from '../os/libc.ts';
import { makePipe } from '../os/pipe.ts';
import type { SocketAddress } from '../os/socket.ts';
import { EncoderError, SourceError } from '../base/errors.ts';
import { sleepMs, systemClock } from '../base/clock.ts';
import { frameBufferLogin } from '../redis/frame-buffer-login.ts';
import { redisName } from '../redis/redis-name.ts';
import type { StreamShape } from '../redis/stream-connection.ts';
import type { EncoderInput, FrameTransport, TransportReport } from './frame-transport.ts';
import type { MoverObserver, MoverSettings } from './frame-mover.ts';
import { MailboxWriter } from './mailbox.ts';
import type { FromWorker, Outcome, Request, ToWorker, WorkerStart } from './protocol.ts';

/** The thread has this long to close its descriptors, which would else stay open; one that hangs is ended without. */
const LEAVE_LIMIT_MS = 1_000;

interface WorkerParts {
  readonly settings: MoverSettings;
  readonly redis: RedisConfig;
  readonly shape: StreamShape;
  readonly observer: MoverObserver;
  /** Where the code of the thread is (`src/frame-thread.ts`). */
  readonly frameThreadUrl: string;
}

/** Moves the frames in a thread of their own, over descriptors and memory of ours. */
export class WorkerTransport implements FrameTransport {
  readonly #mailbox = new MailboxWriter();
  readonly #worker: Worker;
  readonly #calls = new Map<number, PromiseWithResolvers<Outcome>>();
  readonly #left = Promise.withResolvers<void>();
  /** Heard from the start: a thread that has failed closes by itself. */
  readonly #closed = Promise.withResolvers<void>();
  #lastId = 0;
  #fault: Error | undefined;

  constructor(private readonly parts: WorkerParts) {
    const { settings, redis, shape, frameThreadUrl } = parts;
    this.#worker = new Worker(frameThreadUrl, { smol: true });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#onMessage(data));
    this.#worker.addEventListener('error', ({ message }) => this.#failAll(message));
    this.#worker.addEventListener('close', () => this.#closed.resolve());
    const start: WorkerStart = {
      settings: {
        frameRate: settings.frameRate,
        method: settings.method,
        maxDelayMs: settings.maxDelayMs,
        trimAfterMs: settings.trimAfterMs,
        idleTimeoutMs: settings.idleTimeoutMs,
      },
      redis,
      redisName: redisName(redis),
      shape,
      mailbox: this.#mailbox.parts,
    };
    this.#worker.postMessage(start);
  }

  async awaitFrame(signal: AbortSignal): Promise<void> {
    await this.#call({ name: 'awaitFrame' }, signal);
  }

  createInput(): EncoderInput {
    const { readFd, writeFd } = makePipe();
    let isReadClosed = false;
    let isEnded = false;
    const opened = this.#call({ name: 'openInput', fd: writeFd });
    return {
      stdin: readFd,
      started() {
        // ffmpeg has its own copy; only with ours closed does it show when ffmpeg is gone.
        if (!isReadClosed) libc.close(readFd);
        isReadClosed = true;
      },
      writeFirst: async () => {
        await opened;
        await this.#call({ name: 'writeFirst' });
      },
      pump: async (signal) => {
        const end = await this.#call({ name: 'pump' }, signal);
        return end === 'idle' ? 'idle' : 'stopped';
      },
      end: () => {
        if (isEnded) return;
        isEnded = true;
        this.#call({ name: 'endInput' }).catch(() => {});
      },
      lose: (loss) => {
        this.#call({ name: 'countLoss', loss }).catch(() => {});
      },
    };
  }

  async report(): Promise<TransportReport> {
    const report = await this.#call({ name: 'report' });
    if (typeof report !== 'object') throw new Error('the frame thread gave no report');
    return report;
  }

  async close(): Promise<void> {
    this.#send({ kind: 'quit' });
    const waited = new AbortController();
    const limit = sleepMs(systemClock, LEAVE_LIMIT_MS, waited.signal);
    await Promise.race([this.#left.promise, this.#closed.promise, limit]);
    waited.abort();
    this.#worker.terminate();
    await this.#closed.promise;
    this.#mailbox.close();
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
    const outcome = await answer.promise;
    signal?.removeEventListener('abort', onAbort);
    this.#calls.delete(id);
    return valueOf(outcome, signal);
  }

  #send(message: ToWorker): void {
    this.#mailbox.send(message);
  }

  #onMessage(message: FromWorker): void {
    const { observer } = this.parts;
    switch (message.kind) {
      case 'taken':
        return this.#mailbox.onTaken();
      case 'left':
        return this.#left.resolve();
      case 'answer':
        return this.#calls.get(message.id)?.resolve(message.outcome);
      case 'resolve':
        return void this.#findWay();
      case 'lost':
        return observer.onLost(new SourceError(message.message));
      case 'connected':
        return observer.onConnected();
      case 'stream-restarted':
        return observer.onStreamRestarted();
      case 'wrong-entry':
        return observer.onWrongEntry(message.entry);
      case 'schedule-restarted':
        return observer.onScheduleRestarted(message.tick);
    }
  }

  async #findWay(): Promise<void> {
    const { redis } = this.parts;
    const addresses = await resolveRedis(redis);
    const login = frameBufferLogin(redis);
    this.#send({ kind: 'way', way: { addresses, ...(login && { login }) } });
  }

  /** The thread is gone through a fault of the program: whoever waits for it must not wait for ever. */
  #failAll(message: string): void {
    this.#fault = new Error(`the frame thread failed: ${message}`);
    for (const answer of this.#calls.values()) answer.reject(this.#fault);
  }
}

function valueOf(outcome: Outcome, signal: AbortSignal | undefined) {
  switch (outcome.kind) {
    case 'done':
      return outcome.value;
    case 'aborted':
      throw signal?.reason ?? new Error('aborted');
    case 'encoder-error':
      throw new EncoderError(outcome.message, outcome.isStall);
    case 'fault':
      throw new Error(`the frame thread failed: ${outcome.message}`);
  }
}

/** Every address that Redis may have; none where the name is unknown. Names are looked up anew for each connection. */
async function resolveRedis({ socket, host, port }: RedisConfig): Promise<SocketAddress[]> {
  if (socket !== undefined) return [{ kind: 'unix', path: socket }];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.flatMap(({ address, family }): SocketAddress[] => {
    const bytes = ipAddressBytes(address);
    return bytes === undefined ? [] : [{ kind: family === 6 ? 'ipv6' : 'ipv4', bytes, port }];
  });
}
