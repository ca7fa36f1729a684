import type { StreamId } from '../base/stream-entry.ts';

/** Before every entry. */
export const STREAM_START: StreamId = { ms: 0n, sequence: 0n };

/** Reads `1700000000000-0`, as Redis writes it. Throws on anything else: Redis never sends it. */
export function parseStreamId(text: string): StreamId {
  const match = /^(\d{1,20})-(\d{1,20})$/.exec(text);
  if (!match?.[1] || !match[2]) throw new Error(`not a stream id: ${text}`);
  return { ms: BigInt(match[1]), sequence: BigInt(match[2]) };
}

/** Negative if `a` comes before `b` in the stream, positive if after, 0 if they are the same. */
export function compareStreamIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.sequence !== b.sequence) return a.sequence < b.sequence ? -1 : 1;
  return 0;
}

const LARGEST_SEQUENCE = 2n ** 64n - 1n;

/** The id just before `id`: reading after it starts with `id` itself. */
export function precedingStreamId(id: StreamId): StreamId {
  if (id.sequence > 0n) return { ms: id.ms, sequence: id.sequence - 1n };
  return id.ms > 0n ? { ms: id.ms - 1n, sequence: LARGEST_SEQUENCE } : STREAM_START;
}
