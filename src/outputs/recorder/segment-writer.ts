import type { Clock } from '../../base/clock.ts';
import { PACKET_BYTES } from '../../mpegts/packet.ts';
import type { OutputAccount } from '../output-account.ts';
import type { RecordQueue } from './record-queue.ts';
import type { SegmentFile } from './segment-file.ts';
import type { SegmentFolder } from './segment-folder.ts';

/** What is written at once: 1 MiB of whole packets. */
const PIECE_BYTES = 5_577 * PACKET_BYTES;

/** What a recorder needs of the folder of its segments. */
export type SegmentStore = Pick<SegmentFolder, 'recover' | 'begin' | 'figures'>;

/** What writing needs. */
export interface SegmentWriterParts {
  readonly folder: SegmentStore;
  readonly queue: RecordQueue;
  readonly account: OutputAccount;
  readonly clock: Clock;
}

/** Writes what waits into segments, one after the other. Its methods are not called at once beside each other. */
export class SegmentWriter {
  #room: Uint8Array<ArrayBuffer> | undefined;
  /** The tables of a segment that has begun lie before its first picture, and are written with it: alone they are no video. */
  #tablesBytes = 0;
  #file: SegmentFile | undefined;

  constructor(private readonly parts: SegmentWriterParts) {}

  /** Whether a segment is open. */
  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** Writes what waits as it is called, so that a power cut costs nothing of it. Rejects with a `LinkError`. */
  async writeWaiting(): Promise<void> {
    const { queue, clock } = this.parts;
    const untilPlace = queue.end;
    if (!queue.isWaiting) return;
    const room = (this.#room ??= new Uint8Array(PIECE_BYTES));
    const next = () => queue.next(room.subarray(this.#tablesBytes), untilPlace);
    for (let step = next(); step; step = next()) {
      if (step.kind === 'packets')
        await this.#write(room.subarray(0, this.#tablesBytes + step.packets.length));
      else {
        await this.finish();
        if (step.kind === 'segment') await this.#begin(step.begin.came.wallMs, step.begin.tables, room);
      }
    }
    await this.#file?.sync();
    queue.written(clock.nowNs());
  }

  /** What has been written is all of its segment. Rejects with a `LinkError`. */
  async finish(): Promise<void> {
    await this.#file?.finish();
    this.#file = undefined;
    this.#tablesBytes = 0;
    this.parts.queue.writtenToEnd(this.parts.clock.nowNs());
  }

  /** After a failure: keeps of the segment what can be kept, and loses what waits. Never rejects. */
  async giveUp(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#tablesBytes = 0;
    this.parts.queue.lose(this.parts.clock.nowNs());
    await file?.abandon();
  }

  async #begin(wallMs: number, tables: Uint8Array, room: Uint8Array): Promise<void> {
    this.#file = await this.parts.folder.begin(wallMs);
    room.set(tables);
    this.#tablesBytes = tables.length;
  }

  /** Counters go on over all segments, so that they can be put together. */
  async #write(packets: Uint8Array): Promise<void> {
    const { account } = this.parts;
    account.continuity.restamp(packets);
    await this.#file?.write(packets);
    account.sentBytes += packets.length;
    this.#tablesBytes = 0;
  }
}
