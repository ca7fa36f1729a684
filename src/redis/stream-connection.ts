import type { StreamEntry, StreamId } from '../base/stream-entry.ts';

/** What to read: which stream, which field of an entry, and how many bytes a frame has. */
export interface StreamShape {
  readonly stream: string;
  readonly key: string;
  readonly sizeBytes: number;
}

/** A small reply: a string, an integer, undefined for nil, a list of these, or why Redis refuses the command. */
export type SmallReply = string | bigint | undefined | readonly SmallReply[] | { readonly error: string };

/**
 * One connection for reading frames. Commands may be given at any time; each waits for the answer to the one before it,
 * then has a deadline, and rejects with a `SourceError` when Redis is lost, refuses or does not answer. The connection is of
 * no use then: all later ones reject, too, and it is to be closed. Who gets a frame gives its memory back to the owner.
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
  /** Ends the connection: commands under way reject. May be called again. */
  close(): void;
}

/** Makes a connection that is ready to read (authenticated, database selected); rejects with a `SourceError`. */
export type ConnectStream = () => Promise<StreamConnection>;
