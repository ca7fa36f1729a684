import type { Continuity } from '../mpegts/continuity.ts';
import { PACKET_BYTES } from '../mpegts/packet.ts';
import type { PacketQueue } from './packet-queue.ts';

/** What is restamped at once: a multiple of seven packets, which is what fits into one datagram. */
export const STAMPED_BYTES = 48 * 7 * PACKET_BYTES;

/**
 * Packets out of a queue that have their continuity counters already, and go before all else: a part of them that were left
 * out would show in the counters.
 */
export class StampedPackets {
  readonly #room = new Uint8Array(STAMPED_BYTES);
  #begin = 0;
  #end = 0;
  #sinceNs = 0n;

  constructor(private readonly continuity: Continuity) {}

  get sizeBytes(): number {
    return this.#end - this.#begin;
  }

  /** When the first of them was put into the queue; undefined where none waits. */
  get sinceNs(): bigint | undefined {
    return this.#begin < this.#end ? this.#sinceNs : undefined;
  }

  /**
   * Takes what comes next out of the queue, unless some wait here. No more than may go now: what lies here is as old as its first.
   * @returns whether any wait here now
   */
  fillFrom(queue: PacketQueue, mostBytes: number): boolean {
    if (this.#begin < this.#end) return true;
    this.#sinceNs = queue.oldestNs ?? 0n;
    this.#begin = 0;
    this.#end = queue.takeInto(this.#room.subarray(0, mostBytes));
    this.continuity.restamp(this.#room.subarray(0, this.#end));
    return this.#end > 0;
  }

  /** The first of those that wait, so many bytes at the most; without a copy. */
  first(mostBytes: number): Uint8Array {
    return this.#room.subarray(this.#begin, Math.min(this.#end, this.#begin + mostBytes));
  }

  /** So many bytes of the first ones have gone. */
  sent(sizeBytes: number): void {
    this.#begin += sizeBytes;
  }

  /** Those that wait never go. */
  clear(): void {
    this.#begin = this.#end;
  }
}
