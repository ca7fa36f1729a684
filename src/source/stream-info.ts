import type { RedisConfig } from '../config/config.ts';
import { SourceError } from '../errors.ts';
import { RedisClient } from './redis-client.ts';
import { parseStreamId, type StreamId } from './stream-id.ts';

/** What Redis knows of the stream without sending a frame. */
export interface StreamInfo {
  readonly lastId: StreamId;
  /** Entries that are in the stream now. */
  readonly length: number;
  /** Entries ever added; Redis 7 and later know it. */
  readonly entriesAdded?: number;
}

/**
 * XINFO STREAM carries the first and the last entry, pixels and all; in a script they stay in the server. ARGV is not
 * used; the reply is a flat list of names and values.
 */
const INFO_SCRIPT = `
local reply = {}
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' or info[i] == 'length' or info[i] == 'entries-added' then
    reply[#reply + 1] = info[i]
    reply[#reply + 1] = tostring(info[i + 1])
  end
end
return reply`;

/** Asks Redis about the stream now and then, on a connection of its own that is made when it is needed. */
export class StreamInfoSource {
  #client: Promise<RedisClient> | undefined;

  constructor(
    private readonly config: RedisConfig,
    private readonly stream: string,
  ) {}

  /** Undefined where Redis cannot be reached, has no such stream, or does not allow scripts. Never rejects. */
  async read(): Promise<StreamInfo | undefined> {
    try {
      const client = await (this.#client ??= RedisClient.connect(this.config));
      return toStreamInfo(await client.run((redis) => redis.eval(INFO_SCRIPT, 1, this.stream)));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.close();
      return undefined;
    }
  }

  close(): void {
    this.#client?.then((client) => client.close()).catch(() => {});
    this.#client = undefined;
  }
}

function toStreamInfo(reply: unknown): StreamInfo | undefined {
  if (!Array.isArray(reply)) return undefined;
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < reply.length; i += 2) values.set(String(reply[i]), String(reply[i + 1]));
  const lastId = values.get('last-generated-id');
  const entriesAdded = values.get('entries-added');
  if (lastId === undefined) return undefined;
  return {
    lastId: parseStreamId(lastId),
    length: Number(values.get('length') ?? 0),
    ...(entriesAdded !== undefined && { entriesAdded: Number(entriesAdded) }),
  };
}
