/** What failed, for programs: the word before the first `-` is the part of the way that it belongs to. */
export type FailureCode =
  | `redis-${'refused' | 'unknown-host' | 'timeout' | 'unreachable' | 'closed' | 'not-redis' | 'tls'}`
  | `redis-${'no-socket' | 'permission' | 'password-missing' | 'password-refused' | 'no-rights'}`
  | `redis-${'no-stream' | 'loading' | 'other'}`
  | `link-${'refused' | 'unknown-host' | 'timeout' | 'unreachable' | 'closed' | 'lost'}`
  | `link-${'no-answer' | 'rejected' | 'passphrase-refused' | 'passphrase-mismatch' | 'passphrase-length' | 'not-opened'}`
  /**
   * The server knows no such stream id, does not allow it, closes at once; or another one has what we need: a publisher has
   * the stream, a program the port.
   */
  | `link-${'no-such-stream' | 'not-allowed' | 'taken' | 'closed-at-once' | 'other'}`
  | `file-${'reserve' | 'not-mounted' | 'hangs'}`
  | `file-${'disk-full' | 'permission' | 'read-only' | 'is-folder' | 'no-folder' | 'folder-is-file' | 'taken' | 'other'}`
  | `ffmpeg-${'not-started' | 'no-encoder' | 'no-protocol' | 'old' | 'killed' | 'ended' | 'stalled' | 'other'}`;

/** The part of the way that it belongs to: `redis`, `link`, `file` or `ffmpeg`. */
export function partOf(code: FailureCode): string {
  return code.slice(0, code.indexOf('-'));
}

/** Why something failed. It stays structured until someone puts it into words. */
export interface Failure {
  readonly code: FailureCode;
  /** In words for an operator, with what to do where that is known. */
  readonly text: string;
  /** That of ffmpeg, where it ended by itself. */
  readonly exitStatus?: number;
  /** That which ended ffmpeg, by name or number. */
  readonly signal?: string | number;
}
