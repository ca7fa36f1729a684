import type { Redis } from 'ioredis';
import { MOST_OTHER_FIELDS } from '../base/entry-limits.ts';
import { formatStreamId, type StreamId, type WrongEntry } from '../base/stream-entry.ts';
import type { RedisConfig } from '../config/config.ts';
import { RedisClient } from './redis-client.ts';
import { ReplyGuard } from './reply-guard.ts';
import { understood } from './resp-reader.ts';
import type { StreamShape } from './stream-connection.ts';
import { parseStreamId, STREAM_START } from './stream-id.ts';

/** An entry whose pixels are of no interest. */
export type SeenEntry = WrongEntry | { readonly kind: 'frame'; readonly id: StreamId };

/**
 * Looks at Redis and the stream for a command that is over in a moment. It needs nothing of the system but what the runtime
 * has, TLS included. Everything rejects with a `SourceError`; the connection is closed then.
 */
export class StreamCheck {
  private constructor(
    private readonly client: RedisClient,
    private readonly guard: ReplyGuard,
    private readonly shape: StreamShape,
  ) {}

  /** @param shape with 0 bytes where the size of a frame is not known */
  static async connect(config: RedisConfig, shape: StreamShape): Promise<StreamCheck> {
    const client = await RedisClient.connect(config);
    const guard = await client.run(async (redis) => new ReplyGuard(redis, shape.sizeBytes));
    return new StreamCheck(client, guard, shape);
  }

  /** Anything may listen there; only an answer that makes sense shows that it is Redis. */
  askTime(): Promise<void> {
    return this.#ask(
      (redis) => redis.time(),
      (reply) => {
        if (!Array.isArray(reply) || reply.length !== 2 || !reply.every(isNumber)) {
          throw new Error('Protocol error, which is no time');
        }
      },
    );
  }

  /** The newest entry; undefined where there is none. */
  newest(): Promise<SeenEntry | undefined> {
    return this.#ask(
      (redis) =>
        redis.xrevrangeBuffer(this.shape.stream, '+', `(${formatStreamId(STREAM_START)}`, 'COUNT', 1),
      (reply) => understood(() => this.#firstOf(reply)),
    );
  }

  /** The first entry after `after`; undefined if none has come within `blockMs`. */
  next(after: StreamId, blockMs: number): Promise<SeenEntry | undefined> {
    const id = formatStreamId(after);
    return this.#ask(
      (redis) => redis.xreadBuffer('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', this.shape.stream, id),
      (reply) =>
        understood(() => {
          if (reply === null) return undefined;
          // [name, entries] for the one stream asked for
          const [only] = listOf(reply);
          const [, entries] = listOf(only);
          return this.#firstOf(entries);
        }),
      blockMs,
    );
  }

  /** Ends the connection. May be called again. */
  close(): void {
    this.client.close();
  }

  /** What cannot be read is no fault of the program, but a connection that is out of step: the client closes it. */
  #ask<T>(command: (redis: Redis) => Promise<unknown>, read: (reply: unknown) => T, blockMs = 0): Promise<T> {
    this.guard.expect();
    return this.client.run(async (redis) => read(await command(redis)), blockMs);
  }

  #firstOf(entries: unknown): SeenEntry | undefined {
    const [first] = listOf(entries);
    if (first === undefined) return undefined;
    const [rawId, rawFields] = listOf(first);
    const id = parseStreamId(bytesOf(rawId).toString('latin1'));
    const fields = listOf(rawFields).map(bytesOf);
    const fieldCount = Math.ceil(fields.length / 2);
    if (fieldCount > MOST_OTHER_FIELDS + 1) return { kind: 'too-many-fields', id, fieldCount };
    const sizeBytes = fieldValue(fields, this.shape.key)?.length;
    if (sizeBytes === undefined) return { kind: 'no-key', id };
    return sizeBytes === this.shape.sizeBytes ? { kind: 'frame', id } : { kind: 'wrong-size', id, sizeBytes };
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('it is no list');
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new Error('it has no string where there must be one');
}

function isNumber(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

function fieldValue(fields: readonly Buffer[], name: string): Buffer | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i]?.toString('utf8') === name) return fields[i + 1];
  }
  return undefined;
}
