import type { StreamEntry, StreamId } from '../base/stream-entry.ts';
import type { Pixels } from '../base/frame.ts';
import type { SmallReply, StreamConnection } from './stream-connection.ts';

/**
 * One command at a time on a connection: each waits for the answer to the one before it, also when nobody wants that any
 * more, since the next bytes to come belong to it. Where one fails, the answers are out of step, and all later ones fail.
 */
export class SerialConnection implements StreamConnection {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly connection: StreamConnection) {}

  readAfter(after: StreamId, blockMs: number): Promise<StreamEntry | undefined> {
    return this.#behindLast(() => this.connection.readAfter(after, blockMs));
  }

  readNewest(after: StreamId): Promise<StreamEntry | undefined> {
    return this.#behindLast(() => this.connection.readNewest(after));
  }

  serverTimeUs(): Promise<bigint> {
    return this.#behindLast(() => this.connection.serverTimeUs());
  }

  ask(words: readonly string[]): Promise<SmallReply> {
    return this.#behindLast(() => this.connection.ask(words));
  }

  release(pixels: Pixels): void {
    this.connection.release(pixels);
  }

  close(): void {
    this.connection.close();
  }

  #behindLast<T>(command: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(command);
    this.#last = answer;
    // Whoever asks next is told; a command that was given up has nobody else to tell.
    answer.catch(() => {});
    return answer;
  }
}
