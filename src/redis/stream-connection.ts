import type { StreamEntry } from '../base/stream-entry.ts';
import type { StreamId } from '../base/stream-entry.ts';
import type { Pixels } from '../base/frame.ts';

/** What to read: which stream, which field of an entry, and how many bytes a frame has. */
export interface StreamShape {
  readonly stream: string;
  readonly key: string;
  readonly sizeBytes: number;
}

/** A small reply: a string, an integer, undefined for nil, a list of these, or why Redis refuses the command. */
export type SmallReply = string | bigint | undefined | readonly SmallReply[] | { readonly error: string };

/**
 * One connection for reading frames, one command at a time. Every call has a deadline and rejects with a `SourceError`
 * when Redis is lost, refuses or does not answer; the connection is of no use then and is to be closed.
 */
export interface StreamConnection {
  /** The first entry after `after`; waits up to `blockMs` for one (0 = not at all), then gives undefined. */
  readAfter(after: StreamId, blockMs: number): Promise<StreamEntry | undefined>;
  /** The newest entry, if it comes after `after`; no other one is transferred. */
  readNewest(after: StreamId): Promise<StreamEntry | undefined>;
  /** The server's wall clock in microseconds since 1970. */
  serverTimeUs(): Promise<bigint>;
  /** Sends a command whose reply is small and gives it as it is; that Redis refuses it is an answer, too. */
  ask(words: readonly string[]): Promise<SmallReply>;
  /** Gives back the memory of a frame's pixels that came over this connection; also when it is closed. */
  release(pixels: Pixels): void;
  close(): void;
}

/** Makes a connection that is ready to read (authenticated, database selected); rejects with a `SourceError`. */
export type ConnectStream = () => Promise<StreamConnection>;
