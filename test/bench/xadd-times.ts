import type { Redis } from 'ioredis';

/** What a Redis has to be started with to tell of every XADD. */
export const TELLS_OF_XADD = ['--notify-keyspace-events', 'Et'] as const;

/**
 * When each entry was added to any stream of a Redis, which then holds only the frames of one source: entry n is its
 * frame n.
 */
export class XaddTimes implements AsyncDisposable {
  /** performance.now() for each entry in turn. */
  readonly timesMs: number[] = [];

  private constructor(private readonly redis: Redis) {}

  /** @param redis a connection that is for this alone from now on */
  static async listen(redis: Redis): Promise<XaddTimes> {
    const times = new XaddTimes(redis);
    redis.on('message', () => times.timesMs.push(performance.now()));
    await redis.subscribe('__keyevent@0__:xadd');
    return times;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect();
  }
}
