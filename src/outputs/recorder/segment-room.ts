import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, LinkError, messageOf } from '../../base/errors.ts';
import { inMegabytes } from '../../base/megabytes.ts';
import type { DiskCalls } from './disk-calls.ts';
import { marginBytes, reserveBytes, type DiskSpace } from './disk-space.ts';
import type { SegmentLedger } from './segment-ledger.ts';

/**
 * Deleted at once for the quota, at the most: where it was made smaller, thousands may be too many, and the video
 * waits meanwhile. More than are written in the same time, so that it ends. The reserve of the disk knows no such
 * limit.
 */
const MOST_QUOTA_DELETIONS = 100;
/** Deletions that fail from one begin to the next; the others will fail for the same reason. */
const MOST_FAILED_DELETIONS = 8;

/** What making room needs. */
export interface SegmentRoomParts {
  readonly folder: string;
  readonly ledger: SegmentLedger;
  readonly quotaBytes?: number;
  readonly disk: Pick<DiskCalls, 'spaceOf'>;
}

/**
 * Deletes the oldest finished segments where more is to be written than there is room for, by the quota or on the
 * disk.
 */
export class SegmentRoom {
  #space: DiskSpace | undefined;
  /**
   * Freed, but not seen on the disk yet: a file that somebody reads (to fetch it) goes on taking its room, and some
   * file systems give it back in the background. Without it, all would be deleted while waiting.
   */
  #promisedBytes = 0;
  /**
   * What has to be free beyond the reserve, since there was no room the last time and nothing to delete. What was
   * recorded until then is kept meanwhile: or a disk that somebody else has filled would hold the last seconds, time
   * and again.
   */
  #marginBytes = 0;
  #deletedSegments = 0;
  #failedDeletions = 0;
  #lastError: unknown;

  constructor(private readonly parts: SegmentRoomParts) {}

  /** Those that it has deleted. */
  get deletedSegments(): number {
    return this.#deletedSegments;
  }

  /** As it was last seen. */
  get freeBytes(): number {
    return this.#space?.freeBytes ?? 0;
  }

  /** With a new segment, what could not be deleted is tried again, and what was promised is not believed any more. */
  beginAgain(): void {
    this.parts.ledger.unstick();
    this.#failedDeletions = 0;
    this.#promisedBytes = 0;
  }

  /** Rejects with a `LinkError` where there is no room and none can be made. */
  async make(sizeBytes: number): Promise<void> {
    await this.#keepQuota(sizeBytes);
    await this.#keepReserve(sizeBytes);
  }

  /** Where the disk says that it is full, whatever it said before. @returns whether a segment was deleted */
  async freeOne(): Promise<boolean> {
    return (await this.#deleteOldest()) !== undefined;
  }

  async #keepQuota(sizeBytes: number): Promise<void> {
    const { ledger, quotaBytes = Infinity } = this.parts;
    const isOver = () => ledger.sizeBytes + sizeBytes > quotaBytes;
    for (let deletions = 0; isOver() && deletions < MOST_QUOTA_DELETIONS; deletions += 1) {
      if ((await this.#deleteOldest()) === undefined) break;
    }
    // Where nothing is left to delete, the open one alone is larger than the quota, which it may be.
    if (isOver() && ledger.stuckCount > 0) throw this.#undeletable(quotaBytes);
  }

  async #keepReserve(sizeBytes: number): Promise<void> {
    let space = await this.look();
    // Some file systems do not tell: they say so by themselves when they are full.
    if (space.totalBytes === 0) return;
    const wantedBytes = reserveBytes(space) + Math.max(sizeBytes, this.#marginBytes);
    while (space.freeBytes + this.#promisedBytes < wantedBytes) {
      const freedBytes = this.#marginBytes > 0 ? undefined : await this.#deleteOldest();
      if (freedBytes === undefined) throw this.#noRoom(space, sizeBytes);
      this.#promisedBytes += freedBytes;
      space = await this.look();
    }
    this.#marginBytes = 0;
  }

  /** Looks how much room the disk has. */
  async look(): Promise<DiskSpace> {
    const beforeBytes = this.freeBytes;
    const space = await this.parts.disk.spaceOf(this.parts.folder);
    this.#space = space;
    const cameBytes = Math.max(0, space.freeBytes - beforeBytes);
    this.#promisedBytes = Math.max(0, this.#promisedBytes - cameBytes);
    return space;
  }

  /** @returns the room that it took on the disk; undefined where nothing can be deleted */
  async #deleteOldest(): Promise<number | undefined> {
    const { ledger } = this.parts;
    while (this.#failedDeletions < MOST_FAILED_DELETIONS) {
      const { oldest } = ledger;
      if (!oldest) return undefined;
      try {
        return await this.#delete(oldest.name);
      } catch (error) {
        this.#failedDeletions += 1;
        this.#lastError = error;
        ledger.stick(oldest.name);
      }
    }
    return undefined;
  }

  /**
   * One that is gone already, or that something else has taken the name of, gives no room, but is not ours to count
   * any more.
   */
  async #delete(name: string): Promise<number> {
    const path = join(this.parts.folder, name);
    try {
      const found = await lstat(path);
      if (found.isFile()) await unlink(path);
      this.parts.ledger.remove(name);
      if (!found.isFile()) return 0;
      this.#deletedSegments += 1;
      return found.nlink > 1 ? 0 : found.size;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      this.parts.ledger.remove(name);
      return 0;
    }
  }

  #undeletable(quotaBytes: number): LinkError {
    const reason = codeOf(this.#lastError) ?? messageOf(this.#lastError);
    const text =
      `the quota of ${inMegabytes(quotaBytes)} is used up, and old recordings cannot be deleted (${reason}): ` +
      'let this user delete in the folder, or delete some';
    return new LinkError({ code: 'file-permission', text }, { cause: this.#lastError });
  }

  #noRoom(space: DiskSpace, sizeBytes: number): LinkError {
    // Those that cannot be deleted now may be the next time.
    const hasMore = this.parts.ledger.stuckCount > 0;
    if (!hasMore) this.#marginBytes = Math.max(this.#marginBytes, marginBytes(space), sizeBytes);
    const text =
      `the disk has ${inMegabytes(space.freeBytes)} left, and ${inMegabytes(reserveBytes(space))} stay free: ` +
      'it goes on once there is room';
    return new LinkError({ code: 'file-reserve', text });
  }
}
