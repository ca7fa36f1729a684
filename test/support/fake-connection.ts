import { NS_PER_MS, type Clock } from '../../src/base/clock.ts';
import { SourceError } from '../../src/base/errors.ts';
import type { FrameSlot } from '../../src/base/frame.ts';
import { formatStreamId, type StreamEntry, type StreamId } from '../../src/base/stream-entry.ts';
import { CommandQueue } from '../../src/redis/command-queue.ts';
import { COUNTING_GROUP } from '../../src/redis/entry-counter.ts';
import type { SmallReply, StreamConnection } from '../../src/redis/stream-connection.ts';
import { compareStreamIds, parseStreamId } from '../../src/redis/stream-id.ts';

/** The server's wall clock, in milliseconds since 1970, when the test's clock stands at 0. */
const WALL_ORIGIN_MS = 1_700_000_000_000n;

/** A Redis with one stream in memory, which a test fills, breaks and empties. */
export class FakeRedis {
  /** Every command, as `read 5-0`, `wait 5-0`, `newest 5-0` or `time`. */
  readonly calls: string[] = [];
  /** Ids of the entries that crossed, in order. */
  readonly transferred: string[] = [];
  /** Slots handed out that have not come back. */
  readonly lent = new Set<FrameSlot>();
  /** Times of the attempts to connect, in milliseconds. */
  readonly attemptsMs: number[] = [];
  /** As `MAXLEN` of the producer: older entries fall out. */
  maxEntries = Infinity;
  /** How long an answer takes. */
  latencyMs = 0;
  /** How long it takes to make a connection. */
  connectMs = 0;
  /** Why connections are refused; undefined = they are made. */
  refusal: string | undefined;
  /** Why reads are refused on a connection that was made. */
  readFault: string | undefined;
  /** Why reads of what is behind a position are refused, while the newest entry is given. */
  readAfterFault: string | undefined;
  /** Commands get no answer until this is false and something else happens. */
  isSilent = false;
  /** Set against the test's clock, as an operator or NTP does it. */
  wallStepMs = 0n;
  readonly #connections = new Set<FakeConnection>();
  #entries: StreamEntry[] = [];
  #added = 0;
  #exists = false;
  #hasGroup = false;
  /** Why what is added is not counted; undefined = it is. */
  countRefusal: string | undefined;

  constructor(readonly clock: Clock) {}

  readonly connect = async (): Promise<StreamConnection> => {
    this.attemptsMs.push(Number(this.clock.nowNs() / NS_PER_MS));
    const madeNs = this.clock.nowNs() + BigInt(this.connectMs) * NS_PER_MS;
    await this.clock.sleepUntil(madeNs, new AbortController().signal);
    if (this.refusal !== undefined) throw failure(this.refusal);
    const connection = new FakeConnection(this);
    this.#connections.add(connection);
    return connection;
  };

  /** Takes back the memory of a frame. */
  release(slot: FrameSlot): void {
    if (!this.lent.delete(slot)) throw new Error('a slot came back that was not lent');
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get wallMs(): bigint {
    return WALL_ORIGIN_MS + this.clock.nowNs() / NS_PER_MS + this.wallStepMs;
  }

  /** Adds an entry as XADD does with an id of its own, and returns the id. */
  addNow(fault?: 'no-key' | 'wrong-size'): string {
    const last = this.#entries.at(-1)?.id;
    const isSameMs = last !== undefined && last.ms >= this.wallMs;
    const id = isSameMs ? { ms: last.ms, sequence: last.sequence + 1n } : { ms: this.wallMs, sequence: 0n };
    return this.add(formatStreamId(id), fault);
  }

  add(id: string, fault?: 'no-key' | 'wrong-size'): string {
    this.#exists = true;
    this.#added += 1;
    this.#entries.push(entryOf(parseStreamId(id), this.#added, fault));
    if (this.#entries.length > this.maxEntries) this.#entries.shift();
    for (const connection of this.#connections) connection.wake();
    return id;
  }

  /** What Redis answers to the commands by which entries are counted. */
  ask(words: readonly string[]): SmallReply {
    const [name = '', sub = ''] = words;
    if (name === 'XLEN') return BigInt(this.#entries.length);
    if (this.countRefusal !== undefined) return { error: this.countRefusal };
    if (!this.#exists) return { error: 'ERR no such key' };
    if (sub === 'GROUPS') return this.#hasGroup ? [['name', COUNTING_GROUP, 'lag', BigInt(this.#added)]] : [];
    if (name === 'XGROUP') this.#hasGroup = sub === 'CREATE';
    return 'OK';
  }

  /** XTRIM to nothing. */
  empty(): void {
    this.#entries = [];
  }

  /** DEL of the stream. */
  delete(): void {
    this.#entries = [];
    this.#added = 0;
    this.#exists = false;
    this.#hasGroup = false;
  }

  get hasGroup(): boolean {
    return this.#hasGroup;
  }

  /** Every connection is lost at once. */
  lose(reason: string): void {
    for (const connection of this.#connections) connection.lose(reason);
  }

  /** Lets silent commands answer. */
  speak(): void {
    this.isSilent = false;
    for (const connection of this.#connections) connection.wake();
  }

  firstAfter(id: StreamId): StreamEntry | undefined {
    return this.#entries.find((entry) => compareStreamIds(entry.id, id) > 0);
  }

  newestAfter(id: StreamId): StreamEntry | undefined {
    const newest = this.#entries.at(-1);
    return newest && compareStreamIds(newest.id, id) > 0 ? newest : undefined;
  }

  closed(connection: FakeConnection): void {
    this.#connections.delete(connection);
  }
}

class FakeConnection implements StreamConnection {
  readonly #wakers = new Set<AbortController>();
  readonly #queue = new CommandQueue();
  #isBusy = false;
  #lostReason: string | undefined;

  constructor(private readonly redis: FakeRedis) {}

  readAfter(after: StreamId, blockMs: number): Promise<StreamEntry | undefined> {
    return this.#command(`${blockMs > 0 ? 'wait' : 'read'} ${formatStreamId(after)}`, async () => {
      this.#refuse();
      if (this.redis.readAfterFault !== undefined) throw failure(this.redis.readAfterFault);
      const deadlineNs = this.redis.clock.nowNs() + BigInt(blockMs) * NS_PER_MS;
      const isOver = () => this.redis.clock.nowNs() >= deadlineNs;
      while (!this.redis.firstAfter(after) && !isOver()) await this.#sleepUntil(deadlineNs);
      return this.#transfer(this.redis.firstAfter(after));
    });
  }

  readNewest(after: StreamId): Promise<StreamEntry | undefined> {
    return this.#command(`newest ${formatStreamId(after)}`, () => {
      this.#refuse();
      return this.#transfer(this.redis.newestAfter(after));
    });
  }

  serverTimeUs(): Promise<bigint> {
    return this.#command('time', () => this.redis.wallMs * 1000n);
  }

  ask(words: readonly string[]): Promise<SmallReply> {
    return this.#command(words.slice(0, 2).join(' '), () => this.redis.ask(words));
  }

  close(): void {
    this.lose('the connection was closed');
    this.redis.closed(this);
  }

  lose(reason: string): void {
    this.#lostReason ??= reason;
    this.wake();
  }

  wake(): void {
    for (const waker of this.#wakers) waker.abort();
  }

  #command<T>(text: string, answer: () => T | Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#answered(text, answer));
  }

  async #answered<T>(text: string, answer: () => T | Promise<T>): Promise<T> {
    if (this.#isBusy) throw new Error(`"${text}" was asked before the answer to another command`);
    this.#isBusy = true;
    try {
      this.redis.calls.push(text);
      this.#alive();
      const { clock, latencyMs } = this.redis;
      const answerNs = clock.nowNs() + BigInt(Math.round(latencyMs * 1e6));
      while (clock.nowNs() < answerNs) await this.#sleepUntil(answerNs);
      while (this.redis.isSilent) await this.#sleepUntil(clock.nowNs() + 3_600_000n * NS_PER_MS);
      return await answer();
    } finally {
      this.#isBusy = false;
    }
  }

  async #sleepUntil(deadlineNs: bigint): Promise<void> {
    const waker = new AbortController();
    this.#wakers.add(waker);
    await this.redis.clock.sleepUntil(deadlineNs, waker.signal);
    this.#wakers.delete(waker);
    this.#alive();
  }

  #alive(): void {
    if (this.#lostReason !== undefined) throw failure(this.#lostReason);
  }

  #refuse(): void {
    if (this.redis.readFault !== undefined) throw failure(this.redis.readFault);
  }

  #transfer(entry: StreamEntry | undefined): StreamEntry | undefined {
    if (!entry) return undefined;
    this.redis.transferred.push(formatStreamId(entry.id));
    if (entry.kind !== 'frame') return entry;
    const copy = { ...entry, pixels: { ...entry.pixels } };
    this.redis.lent.add(copy.pixels);
    return copy;
  }
}

/** @param address tells the pixels of one entry from those of another */
function entryOf(id: StreamId, address: number, fault?: 'no-key' | 'wrong-size'): StreamEntry {
  if (fault === 'no-key') return { kind: fault, id };
  if (fault === 'wrong-size') return { kind: fault, id, sizeBytes: 7 };
  return { kind: 'frame', id, pixels: { address, sizeBytes: 1 } };
}

function failure(text: string): SourceError {
  return new SourceError({ code: 'redis-other', text });
}
