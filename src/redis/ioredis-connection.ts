import type { StreamEntry, StreamId } from '../base/stream-entry.ts';
import type { Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { MOST_OTHER_FIELDS } from './entry-limits.ts';
import { RedisClient } from './redis-client.ts';
import { ReplyGuard } from './reply-guard.ts';
import type { ConnectStream, SmallReply, StreamConnection, StreamShape } from './stream-connection.ts';
import { formatStreamId, parseStreamId } from './stream-id.ts';

/** Reads frames through ioredis. */
export function ioredisConnector(config: RedisConfig, shape: StreamShape): ConnectStream {
  return async () => {
    const client = await RedisClient.connect(config);
    const guard = await client.run(async (redis) => new ReplyGuard(redis, shape.sizeBytes));
    return new IoredisConnection(client, guard, shape);
  };
}

class IoredisConnection implements StreamConnection {
  constructor(
    private readonly client: RedisClient,
    private readonly guard: ReplyGuard,
    private readonly shape: StreamShape,
  ) {}

  readAfter(after: StreamId, blockMs: number): Promise<StreamEntry | undefined> {
    const { stream } = this.shape;
    const id = formatStreamId(after);
    return this.#ask(
      (redis) =>
        blockMs > 0
          ? redis.xreadBuffer('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', stream, id)
          : redis.xreadBuffer('COUNT', 1, 'STREAMS', stream, id),
      (reply) => {
        if (reply === null) return undefined;
        // [name, entries] for the one stream asked for
        const [only] = listOf(reply);
        const [, entries] = listOf(only);
        return this.#firstEntry(entries);
      },
      { blockMs },
    );
  }

  readNewest(after: StreamId): Promise<StreamEntry | undefined> {
    const id = `(${formatStreamId(after)}`;
    return this.#ask(
      (redis) => redis.xrevrangeBuffer(this.shape.stream, '+', id, 'COUNT', 1),
      (reply) => this.#firstEntry(reply),
    );
  }

  serverTimeUs(): Promise<bigint> {
    return this.#ask(
      (redis) => redis.time(),
      (reply) => {
        const [seconds, micros] = listOf(reply);
        return numberOf(seconds) * 1_000_000n + numberOf(micros);
      },
    );
  }

  ask(words: readonly string[]): Promise<SmallReply> {
    const [name = '', ...rest] = words;
    return this.#ask((redis) => redis.call(name, ...rest).catch(refusal), smallReply, { mayEndInNil: true });
  }

  release(): void {}

  close(): void {
    this.client.close();
  }

  /** What cannot be read is no fault of the program, but a connection that is out of step: the client closes it. */
  #ask<T>(
    command: (redis: Redis) => Promise<unknown>,
    read: (reply: unknown) => T,
    { blockMs = 0, mayEndInNil = false } = {},
  ): Promise<T> {
    this.guard.expect(mayEndInNil);
    return this.client.run(async (redis) => {
      const reply = await command(redis);
      try {
        return read(reply);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`its answer cannot be understood: ${reason}`, { cause: error });
      }
    }, blockMs);
  }

  #firstEntry(entries: unknown): StreamEntry | undefined {
    const [first] = listOf(entries);
    if (first === undefined) return undefined;
    const [rawId, rawFields] = listOf(first);
    const id = parseStreamId(bytesOf(rawId).toString('latin1'));
    const fields = rawFields === null ? [] : listOf(rawFields).map(bytesOf);
    const fieldCount = Math.ceil(fields.length / 2);
    if (fieldCount > MOST_OTHER_FIELDS + 1) return { kind: 'too-many-fields', id, fieldCount };
    const pixels = fieldValue(fields, this.shape.key);
    if (!pixels) return { kind: 'no-key', id };
    if (pixels.length !== this.shape.sizeBytes) return { kind: 'wrong-size', id, sizeBytes: pixels.length };
    return { kind: 'frame', id, pixels };
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

function numberOf(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  throw new Error('it has no number where there must be one');
}

function fieldValue(fields: readonly Buffer[], name: string): Buffer | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i]?.toString('utf8') === name) return fields[i + 1];
  }
  return undefined;
}

/** ioredis declares its class for them as `any`. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** A refusal is an answer; any other error is that of a connection that is lost. */
function refusal(error: unknown): Error {
  if (isRefusal(error)) return error;
  throw error;
}

/** What ioredis makes of a reply in RESP2: strings, numbers, null, and lists of these. */
function smallReply(reply: unknown): SmallReply {
  if (isRefusal(reply)) return { error: reply.message };
  if (Array.isArray(reply)) return reply.map(smallReply);
  if (typeof reply === 'number') return BigInt(reply);
  return typeof reply === 'string' ? reply : undefined;
}
