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

/** The words of the command that asks for it. */
export function infoCommand(stream: string): readonly [string, string, string, string] {
  return ['EVAL', INFO_SCRIPT, '1', stream];
}

/** Reads the reply of `infoCommand`, names and values in turn; undefined where it is none. */
export function parseStreamInfo(reply: readonly string[]): StreamInfo | undefined {
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < reply.length; i += 2) values.set(reply[i] ?? '', reply[i + 1] ?? '');
  const lastId = values.get('last-generated-id');
  const entriesAdded = values.get('entries-added');
  if (lastId === undefined) return undefined;
  return {
    lastId: parseStreamId(lastId),
    length: Number(values.get('length') ?? 0),
    ...(entriesAdded !== undefined && { entriesAdded: Number(entriesAdded) }),
  };
}
