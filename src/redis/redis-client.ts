import { Redis, type RedisOptions } from 'ioredis';
import { messageOf } from '../base/errors.ts';
import type { RedisConfig } from '../config/config.ts';
import { frameBufferLogin } from './frame-buffer-login.ts';
import { ANSWER_LIMIT_MS, CONNECT_LIMIT_MS } from './limits.ts';
import { redisError } from './redis-errors.ts';
import { redisName } from './redis-name.ts';
import { tlsTrust } from './tls-trust.ts';

/** What ioredis says of a command that finds the connection gone. */
const CONSEQUENCES = /^Connection is closed\.$|^Stream isn't writeable/;

/**
 * One connection to Redis that is made once and never by itself again: whoever owns it decides when to try again.
 * Every wait has a limit, since a blocking read can otherwise hang for good after a loss (ioredis issue 2193).
 */
export class RedisClient {
  private constructor(
    private readonly redis: Redis,
    private readonly name: string,
    private readonly lastError: () => string | undefined,
  ) {}

  /** Connects and authenticates; rejects with a `SourceError` that says in words why it cannot. */
  static async connect(config: RedisConfig): Promise<RedisClient> {
    const name = redisName(config);
    const redis = new Redis(clientOptions({ ...config, ...frameBufferLogin(config) }));
    let lastError: string | undefined;
    redis.on('error', (error: Error) => (lastError = error.message));
    const client = new RedisClient(redis, name, () => lastError);
    await client.#limited(redis.connect(), CONNECT_LIMIT_MS);
    // The select that a connection begins with fails in silence; as a command of its own it says so.
    if (config.db !== 0) await client.run((connected) => connected.select(config.db));
    return client;
  }

  /** Runs one command; rejects with a `SourceError` when Redis refuses it or has not answered in `blockMs` + 5 s. */
  run<T>(command: (redis: Redis) => Promise<T>, blockMs = 0): Promise<T> {
    return this.#limited(command(this.redis), blockMs + ANSWER_LIMIT_MS);
  }

  /** Ends the connection; whoever waits for an answer gets a `SourceError`. May be called again. */
  close(): void {
    this.redis.disconnect();
  }

  async #limited<T>(answer: Promise<T>, limitMs: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${limitMs / 1000} s`)), limitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      this.close();
      throw redisError(this.name, this.#reason(error), { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** That there is no connection any more is only the consequence; the cause came as an event before it. */
  #reason(error: unknown): string {
    const message = messageOf(error);
    const isConsequence = CONSEQUENCES.test(message);
    return isConsequence ? (this.lastError() ?? 'the connection was closed') : message;
  }
}

function clientOptions(config: RedisConfig) {
  return {
    ...(config.socket === undefined ? { host: config.host, port: config.port } : { path: config.socket }),
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    ...(config.tls && { tls: tlsTrust(config) }),
    // RESP2: the same short reply forms from every server since Redis 5, and no HELLO that an old one would refuse.
    protocol: 2,
    lazyConnect: true,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_LIMIT_MS,
    connectionName: 'cosmos-video-builder',
    disableClientInfo: true,
  } satisfies RedisOptions;
}
