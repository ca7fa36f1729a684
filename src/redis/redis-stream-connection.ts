import { NS_PER_MS } from '../base/clock.ts';
import { ConnectionError, SourceError } from '../base/errors.ts';
import { formatStreamId, type StreamEntry, type StreamId } from '../base/stream-entry.ts';
import type { RedisConfig } from '../config/config.ts';
import { libc } from '../os/libc.ts';
import { connectFirst } from '../os/socket.ts';
import { CommandQueue } from './command-queue.ts';
import { CommandWriter } from './command-writer.ts';
import { EntryReader, type ReadTarget } from './entry-reader.ts';
import { ANSWER_LIMIT_MS } from './limits.ts';
import { redisError } from './redis-errors.ts';
import { ReplyReader } from './reply-reader.ts';
import { RespReader, understood } from './resp-reader.ts';
import type { SmallReply, StreamConnection } from './stream-connection.ts';
import { parseStreamId } from './stream-id.ts';
import type { WayToRedis } from './way-to-redis.ts';

/** A server that lets everybody in does so whatever password it is given (version 6; up to version 5). */
const NEEDS_NO_PASSWORD = /without any password configured|no password is set/;

/**
 * Reads frames from the socket straight into their slots. It knows the forms that the replies of its few commands can
 * have in RESP2 (redis.io/docs/latest/develop/reference/protocol-spec) and takes anything else for a broken connection.
 */
export class RedisStreamConnection implements StreamConnection {
  readonly #writer: CommandWriter;
  readonly #reader: ReplyReader;
  readonly #resp: RespReader;
  readonly #entries: EntryReader;
  readonly #queue = new CommandQueue();
  #isClosed = false;

  private constructor(
    private readonly fd: number,
    private readonly name: string,
    private readonly target: ReadTarget,
  ) {
    this.#writer = new CommandWriter(fd, target.loop);
    this.#reader = new ReplyReader(fd, target.loop);
    this.#resp = new RespReader(this.#reader);
    this.#entries = new EntryReader(this.#reader, this.#resp, target);
  }

  /**
   * Goes that way (the first address that answers), authenticates and selects; rejects with a `SourceError`.
   * @param name how Redis is named in messages
   */
  static async connect(
    config: RedisConfig,
    name: string,
    way: WayToRedis,
    target: ReadTarget,
  ): Promise<RedisStreamConnection> {
    const fd = await named(name, () => connected(way, target));
    const connection = new RedisStreamConnection(fd, name, target);
    try {
      await connection.#logIn({ ...config, ...way.login });
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  readAfter(after: StreamId, blockMs: number): Promise<StreamEntry | undefined> {
    const block = blockMs > 0 ? ['BLOCK', `${blockMs}`] : [];
    const words = [
      'XREAD',
      'COUNT',
      '1',
      ...block,
      'STREAMS',
      this.target.shape.stream,
      formatStreamId(after),
    ];
    return this.#ask(words, blockMs, async () => {
      // nil, or one [name, entries] for the one stream asked for
      if (!(await this.#resp.oneOrNone())) return undefined;
      await this.#resp.arrayOf(2);
      await this.#resp.skipString();
      return this.#firstEntry();
    });
  }

  readNewest(after: StreamId): Promise<StreamEntry | undefined> {
    const command = ['XREVRANGE', this.target.shape.stream, '+', `(${formatStreamId(after)}`, 'COUNT', '1'];
    return this.#ask(command, 0, () => this.#firstEntry());
  }

  serverTimeUs(): Promise<bigint> {
    return this.#ask(['TIME'], 0, async () => {
      await this.#resp.arrayOf(2);
      const seconds = await this.#resp.number();
      return seconds * 1_000_000n + (await this.#resp.number());
    });
  }

  ask(words: readonly string[]): Promise<SmallReply> {
    return this.#ask(words, 0, () => this.#resp.reply());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.close();
    this.target.loop.forget(this.fd);
    libc.close(this.fd);
  }

  async #logIn({ username, password, db }: RedisConfig): Promise<void> {
    if (password !== undefined) {
      const command = ['AUTH', ...(username === undefined ? [] : [username]), password];
      await this.#order(command, NEEDS_NO_PASSWORD);
    }
    if (db !== 0) await this.#order(['SELECT', `${db}`]);
  }

  /**
   * A command that is answered with `+OK`.
   * @param good an error that is as good
   */
  #order(command: readonly string[], good?: RegExp): Promise<void> {
    return this.#ask(command, 0, async () => {
      try {
        await this.#resp.line('+');
      } catch (error) {
        if (!(error instanceof ConnectionError && good?.test(error.message))) throw error;
      }
    });
  }

  #ask<T>(command: readonly string[], blockMs: number, readReply: () => Promise<T>): Promise<T> {
    const answer = async () => {
      const { loop } = this.target;
      if (this.#isClosed) throw new ConnectionError('the connection was closed');
      if (this.#entries.failure) throw this.#entries.failure;
      // Whatever it is, it would be taken for the answer to this command.
      if (this.#reader.hasUnread) throw new ConnectionError('it answers more than it was asked');
      const deadlineNs = loop.nowNs() + BigInt(blockMs + ANSWER_LIMIT_MS) * NS_PER_MS;
      await this.#writer.send(command, deadlineNs);
      this.#reader.expectBy(deadlineNs);
      return readReply();
    };
    return this.#queue.run(() => named(this.name, answer));
  }

  async #firstEntry(): Promise<StreamEntry | undefined> {
    if (!(await this.#resp.oneOrNone())) return undefined;
    await this.#resp.arrayOf(2);
    const idText = await this.#resp.shortString();
    const id = understood(() => parseStreamId(idText));
    return this.#entries.read(id);
  }
}

function connected(way: WayToRedis, { loop }: ReadTarget): Promise<number> {
  switch (way.kind) {
    case 'addresses':
      return connectFirst(way.addresses, loop);
    case 'socket':
      return Promise.resolve(way.fd);
    case 'failed':
      return Promise.reject(new SourceError(way.failure));
  }
}

/** Says what went wrong with the connection as a failure of the server of this name. */
async function named<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw redisError(name, error.message, { cause: error });
  }
}
