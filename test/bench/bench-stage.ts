import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import type { RedisSettings } from './program.ts';
import type { FrameSize, SourceTiming } from './scenarios.ts';
import { TOOLS } from './tools.ts';

/** What the source says of itself: how many frames it sent, how many of them over 2 ms late, and by how much at most. */
export interface SourceReport {
  readonly sent: number;
  readonly late: number;
  readonly latestMs: number;
}

/** How the program and the floor reach Redis: as the package has it, or as from another machine. */
export type Way = 'socket' | 'tcp';

/** A source that runs. */
export interface RunningSource {
  /** Once it has sent all that it was to send. */
  ended(): Promise<SourceReport>;
  stop(): Promise<SourceReport>;
}

/** A private Redis and a folder, for one run after the other; all that was started here is gone at the end. */
export class BenchStage implements AsyncDisposable {
  readonly redis: Redis;
  /** A port of loopback, or the path of a unix socket. */
  readonly address: string;
  /** The program's settings for it. */
  readonly redisSettings: RedisSettings;
  readonly #port: string;

  private constructor(
    way: Way,
    readonly folder: Folder,
    /** Aborts when the user does not want to go on. */
    private readonly signal: AbortSignal,
    server: RedisServer,
    private readonly stack: AsyncDisposableStack,
  ) {
    const socket = socketIn(folder);
    this.#port = `${server.port}`;
    this.address = way === 'tcp' ? this.#port : socket;
    this.redisSettings = way === 'tcp' ? { HOST: '127.0.0.1', PORT: this.#port } : { SOCKET: socket };
    this.redis = server.client();
    stack.defer(() => this.redis.disconnect());
  }

  static async open(signal: AbortSignal, way: Way, ...redisOptions: string[]): Promise<BenchStage> {
    const stack = new AsyncDisposableStack();
    const folder = stack.use(new Folder());
    const server = stack.use(await RedisServer.start('--unixsocket', socketIn(folder), ...redisOptions));
    return new BenchStage(way, folder, signal, server, stack);
  }

  /** Lets time pass, which is what is measured here; rejects when the user interrupts. */
  async pause(seconds: number): Promise<void> {
    await setTimeout(seconds * 1000, undefined, { signal: this.signal });
  }

  /** What `promise` gives; rejects at once when the user interrupts. */
  async unlessStopped<T>(promise: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const onStop = () => reject(this.signal.reason);
    this.signal.addEventListener('abort', onStop, { once: true });
    try {
      return await Promise.race([promise, stopped]);
    } finally {
      this.signal.removeEventListener('abort', onStop);
      promise.catch(() => {});
    }
  }

  /** Takes away what the run before has left in Redis. */
  async clear(): Promise<void> {
    await this.redis.flushall('SYNC');
  }

  /** A source over TCP, whatever way the program takes: what it costs is not measured. */
  startSource(
    size: FrameSize,
    timing: SourceTiming,
    seconds: number,
    run: AsyncDisposableStack,
  ): RunningSource {
    const numbers = [size.sizeBytes, timing.fps, timing.pattern, size.maxEntries, seconds];
    const child = run.use(new Child([TOOLS.benchSource, this.#port, ...numbers.map(String)]));
    const ended = async () => parseReport(await child.line(/^sent=/));
    return {
      ended,
      stop() {
        child.signal('SIGTERM');
        return ended();
      },
    };
  }

  /** Everything that Redis has sent to anybody. */
  async sentBytes(): Promise<number> {
    return Number(/total_net_output_bytes:(\d+)/.exec(await this.redis.info('stats'))?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }
}

function socketIn(folder: Folder): string {
  return folder.file('redis.sock');
}

function parseReport(line: string): SourceReport {
  const numbers = [...line.matchAll(/=(\d+)/g)].map((match) => Number(match[1]));
  const [sent = 0, late = 0, latestUs = 0] = numbers;
  return { sent, late, latestMs: latestUs / 1000 };
}
