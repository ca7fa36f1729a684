import { unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/errors.ts';
import { PACKET_BYTES } from '../../mpegts/packet.ts';
import { recordingError } from '../file-failure.ts';
import type { DiskCalls } from './disk-calls.ts';
import { giveFinalName, isSame, syncFolder } from './segment-final-name.ts';
import type { SegmentNames } from './segment-name.ts';

/**
 * What the disk says when it is full although there was room by its own figures (a user's share of it, no more names,
 * somebody who was faster): so many segments are deleted for one write, at the most, before it is believed.
 */
export const MOST_FULL_TRIES = 4;

/**
 * One segment that is being written. Its methods are not called at once beside each other, and reject with a
 * `LinkError`.
 */
export interface SegmentFile {
  /** Where it is being written: the `.part`. */
  readonly path: string;
  /** What was written, in whole packets. */
  readonly sizeBytes: number;
  /** Writes whole packets. Makes room for them first: the oldest finished segments go. */
  write(packets: Uint8Array): Promise<void>;
  /**
   * Once it resolves, a power cut costs nothing of what was written before: fdatasync, which writes the size with the
   * content, and what else is needed to read it, but not the times. The first one writes out the folder, too, in
   * which its name is new (fsync(2)).
   */
  sync(): Promise<void>;
  /** It is whole: it gets its final name. One that nothing was written into is removed. */
  finish(): Promise<void>;
  /** Gives it up after a failure, keeping what can be kept, as far as that goes. Never rejects. */
  abandon(): Promise<void>;
}

/** What an open segment needs of the folder that it is in. */
export interface OpenSegmentParts {
  readonly folder: string;
  readonly partName: string;
  /** Open, and locked as far as that goes; it is closed in the end. */
  readonly handle: FileHandle;
  readonly names: SegmentNames;
  readonly disk: Pick<DiskCalls, 'linkAt'>;
  /** Makes room for what is to be written. Rejects with a `LinkError` where there is none. */
  readonly makeRoom: (sizeBytes: number) => Promise<void>;
  /** Where the disk is full after all. @returns whether a segment was deleted */
  readonly freeOne: () => Promise<boolean>;
  readonly onSize: (sizeBytes: number) => void;
  /** @param name the final one; undefined where nothing was in it, and it was removed */
  readonly onFinished: (name: string | undefined) => void;
  /** It is still there by the name that it was written by. */
  readonly onLeft: () => void;
  /** Rejects with a `LinkError` that says why the file is not where it was. */
  readonly explainLoss: () => Promise<never>;
}

/** A `.part` file, open. */
export class OpenSegment implements SegmentFile {
  readonly path: string;
  /** May end within a packet where a write has failed. */
  #writtenBytes = 0;
  #isNameSafe = false;
  #isClosed = false;

  constructor(private readonly parts: OpenSegmentParts) {
    this.path = join(parts.folder, parts.partName);
  }

  get sizeBytes(): number {
    return this.#writtenBytes - (this.#writtenBytes % PACKET_BYTES);
  }

  async write(packets: Uint8Array): Promise<void> {
    await said(async () => {
      await this.#needPlace();
      await this.parts.makeRoom(packets.length);
      await this.#writeAll(packets);
    });
  }

  async sync(): Promise<void> {
    await said(async () => {
      await this.parts.handle.datasync();
      if (this.#isNameSafe) return;
      await this.#needPlace();
      await syncFolder(this.parts.folder);
      this.#isNameSafe = true;
    });
  }

  async finish(): Promise<void> {
    await said(async () => {
      await this.#needPlace();
      if (this.sizeBytes > 0) await this.parts.handle.datasync();
      this.parts.onFinished(await this.#settled());
      await this.#close();
    });
  }

  async abandon(): Promise<void> {
    if (this.#isClosed) return;
    try {
      if (!(await isSame(this.parts.handle, this.path))) throw new Error('it has gone');
      this.parts.onFinished(await this.#settled());
    } catch {
      // Why is known from the failure before. It is finished later, where it is still there.
      this.parts.onLeft();
    }
    try {
      await this.#close();
    } catch {
      // A close that fails (NFS tells of a full disk then) closes the file all the same.
    }
  }

  async #writeAll(packets: Uint8Array): Promise<void> {
    let fullTries = 0;
    for (let doneBytes = 0; doneBytes < packets.length;) {
      try {
        const restBytes = packets.length - doneBytes;
        const { handle } = this.parts;
        const { bytesWritten } = await handle.write(packets, doneBytes, restBytes, this.#writtenBytes);
        doneBytes += bytesWritten;
        this.#writtenBytes += bytesWritten;
        this.parts.onSize(this.#writtenBytes);
      } catch (error) {
        fullTries += 1;
        if (!isFull(error) || fullTries > MOST_FULL_TRIES || !(await this.parts.freeOne())) throw error;
      }
    }
  }

  /** @returns its final name; undefined where it was empty, and is gone */
  async #settled(): Promise<string | undefined> {
    const { folder, partName, handle, names, disk } = this.parts;
    if (this.sizeBytes === 0) {
      await unlink(this.path);
      return undefined;
    }
    if (this.sizeBytes < this.#writtenBytes) {
      await handle.truncate(this.sizeBytes);
      this.#writtenBytes = this.sizeBytes;
      this.parts.onSize(this.#writtenBytes);
    }
    return giveFinalName({ folder, partName, handle, names, disk });
  }

  /** What is written into a file without a name is lost when it is closed. */
  async #needPlace(): Promise<void> {
    if (!(await isSame(this.parts.handle, this.path))) await this.parts.explainLoss();
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.parts.handle.close();
  }
}

/** Whether an error says that there is no room, be it on the disk or for this user. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Does something with the recordings, and puts into words what the system says of it. */
export async function said<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw recordingError(error);
  }
}
