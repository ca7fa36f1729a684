import { abortable } from '../base/abortable.ts';
import { Backoff } from '../base/backoff.ts';
import { NS_PER_MS, sleepMs, type Clock } from '../base/clock.ts';
import { SourceError } from '../base/errors.ts';
import type { Emit, SourceEvent } from '../base/event.ts';
import type { Frame, FrameOwner } from '../base/frame.ts';
import type { FrameReader, OrderedRead } from '../base/frame-reader.ts';
import { formatStreamId, type StreamEntry, type StreamId } from '../base/stream-entry.ts';
import type { EntryCount } from './entry-counter.ts';
import { RedisClock } from './redis-clock.ts';
import type { SourceReport } from './source-report.ts';
import { SourceWatch } from './source-watch.ts';
import type { ConnectStream, StreamConnection } from './stream-connection.ts';
import { compareStreamIds, precedingStreamId, STREAM_START } from './stream-id.ts';

/**
 * Redis answers a blocking read after this long at the latest, and its counts are looked at as often: a dead connection
 * shows, and a stream that has started over is noticed within a second.
 */
const BLOCK_MS = 800;
/**
 * Where Redis does not tell what is added: after this long without an entry it is first looked whether ids have started
 * lower than before; then ever more rarely, since a whole frame crosses each time.
 */
const FIRST_RESYNC_MS = 1_000;
const LONGEST_RESYNC_MS = 60_000;
const FIRST_RECONNECT_MS = 200;
/** A session is closed after 5 s without a frame: Redis that is back is noticed long before that. */
const LONGEST_RECONNECT_MS = 1_000;
/** A connection that has answered for this long is good, also where no frame came over it. */
const GOOD_CONNECTION_NS = 5_000n * NS_PER_MS;

interface ReaderParts {
  readonly connect: ConnectStream;
  readonly stream: string;
  readonly clock: Clock;
  readonly maxDelayMs: number;
  /** The memory of entries that nobody gets to see goes back there. */
  readonly owner: FrameOwner;
  readonly emit: Emit<SourceEvent>;
  /** Spreads the waits; as Math.random, which it is where it is left out. */
  readonly random?: () => number;
}

interface PendingRead {
  readonly waited: boolean;
  readonly passedOver: boolean;
  readonly entry: StreamEntry | undefined;
}

interface ReadyRead {
  readonly ready: StreamEntry | undefined;
  readonly start: StreamId;
}

/** Reads the frames of the stream: keeps the position and the maximum delay, reports wrong entries, connects again. */
export class StreamFrameReader implements FrameReader {
  /** Nothing older than this is read; 0 = no bound. May be set at any time. */
  maxDelayMs: number;
  readonly #redisClock = new RedisClock();
  readonly #reconnect: Backoff;
  readonly #resync: Backoff;
  #connection: StreamConnection | undefined;
  #position: StreamId = STREAM_START;
  #connectedNs = 0n;
  #hasAnswered = false;
  #isLost = false;
  #resyncNs = 0n;
  #idsAreTimes = false;
  #pending: Promise<PendingRead> | undefined;
  readonly #watch: SourceWatch;
  #entriesRead = 0;
  #wrong = 0;

  constructor(private readonly parts: ReaderParts) {
    this.maxDelayMs = parts.maxDelayMs;
    this.#reconnect = new Backoff(FIRST_RECONNECT_MS, LONGEST_RECONNECT_MS, parts.random);
    this.#resync = new Backoff(FIRST_RESYNC_MS, LONGEST_RESYNC_MS, parts.random);
    this.#watch = new SourceWatch(parts.stream, parts.clock, BLOCK_MS);
  }

  /** What is known by the last look at the source, a second ago at the most while Redis answers. */
  get report(): SourceReport {
    const { counts } = this.#watch;
    const read = { read: this.#entriesRead - this.#wrong, wrong: this.#wrong };
    if (counts.kind === 'not-counted') return { ...read, source: counts };
    // Reading has gone on since.
    const entries = Math.max(counts.entries, this.#entriesRead + counts.passedOver);
    return { ...read, source: { ...counts, entries } };
  }

  async next(signal: AbortSignal): Promise<OrderedRead> {
    for (;;) {
      const ordered = await this.#persist(signal, async (connection) => {
        const { entry, waited, passedOver } = await this.#readPending(connection, signal);
        const frame = this.#accept(entry);
        return frame && { frame, waited, passedOver };
      });
      if (ordered) return ordered;
    }
  }

  async newest(signal: AbortSignal): Promise<Frame | undefined> {
    return this.#persist(signal, async (connection) => {
      // A read that was given up while it blocked still has the connection. Its entry must not be lost, so it is only
      // taken when it is known whether there is a newer one.
      const older = this.#pending && (await abortable(this.#pending, signal)).entry;
      await abortable(this.#redisClock.measureIfDue(connection, this.parts.clock), signal);
      const count = await abortable(this.#watch.countIfDue(connection), signal);
      const reading = connection.readNewest(older?.id ?? this.#position);
      const newer = await abortable(reading, signal).catch((error: unknown) => {
        reading.then((late) => this.#giveBack(late)).catch(() => {});
        throw error;
      });
      this.#answered(older !== undefined || newer !== undefined);
      this.#pending = undefined;
      if (!older && !newer) await abortable(this.#foundNothing(connection, count), signal);
      const olderFrame = this.#accept(older);
      const newestFrame = this.#accept(newer);
      if (newestFrame && olderFrame) this.parts.owner.drop(olderFrame, 'replaced');
      if (newer && count) this.#watch.look(count, this.#entriesRead, 'nothing-else');
      return newestFrame ?? olderFrame;
    });
  }

  /** Ends the connection, and gives back the frame of a read that is under way. The next call connects again. */
  close(): void {
    this.#pending?.then(({ entry }) => this.#giveBack(entry)).catch(() => {});
    this.#pending = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Runs one read, on a new connection whenever the one before it was lost. */
  async #persist<T>(signal: AbortSignal, read: (connection: StreamConnection) => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await read(await this.#connected(signal));
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        this.close();
        this.#isLost = true;
        this.parts.emit({ kind: 'redis-lost', failure: error.failure });
        await sleepMs(this.parts.clock, this.#reconnect.nextMs(), signal);
      }
    }
  }

  async #connected(signal: AbortSignal): Promise<StreamConnection> {
    if (this.#connection) return this.#connection;
    const connecting = this.parts.connect();
    const connection = await abortable(connecting, signal).catch((error: unknown) => {
      connecting.then((late) => late.close()).catch(() => {});
      throw error;
    });
    this.#connection = connection;
    this.#hasAnswered = false;
    this.#connectedNs = this.parts.clock.nowNs();
    this.#watch.connected();
    this.#redisClock.measureSoon();
    await abortable(this.#findPosition(connection), signal);
    return connection;
  }

  /**
   * Redis also takes connections that it then refuses to serve, and may break off in the middle of a frame. So after a
   * loss all is well only when an entry was read, or when nothing but that none is there has been heard for a while.
   */
  #answered(hasEntry: boolean): void {
    if (this.#hasAnswered) return;
    const isGood = hasEntry || this.parts.clock.nowNs() - this.#connectedNs >= GOOD_CONNECTION_NS;
    if (this.#isLost && !isGood) return;
    this.#hasAnswered = true;
    this.#isLost = false;
    this.#reconnect.reset();
    this.parts.emit({ kind: 'redis-connected' });
  }

  async #readPending(connection: StreamConnection, signal: AbortSignal): Promise<PendingRead> {
    const pending = (this.#pending ??= this.#read(connection));
    const read = await abortable(pending, signal);
    this.#pending = undefined;
    return read;
  }

  async #read(connection: StreamConnection): Promise<PendingRead> {
    await this.#redisClock.measureIfDue(connection, this.parts.clock);
    const count = await this.#watch.countIfDue(connection);
    const { ready, start } = await this.#readReady(connection);
    this.#answered(ready !== undefined);
    if (ready) {
      if (count) this.#watch.look(count, this.#entriesRead, 'more');
      return { entry: ready, waited: false, passedOver: start !== this.#position };
    }
    const isElsewhere = await this.#foundNothing(connection, count);
    const entry = isElsewhere ? undefined : await connection.readAfter(start, BLOCK_MS);
    return { entry, waited: true, passedOver: false };
  }

  /** What waits and is not too old, and after which id it was looked for. */
  async #readReady(connection: StreamConnection): Promise<ReadyRead> {
    const start = this.#start();
    const ready = await connection.readAfter(start, 0);
    if (ready || start === this.#position) return { ready, start };
    // Its clock may have been set back since it told the time. Its ids then stand still, and seem too old without being so.
    await this.#redisClock.measure(connection, this.parts.clock);
    const again = this.#start();
    const isSetBack = compareStreamIds(again, start) < 0;
    return { ready: isSetBack ? await connection.readAfter(again, 0) : undefined, start: again };
  }

  /** @returns whether the position is another one now */
  async #foundNothing(connection: StreamConnection, count: EntryCount | undefined): Promise<boolean> {
    const position = this.#position;
    const entriesRead = this.#entriesRead;
    if (count && this.#watch.hasMissed(count, entriesRead)) await this.#findPosition(connection);
    else if (!this.#watch.seesAdditions) await this.#resyncIfDue(connection);
    const isElsewhere = this.#position !== position;
    if (count) this.#watch.look(count, entriesRead, isElsewhere ? 'more' : 'nothing');
    return isElsewhere;
  }

  /** Where a read starts: after the last entry, but never before now − maximum delay on the server's clock. */
  #start(): StreamId {
    const serverMs = this.#redisClock.serverMs(this.parts.clock.nowNs());
    if (!this.#idsAreTimes || this.maxDelayMs === 0 || serverMs === undefined) return this.#position;
    const oldest = { ms: serverMs - BigInt(Math.round(this.maxDelayMs)), sequence: 0n };
    return compareStreamIds(oldest, this.#position) > 0 ? oldest : this.#position;
  }

  #accept(entry: StreamEntry | undefined): Frame | undefined {
    if (!entry) return undefined;
    this.#position = entry.id;
    this.#entriesRead += 1;
    const nowNs = this.parts.clock.nowNs();
    this.#postponeResync(nowNs);
    const writtenNs = this.#redisClock.writtenNs(entry.id, nowNs);
    this.#idsAreTimes = writtenNs !== undefined;
    if (entry.kind !== 'frame') {
      this.#wrong += 1;
      this.parts.emit({ kind: 'wrong-entry', entry });
      return undefined;
    }
    const id = formatStreamId(entry.id);
    return { id, pixels: entry.pixels, ...(writtenNs !== undefined && { writtenNs }) };
  }

  /** What is not handed out as a frame gives its memory back. */
  #giveBack(entry: StreamEntry | undefined): void {
    if (entry?.kind === 'frame') this.parts.owner.release(entry);
  }

  #postponeResync(nowNs: bigint): void {
    this.#resync.reset();
    this.#resyncNs = nowNs + BigInt(this.#resync.nextMs()) * NS_PER_MS;
  }

  async #resyncIfDue(connection: StreamConnection): Promise<void> {
    const nowNs = this.parts.clock.nowNs();
    if (nowNs < this.#resyncNs) return;
    this.#resyncNs = nowNs + BigInt(this.#resync.nextMs()) * NS_PER_MS;
    await this.#findPosition(connection);
  }

  /**
   * Ids may start lower than the last one read, when Redis was restarted without its data or the stream was deleted;
   * waiting for a higher one would then be for ever.
   */
  async #findPosition(connection: StreamConnection): Promise<void> {
    const position = this.#position;
    const newestAfter = (id: StreamId) => this.#newestAfter(id, connection);
    if (compareStreamIds(position, STREAM_START) === 0) return this.#watch.begin(connection, newestAfter);
    const newestId = await newestAfter(STREAM_START);
    // Whoever gave up waiting for this may have read on meanwhile.
    if (this.#position !== position) return;
    if (newestId && compareStreamIds(newestId, position) >= 0) return;
    this.#position = newestId ? precedingStreamId(newestId) : STREAM_START;
    this.#idsAreTimes = false;
    this.#watch.startedOver(this.#entriesRead);
    this.parts.emit({ kind: 'stream-started-over' });
  }

  async #newestAfter(id: StreamId, connection: StreamConnection): Promise<StreamId | undefined> {
    const newest = await connection.readNewest(id);
    this.#giveBack(newest);
    return newest?.id;
  }
}
