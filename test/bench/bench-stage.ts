import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { tlsRedis, type TlsRedis } from '../support/tls-redis.ts';
import type { RedisSettings } from './program.ts';
import type { FrameSize, SourceTiming } from './scenarios.ts';
import { TOOLS } from './tools.ts';

/** What the source says of itself: how many frames it sent, how many of them over 2 ms late, and by how much at most. */
export interface SourceReport {
  readonly sent: number;
  readonly late: number;
  readonly latestMs: number;
}

/**
 * How the program reaches Redis: as the package has it, or as from another machine, over TLS or without. So does the floor,
 * which has no TLS and takes the socket then.
 */
export type Way = 'socket' | 'tcp' | 'tls';

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
  readonly #port: string;

  private constructor(
    way: Way,
    /** The program's settings for Redis. */
    readonly redisSettings: RedisSettings,
    readonly folder: Folder,
    /** Aborts when the user does not want to go on. */
    private readonly signal: AbortSignal,
    server: RedisServer,
    private readonly stack: AsyncDisposableStack,
  ) {
    this.#port = `${server.port}`;
    this.address = way === 'tcp' ? this.#port : socketIn(folder);
    this.redis = server.client();
    stack.defer(() => this.redis.disconnect());
  }

  static async open(signal: AbortSignal, way: Way, ...redisOptions: string[]): Promise<BenchStage> {
    const stack = new AsyncDisposableStack();
    const folder = stack.use(new Folder());
    const tls = way === 'tls' ? await tlsRedis(folder) : undefined;
    const options = ['--unixsocket', socketIn(folder), ...(tls?.options ?? []), ...redisOptions];
    const server = stack.use(await RedisServer.start(...options));
    return new BenchStage(way, settingsFor(way, server, folder, tls), folder, signal, server, stack);
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

/** The program's settings for that way. */
function settingsFor(way: Way, server: RedisServer, folder: Folder, tls?: TlsRedis): RedisSettings {
  const HOST = '127.0.0.1';
  if (tls) return { HOST, PORT: `${tls.port}`, TLS: 'on', TLS_CA: tls.tlsCa };
  return way === 'tcp' ? { HOST, PORT: `${server.port}` } : { SOCKET: socketIn(folder) };
}

function socketIn(folder: Folder): string {
  return folder.file('redis.sock');
}

function parseReport(line: string): SourceReport {
  const numbers = [...line.matchAll(/=(\d+)/g)].map((match) => Number(match[1]));
  const [sent = 0, late = 0, latestUs = 0] = numbers;
  return { sent, late, latestMs: latestUs / 1000 };
}
