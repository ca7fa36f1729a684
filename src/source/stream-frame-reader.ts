import { SourceError } from '../errors.ts';
import type { Frame } from '../frame/frame.ts';
import { Backoff } from '../pacing/backoff.ts';
import { NS_PER_MS, sleepMs, type Clock } from '../pacing/clock.ts';
import type { FrameReader, OrderedRead } from './frame-reader.ts';
import { RedisClock } from './redis-clock.ts';
import { SerialConnection } from './serial-connection.ts';
import type { ConnectStream, StreamConnection, StreamEntry } from './stream-connection.ts';
import {
  compareStreamIds,
  formatStreamId,
  precedingStreamId,
  STREAM_START,
  type StreamId,
} from './stream-id.ts';

/** Redis answers a blocking read after this long at the latest, so that a dead connection shows. */
const BLOCK_MS = 2_000;
/** How often the server's clock is read anew: it may be set while we run. */
const CLOCK_READ_PERIOD_NS = 5_000n * NS_PER_MS;
/** After this long without an entry it is first looked whether ids have started lower than before; then ever more rarely. */
const FIRST_RESYNC_MS = 5_000;
const LONGEST_RESYNC_MS = 60_000;
const FIRST_RECONNECT_MS = 200;
const LONGEST_RECONNECT_MS = 5_000;

/** Is told what happens on the way from Redis. */
export interface SourceObserver {
  onLost(error: SourceError): void;
  onConnected(): void;
  /** Ids are lower than before, or the stream is gone: reading goes on with the newest entry. */
  onStreamRestarted(): void;
  onWrongEntry(entry: Exclude<StreamEntry, { kind: 'frame' }>): void;
  onFrameRead(id: StreamId): void;
}

interface ReaderParts {
  readonly connect: ConnectStream;
  readonly clock: Clock;
  /** Nothing older than this is read; 0 = no bound. */
  readonly maxDelayMs: number;
  readonly observer: SourceObserver;
}

interface PendingRead {
  readonly waited: boolean;
  readonly passedOver: boolean;
  readonly entry: StreamEntry | undefined;
}

/** The `FrameReader` over any kind of connection: position, maximum delay, wrong entries, losses. */
export class StreamFrameReader implements FrameReader {
  readonly #redisClock = new RedisClock();
  readonly #reconnect = new Backoff(FIRST_RECONNECT_MS, LONGEST_RECONNECT_MS);
  #resync = new Backoff(FIRST_RESYNC_MS, LONGEST_RESYNC_MS);
  #connection: StreamConnection | undefined;
  #position: StreamId = STREAM_START;
  #hasAnswered = false;
  #clockReadNs: bigint | undefined;
  #resyncNs = 0n;
  #idsAreTimes = false;
  #pending: Promise<PendingRead> | undefined;
  /** Where the memory of a frame goes back to, which may be a connection that is lost by then. */
  readonly #origins = new WeakMap<Frame, StreamConnection>();

  constructor(private readonly parts: ReaderParts) {}

  /** The id of the last entry read. */
  get position(): StreamId {
    return this.#position;
  }

  async next(signal: AbortSignal): Promise<OrderedRead> {
    for (;;) {
      const ordered = await this.#persist(signal, async (connection) => {
        const { entry, waited, passedOver } = await this.#readPending(connection, signal);
        const frame = this.#accept(entry, connection);
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
      await abortable(this.#readClock(connection), signal);
      const reading = connection.readNewest(older?.id ?? this.#position);
      const newer = await abortable(reading, signal).catch((error: unknown) => {
        reading.then((late) => releaseEntry(late, connection)).catch(() => {});
        throw error;
      });
      this.#answered();
      this.#pending = undefined;
      if (!older && !newer) await abortable(this.#resyncIfDue(connection), signal);
      const olderFrame = this.#accept(older, connection);
      const newestFrame = this.#accept(newer, connection);
      if (newestFrame && olderFrame) this.release(olderFrame);
      return newestFrame ?? olderFrame;
    });
  }

  release(frame: Frame): void {
    this.#origins.get(frame)?.release(frame.pixels);
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) this.#pending?.then(({ entry }) => releaseEntry(entry, connection)).catch(() => {});
    this.#pending = undefined;
    connection?.close();
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
        this.parts.observer.onLost(error);
        await sleepMs(this.parts.clock, this.#reconnect.nextMs(), signal);
      }
    }
  }

  async #connected(signal: AbortSignal): Promise<StreamConnection> {
    if (this.#connection) return this.#connection;
    const connecting = this.parts.connect();
    const made = await abortable(connecting, signal).catch((error: unknown) => {
      connecting.then((late) => late.close()).catch(() => {});
      throw error;
    });
    const connection = new SerialConnection(made);
    this.#connection = connection;
    this.#hasAnswered = false;
    this.#clockReadNs = undefined;
    await abortable(this.#findPosition(connection), signal);
    return connection;
  }

  /** Only an answer to a read shows that all is well: Redis also takes connections that it then refuses to serve. */
  #answered(): void {
    if (this.#hasAnswered) return;
    this.#hasAnswered = true;
    this.#reconnect.reset();
    this.parts.observer.onConnected();
  }

  async #readPending(connection: StreamConnection, signal: AbortSignal): Promise<PendingRead> {
    const pending = (this.#pending ??= this.#read(connection));
    const read = await abortable(pending, signal);
    this.#pending = undefined;
    return read;
  }

  async #read(connection: StreamConnection): Promise<PendingRead> {
    await this.#readClock(connection);
    const start = this.#start();
    const passedOver = start !== this.#position;
    const ready = await connection.readAfter(start, 0);
    this.#answered();
    if (ready) return { entry: ready, waited: false, passedOver };
    const entry = await connection.readAfter(start, BLOCK_MS);
    if (!entry) await this.#resyncIfDue(connection);
    return { entry, waited: true, passedOver: false };
  }

  /** Where a read starts: after the last entry, but never before now − maximum delay on the server's clock. */
  #start(): StreamId {
    const serverMs = this.#redisClock.serverMs(this.parts.clock.nowNs());
    if (!this.#idsAreTimes || this.parts.maxDelayMs === 0 || serverMs === undefined) return this.#position;
    const oldest = { ms: serverMs - BigInt(Math.round(this.parts.maxDelayMs)), sequence: 0n };
    return compareStreamIds(oldest, this.#position) > 0 ? oldest : this.#position;
  }

  #accept(entry: StreamEntry | undefined, connection: StreamConnection): Frame | undefined {
    if (!entry) return undefined;
    this.#position = entry.id;
    const nowNs = this.parts.clock.nowNs();
    this.#postponeResync(nowNs);
    const writtenNs = this.#redisClock.writtenNs(entry.id, nowNs);
    this.#idsAreTimes = writtenNs !== undefined;
    if (entry.kind !== 'frame') {
      this.parts.observer.onWrongEntry(entry);
      return undefined;
    }
    this.parts.observer.onFrameRead(entry.id);
    const id = formatStreamId(entry.id);
    const frame: Frame = { id, pixels: entry.pixels, ...(writtenNs !== undefined && { writtenNs }) };
    this.#origins.set(frame, connection);
    return frame;
  }

  async #readClock(connection: StreamConnection): Promise<void> {
    const sentNs = this.parts.clock.nowNs();
    if (this.#clockReadNs !== undefined && sentNs - this.#clockReadNs < CLOCK_READ_PERIOD_NS) return;
    const serverUs = await connection.serverTimeUs();
    this.#redisClock.measured(serverUs, sentNs, this.parts.clock.nowNs());
    this.#clockReadNs = sentNs;
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
    if (compareStreamIds(position, STREAM_START) === 0) return;
    const newest = await connection.readNewest(STREAM_START);
    this.#answered();
    releaseEntry(newest, connection);
    // Whoever gave up waiting for this may have read on meanwhile.
    if (this.#position !== position) return;
    if (newest && compareStreamIds(newest.id, position) >= 0) return;
    this.#position = newest ? precedingStreamId(newest.id) : STREAM_START;
    this.#idsAreTimes = false;
    this.parts.observer.onStreamRestarted();
  }
}

/** What is not handed out as a frame gives its memory back. */
function releaseEntry(entry: StreamEntry | undefined, connection: StreamConnection): void {
  if (entry?.kind === 'frame') connection.release(entry.pixels);
}

/** Rejects with the abort reason as soon as `signal` aborts; the promise itself goes on unheard. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = () => reject(signal.reason);
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return outcome;
}
