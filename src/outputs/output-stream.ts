import { inMs, NS_PER_MS, sleepMs, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { LinkFigures } from '../base/output-state.ts';
import { Continuity } from '../mpegts/continuity.ts';
import type { Carrier } from './carrier.ts';
import { chunkFrom, lastKeyframe, type Chunk } from './chunk.ts';
import { JoinPace } from './join-pace.ts';
import { MissedPictures, type MissCause } from './missed-pictures.ts';
import type { OutputAccount } from './output-account.ts';
import { PacketQueue } from './packet-queue.ts';
import { PictureTally } from './picture-tally.ts';
import type { PresentGop } from './present-gop.ts';
import { STAMPED_BYTES, StampedPackets } from './stamped-packets.ts';

/** More than this never waits for one receiver: a whole GOP that it joins with, as it is kept. */
const QUEUE_MOST_BYTES = 8 * 1024 * 1024;
/** Nothing waits for longer than this: live video that comes later is of no use, and an SRT link has given it up by then. */
const QUEUE_MOST_NS = 2_000n * NS_PER_MS;
/** Who comes longer than this after a keyframe gets the next one: at the pace of a link, the rest would wait for too long. */
const JOIN_MOST_NS = QUEUE_MOST_NS;
/** A carrier that had no room is asked again after this: at 10 Mbit/s five packets have gone in this time. */
const RETRY_MS = 5;
/** No more is sent in one go, so that one who has much to catch up with holds up the others for a few milliseconds at most. */
const MOST_BYTES_AT_ONCE = 16 * STAMPED_BYTES;

/** What the stream of one receiver needs. */
export interface OutputStreamParts {
  readonly clock: Clock;
  /** What one who joins begins with. */
  readonly gop: PresentGop;
  readonly account: OutputAccount;
  /** Of earlier streams to the same receiver; absent: it is a new one. */
  readonly continuity?: Continuity;
  /** Nobody misses anything before it has a way: it is for one who has not called yet. */
  readonly isVacant?: boolean;
}

/** The way is broken, and closed. `carriedMs`: since the first of the video went this way; 0 where none did. */
type OnBreak = (failure: Failure, carriedMs: number) => void;

interface Connection {
  readonly carrier: Carrier;
  readonly onBreak: OnBreak;
  readonly gone: AbortController;
  isRetrying: boolean;
  /** When the first of the video went this way. */
  carriesSinceNs: bigint | undefined;
}

/**
 * The video as one receiver gets it: it begins with PAT, PMT and a keyframe after each opening, and has continuity counters
 * of its own. What does not get through in time is left out, picture by picture, up to the next keyframe, and counted. Time
 * never runs backwards in it: of a GOP that it has had a part of it gets no other part.
 */
export class OutputStream {
  readonly #queue = new PacketQueue();
  readonly #tally: PictureTally;
  #connection: Connection | undefined;
  /** `leaving`: up to the end of the picture that is on its way. */
  #mode: 'away' | 'joined' | 'leaving' = 'away';
  /** The last one that it has had a part of. */
  #gopNumber = 0;
  readonly #missed: MissedPictures;
  #missCause: MissCause;
  readonly #stamped: StampedPackets;
  /** Until it has caught up with the GOP that it has joined in the middle of. */
  #pace: JoinPace | undefined;

  constructor(private readonly parts: OutputStreamParts) {
    this.#missCause = parts.isVacant ? 'standby' : 'away';
    this.#tally = new PictureTally(parts.account);
    this.#missed = new MissedPictures(parts.account);
    this.#stamped = new StampedPackets(parts.continuity ?? new Continuity());
  }

  /** Whether any of the video has gone the way that is open. */
  get isCarrying(): boolean {
    return this.#connection?.carriesSinceNs !== undefined;
  }

  /** For how long video has gone the way that is open, in milliseconds; 0 where none has yet. */
  get carriedMs(): number {
    const sinceNs = this.#connection?.carriesSinceNs;
    return sinceNs === undefined ? 0 : inMs(this.parts.clock.nowNs() - sinceNs);
  }

  /** When the last picture came of those that are known to have got there, whichever way; undefined where none has. */
  get lastGotNs(): bigint | undefined {
    return this.#tally.lastGotNs;
  }

  /** The video goes this way from now on, at once where there is a GOP to join with, until it breaks. */
  connect(carrier: Carrier, onBreak: OnBreak): void {
    const gone = new AbortController();
    this.#missCause = 'away';
    this.#connection = { carrier, onBreak, gone, isRetrying: false, carriesSinceNs: undefined };
    this.#join();
  }

  /** The next piece of the video, which the present GOP has already. */
  deliver(chunk: Chunk): void {
    if (this.#mode === 'away') this.#miss(chunk);
    else if (this.#mode === 'leaving') this.#leave(chunk);
    else {
      this.#gopNumber = this.parts.gop.number;
      this.#enqueue(chunk);
      this.#pace?.came(chunk.packets.length);
    }
    this.#send();
    if (this.#isOverfull()) this.#cut();
  }

  /** To be called ten times a second: sees whether the way has broken. @returns figures, where it is a link */
  look(): LinkFigures | undefined {
    const carrier = this.#connection?.carrier;
    if (!carrier) return undefined;
    try {
      const figures = carrier.look();
      this.#tally.confirm(carrier.unconfirmedMs, this.parts.clock.nowNs());
      return figures;
    } catch (error) {
      this.#break(failureOf(error));
      return undefined;
    }
  }

  /** Nothing comes any more: hands on what waits, `limitMs` at the most, and closes the way. Never rejects. */
  async finish(limitMs: number): Promise<void> {
    const { clock } = this.parts;
    const deadlineNs = clock.nowNs() + BigInt(Math.ceil(limitMs)) * NS_PER_MS;
    this.#missed.skip();
    // Nothing comes behind what waits, and there is little time for it.
    this.#pace = undefined;
    while (this.#connection && this.#waits && clock.nowNs() < deadlineNs) {
      await sleepMs(clock, RETRY_MS, this.#connection.gone.signal);
    }
    const connection = this.#connection;
    if (!connection) return;
    connection.gone.abort();
    this.#connection = undefined;
    const isAllHanded = !this.#waits;
    await connection.carrier.finish(Math.max(0, Number((deadlineNs - clock.nowNs()) / NS_PER_MS)));
    this.#tally.finish(isAllHanded, clock.nowNs());
  }

  /** Whether anything waits to be sent. */
  get #waits(): boolean {
    return this.#waitingBytes > 0;
  }

  get #waitingBytes(): number {
    return this.#stamped.sizeBytes + this.#queue.sizeBytes;
  }

  /** The place of the first byte that waits. */
  get #place(): number {
    return this.#queue.begin - this.#stamped.sizeBytes;
  }

  /** @param isLive the present GOP has begun with what is being delivered */
  #join(isLive = false): void {
    const { gop, clock } = this.parts;
    if (!this.#connection || gop.number === this.#gopNumber || this.#isOverfull()) return;
    const { joinPoint } = gop;
    const nowNs = clock.nowNs();
    if (!joinPoint || nowNs - joinPoint.sinceNs > JOIN_MOST_NS) return;
    this.#mode = 'joined';
    this.#missCause = 'away';
    this.#gopNumber = gop.number;
    this.#pace = isLive ? undefined : new JoinPace(joinPoint, this.#queue.end, nowNs);
    this.#tally.beginGop(this.#queue.end, joinPoint, this.#missed.total);
    this.#missed.forget();
    this.#queue.push(joinPoint.tables, nowNs);
    for (const { packets } of joinPoint.chunks) this.#queue.push(packets, nowNs);
    this.#send();
  }

  #enqueue({ packets, pictures }: Chunk): void {
    const nowNs = this.parts.clock.nowNs();
    for (const { offsetBytes } of pictures) this.#tally.begin(this.#queue.end + offsetBytes, nowNs);
    this.#queue.push(packets, nowNs);
  }

  /** It is not for now: at a keyframe it becomes clear that what came before never will be. */
  #miss(chunk: Chunk): void {
    const { gop, account } = this.parts;
    const keyframe = lastKeyframe(chunk);
    const pictures = chunk.pictures.length;
    const present = keyframe ? pictures - chunk.pictures.indexOf(keyframe) : pictures;
    if (keyframe) {
      account.skip(this.#missCause, pictures - present);
      this.#missed.skip();
      this.#missed.add(this.#missCause, present);
    } else if (gop.number === this.#gopNumber) account.skip(this.#missCause, pictures);
    else this.#missed.add(this.#missCause, pictures);
    this.#join(keyframe !== undefined);
  }

  /** The picture that is on its way is still sent, to its end. */
  #leave(chunk: Chunk): void {
    const [next] = chunk.pictures;
    if (!next) return this.#enqueue(chunk);
    this.#enqueue({ packets: chunk.packets.subarray(0, next.offsetBytes), pictures: [] });
    this.#mode = 'away';
    this.#miss(chunkFrom(chunk, next));
  }

  #isOverfull(): boolean {
    if (!this.#waits) return false;
    const oldestNs = this.#stamped.sinceNs ?? this.#queue.oldestNs;
    const ageNs = oldestNs === undefined ? 0n : this.parts.clock.nowNs() - oldestNs;
    return ageNs > QUEUE_MOST_NS || this.#queue.sizeBytes > QUEUE_MOST_BYTES;
  }

  /** Throws away what waits, but for the rest of the picture that is on its way. */
  #cut(): void {
    if (this.#mode === 'away') return;
    this.#missCause = 'slow';
    const next = this.#tally.startFrom(this.#queue.begin);
    if (next !== undefined) {
      this.#mode = 'away';
      this.#tally.cut(next);
      this.#queue.cut(next);
    } else if (this.#queue.sizeBytes <= QUEUE_MOST_BYTES) this.#mode = 'leaving';
    else {
      // No picture is that large: whatever it is, memory has its bound.
      this.#mode = 'away';
      this.#tally.cutLast();
      this.#queue.cut(this.#queue.begin);
    }
  }

  #send(): void {
    const connection = this.#connection;
    if (!connection || !this.#waits) return;
    try {
      this.#sendTo(connection);
    } catch (error) {
      this.#break(failureOf(error));
      return;
    }
    if (!this.#waits) this.#pace = undefined;
    else if (!connection.isRetrying) void this.#retry(connection);
  }

  #sendTo(connection: Connection): void {
    const { carrier } = connection;
    const nowNs = this.parts.clock.nowNs();
    let leftBytes = Math.min(MOST_BYTES_AT_ONCE, this.#allowedBytes(nowNs));
    while (leftBytes > 0 && this.#stamped.fillFrom(this.#queue, leftBytes)) {
      const packets = this.#stamped.first(leftBytes);
      const sentBytes = carrier.send(packets);
      this.#stamped.sent(sentBytes);
      this.parts.account.sentBytes += sentBytes;
      leftBytes -= sentBytes;
      if (sentBytes > 0) connection.carriesSinceNs ??= nowNs;
      if (sentBytes < packets.length) break;
    }
    this.#tally.handed(this.#place, nowNs);
    this.#tally.confirm(carrier.unconfirmedMs, nowNs);
  }

  #allowedBytes(nowNs: bigint): number {
    return this.#pace?.allowedBytes(this.#place, this.#waitingBytes, nowNs) ?? Infinity;
  }

  async #retry(connection: Connection): Promise<void> {
    const { signal } = connection.gone;
    connection.isRetrying = true;
    while (this.#waits && !signal.aborted) {
      await sleepMs(this.parts.clock, RETRY_MS, signal);
      if (!signal.aborted) this.#send();
    }
    connection.isRetrying = false;
  }

  #break(failure: Failure): void {
    const connection = this.#connection;
    if (!connection) return;
    const { carriedMs } = this;
    this.#connection = undefined;
    this.#tally.lose(connection.carrier.unconfirmedMs, this.parts.clock.nowNs());
    this.#queue.cut(this.#queue.begin);
    this.#stamped.clear();
    this.#mode = 'away';
    this.#missCause = 'away';
    connection.gone.abort();
    connection.carrier.close();
    connection.onBreak(failure, carriedMs);
  }
}

/** Anything but a link that is broken is a fault of ours. */
function failureOf(error: unknown): Failure {
  if (error instanceof LinkError) return error.failure;
  throw error;
}
