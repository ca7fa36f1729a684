import type { RedisConfig } from '../config/config.ts';
import { RedisClient } from './redis-client.ts';
import type {
  ConnectStream,
  SmallReply,
  StreamConnection,
  StreamEntry,
  StreamShape,
} from './stream-connection.ts';
import { formatStreamId, parseStreamId, type StreamId } from './stream-id.ts';

/** An entry as Redis sends it: its id, then field names and values in turn. */
type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** Reads frames through ioredis. */
export function ioredisConnector(config: RedisConfig, shape: StreamShape): ConnectStream {
  return async () => new IoredisConnection(await RedisClient.connect(config), shape);
}

class IoredisConnection implements StreamConnection {
  constructor(
    private readonly client: RedisClient,
    private readonly shape: StreamShape,
  ) {}

  async readAfter(after: StreamId, blockMs: number): Promise<StreamEntry | undefined> {
    const { stream } = this.shape;
    const id = formatStreamId(after);
    const reply = await this.client.run(
      (redis) =>
        blockMs > 0
          ? redis.xreadBuffer('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', stream, id)
          : redis.xreadBuffer('COUNT', 1, 'STREAMS', stream, id),
      blockMs,
    );
    return this.#entry(reply?.[0]?.[1][0]);
  }

  async readNewest(after: StreamId): Promise<StreamEntry | undefined> {
    const { stream } = this.shape;
    const id = `(${formatStreamId(after)}`;
    const reply = await this.client.run((redis) => redis.xrevrangeBuffer(stream, '+', id, 'COUNT', 1));
    return this.#entry(reply[0]);
  }

  async serverTimeUs(): Promise<bigint> {
    const [seconds, micros] = await this.client.run((redis) => redis.time());
    return BigInt(seconds ?? 0) * 1_000_000n + BigInt(micros ?? 0);
  }

  async ask(words: readonly string[]): Promise<SmallReply> {
    const [name = '', ...rest] = words;
    return this.client.run(async (redis) => {
      try {
        return smallReply(await redis.call(name, ...rest));
      } catch (error) {
        // A refusal is an answer; any other error is that of a connection that is lost.
        if (isRefusal(error)) return { error: error.message };
        throw error;
      }
    });
  }

  release(): void {}

  close(): void {
    this.client.close();
  }

  #entry(raw: RawEntry | undefined): StreamEntry | undefined {
    if (!raw) return undefined;
    const [rawId, fields] = raw;
    const id = parseStreamId(rawId.toString('latin1'));
    const pixels = fieldValue(fields, this.shape.key);
    if (!pixels) return { kind: 'no-key', id };
    if (pixels.length !== this.shape.sizeBytes) return { kind: 'wrong-size', id, sizeBytes: pixels.length };
    return { kind: 'frame', id, pixels };
  }
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

/** What ioredis makes of a reply in RESP2: strings, numbers, null, and lists of these. */
function smallReply(reply: unknown): SmallReply {
  if (Array.isArray(reply)) return reply.map(smallReply);
  if (typeof reply === 'number') return BigInt(reply);
  return typeof reply === 'string' ? reply : undefined;
}
