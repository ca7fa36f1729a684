import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { codeOf, LinkError } from '../../base/errors.ts';
import type { RecordingFigures } from '../../base/output-state.ts';
import { recordingError } from '../file-failure.ts';
import { diskCalls, type DiskCalls } from './disk-calls.ts';
import { isMounted, mountRootOf } from './mount-point.ts';
import { isFull, MOST_FULL_TRIES, OpenSegment, said, type SegmentFile } from './segment-file.ts';
import { isSame, isThere, takenError } from './segment-final-name.ts';
import { SegmentLedger } from './segment-ledger.ts';
import { freeBeginMs, PART_SUFFIX, segmentNames, type SegmentNames } from './segment-name.ts';
import { recoverSegment } from './segment-recovery.ts';
import { SegmentRoom } from './segment-room.ts';

/** What the folder of a recorder needs. */
export interface SegmentFolderParts {
  /** As it was given: one without a `/` before it lies in the working directory, and is made there. */
  readonly folder: string;
  /** The name of the Redis stream. */
  readonly instance: string;
  /** All segments of this recorder together; absent = what the disk has room for. */
  readonly quotaBytes?: number;
  /** The clock of the machine, in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Where its file system is mounted, as far as that is known: it may be away now. */
  readonly mountRoot?: string | undefined;
  /** Only a test hands in another one. */
  readonly disk?: DiskCalls;
}

const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
/** The video is for the user and the group, and nobody else. */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;
/** Names that others were faster with. Two programs write one each in a minute, so that one more is a rarity. */
const MOST_LOST_RACES = 20;
/**
 * How far to look for a second that no segment has: as many as one-second segments of a day, over which the clock may
 * have been set back.
 */
const MOST_TAKEN_SECONDS = 86_400;
const MS_PER_SECOND = 1_000;

/**
 * The segments of one recorder in one folder. Its methods are not called at once beside each other, nor beside those
 * of the segment that it has opened: a disk that hangs then holds one thread of the runtime's pool, and not all of
 * them. They reject with a `LinkError`.
 *
 * Its own are regular files with a name of its own; nothing else is ever deleted, renamed or cut.
 */
export class SegmentFolder {
  readonly #path: string;
  readonly #disk: DiskCalls;
  readonly #names: SegmentNames;
  readonly #ledger = new SegmentLedger();
  readonly #room: SegmentRoom;
  /** Those that it gave up and could not finish; they are finished when the folder is there again. */
  readonly #left = new Set<string>();
  /** Where the file system of the folder is mounted, since it was first seen. */
  mountRoot: string | undefined;
  /** Device and number of the folder that was looked into: another one has other files by the same names. */
  #identity: string | undefined;

  constructor(private readonly parts: SegmentFolderParts) {
    this.#path = resolve(parts.folder);
    this.mountRoot = parts.mountRoot;
    this.#disk = parts.disk ?? diskCalls;
    this.#names = segmentNames(parts.instance);
    this.#room = new SegmentRoom({ ...parts, folder: this.#path, ledger: this.#ledger, disk: this.#disk });
  }

  /**
   * Finishes what earlier runs have left unfinished and nobody writes. One that cannot be finished stays as it is.
   * @returns how many were kept
   */
  recover(): Promise<number> {
    return said(async () => {
      const listed = await this.#listing();
      let finishedCount = 0;
      for (const name of listed.toSorted()) {
        if (name.endsWith(PART_SUFFIX) && this.#names.read(name) && (await this.#isRecovered(name)))
          finishedCount += 1;
      }
      await this.#look();
      return finishedCount;
    });
  }

  /** Looks into the folder, makes room, reserves a name by the time of its first picture, opens it. */
  begin(firstPictureMs: number): Promise<SegmentFile> {
    return said(async () => {
      await this.#finishLeft();
      const present = await this.#look();
      this.#room.beginAgain();
      await this.#room.make(0);
      return this.#reserved(Number.isFinite(firstPictureMs) ? firstPictureMs : this.parts.wallMs(), present);
    });
  }

  /** As they were at its last turn. Undefined before it has looked into its folder. */
  get figures(): RecordingFigures | undefined {
    if (this.#identity === undefined) return undefined;
    const { count, sizeBytes, firstName } = this.#ledger;
    const oldestMs = firstName === undefined ? undefined : this.#names.read(firstName)?.beginMs;
    const { deletedSegments, freeBytes } = this.#room;
    const figures = { segments: count, sizeBytes, deletedSegments, freeBytes };
    return oldestMs === undefined ? figures : { ...figures, oldestMs };
  }

  /**
   * What it gave up and is still in the folder; what is not there, though the folder is, is nobody's concern any
   * more.
   */
  async #finishLeft(): Promise<void> {
    if (this.#left.size === 0) return;
    const present = new Set(await this.#listing());
    for (const name of this.#left) {
      if (!present.has(name) || (await this.#isRecovered(name))) this.#left.delete(name);
    }
  }

  async #isRecovered(name: string): Promise<boolean> {
    try {
      const { wallMs } = this.parts;
      const parts = { folder: this.#path, names: this.#names, wallMs, disk: this.#disk };
      return (await recoverSegment(name, parts)) === 'finished';
    } catch (error) {
      // One bad file must not keep the others from being finished, nor a new one from being written.
      if (recordingError(error) instanceof LinkError) return false;
      throw error;
    }
  }

  /** What is in the folder. One in the working directory is made where it is missing. */
  async #listing(): Promise<readonly string[]> {
    await this.#needMount();
    const listed = await this.#readOrMade();
    this.mountRoot ??= await mountRootOf(this.#path);
    return listed;
  }

  async #readOrMade(): Promise<readonly string[]> {
    try {
      return await readdir(this.#path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || isAbsolute(this.parts.folder)) throw error;
      await mkdir(this.#path, { recursive: true, mode: FOLDER_MODE });
      return [];
    }
  }

  /**
   * What is written below a mount point without its disk fills the disk of the system, and is not seen once the other
   * is back.
   */
  async #needMount(): Promise<void> {
    if (this.mountRoot === undefined || (await isMounted(this.mountRoot))) return;
    const text = `nothing is mounted at ${this.mountRoot} any more: it goes on once its disk is back`;
    throw new LinkError({ code: 'file-not-mounted', text });
  }

  /**
   * Brings what is known of the folder up to date. Only names that are not known are looked at (lstat), and those
   * that somebody writes: 30,000 segments are as quick as the folder is read.
   * @returns all names in it
   */
  async #look(): Promise<ReadonlySet<string>> {
    const listed = await this.#listing();
    const present = new Set(listed);
    const { dev, ino } = await stat(this.#path);
    const identity = `${dev}:${ino}`;
    this.#ledger.keepOnly((name) => present.has(name));
    const isOther = identity !== this.#identity;
    for (const { name } of isOther ? this.#ledger.all : this.#ledger.parts) await this.#take(name);
    const fresh = listed.filter((name) => !this.#ledger.has(name) && this.#names.read(name));
    for (const name of fresh.toSorted()) await this.#take(name);
    await this.#room.look();
    this.#identity = identity;
    return present;
  }

  /** Takes one of its names into account, unless it is no regular file. */
  async #take(name: string): Promise<void> {
    try {
      const found = await lstat(join(this.#path, name));
      if (found.isFile()) {
        this.#ledger.put({ name, sizeBytes: found.size, isPart: name.endsWith(PART_SUFFIX) });
        return;
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    this.#ledger.remove(name);
  }

  async #reserved(firstPictureMs: number, present: ReadonlySet<string>): Promise<SegmentFile> {
    let fromMs = firstPictureMs;
    for (let races = 0; races <= MOST_LOST_RACES; races += 1) {
      const isTaken = (name: string) => present.has(name);
      const beginMs = freeBeginMs(this.#names, fromMs, MOST_TAKEN_SECONDS, isTaken);
      if (beginMs === undefined) break;
      const segment = await this.#opened(this.#names.at(beginMs));
      if (segment) return segment;
      fromMs = beginMs + MS_PER_SECOND;
    }
    throw takenError(join(this.#path, this.#names.at(firstPictureMs)));
  }

  /** @returns undefined where somebody else was faster */
  async #opened(finalName: string): Promise<SegmentFile | undefined> {
    const partName = finalName + PART_SUFFIX;
    const handle = await this.#made(join(this.#path, partName));
    if (!handle) return undefined;
    try {
      if (await this.#isOurs(handle, finalName)) return this.#segment(partName, handle);
    } catch (error) {
      await this.#leave(partName, handle);
      throw error;
    }
    await this.#leave(partName, handle);
    return undefined;
  }

  /** Where its disk has gone right after it was made, it is there again with that. */
  async #leave(partName: string, handle: FileHandle): Promise<void> {
    this.#left.add(partName);
    await handle.close();
  }

  /** Fails where anything has the name by now, a link that leads nowhere, too (O_CREAT | O_EXCL). */
  async #made(path: string): Promise<FileHandle | undefined> {
    for (let fullTries = 0; ; fullTries += 1) {
      try {
        return await open(path, NEW_FILE, FILE_MODE);
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return undefined;
        // A disk may have room and no more names.
        if (!isFull(error) || fullTries >= MOST_FULL_TRIES || !(await this.#room.freeOne())) throw error;
      }
    }
  }

  /**
   * Between the making and the lock another program may have taken it for one that was left, and removed it; and
   * before the making it may have given the final name to its own.
   */
  async #isOurs(handle: FileHandle, finalName: string): Promise<boolean> {
    const path = join(this.#path, finalName + PART_SUFFIX);
    if (this.#disk.lockFile(handle.fd) === 'elsewhere' || !(await isSame(handle, path))) return false;
    await this.#needMountFor(handle, path);
    if (!(await isThere(join(this.#path, finalName)))) return true;
    await unlink(path);
    return false;
  }

  /** The disk may have gone since it was looked for: what was made below its mount point does not stay there. */
  async #needMountFor(handle: FileHandle, path: string): Promise<void> {
    try {
      await this.#needMount();
    } catch (error) {
      if (await isSame(handle, path)) await unlink(path);
      throw error;
    }
  }

  #segment(partName: string, handle: FileHandle): SegmentFile {
    const [room, ledger] = [this.#room, this.#ledger];
    let sizeBytes = 0;
    const onSize = (newBytes: number) => {
      sizeBytes = newBytes;
      ledger.put({ name: partName, sizeBytes, isPart: true });
    };
    onSize(0);
    return new OpenSegment({
      folder: this.#path,
      partName,
      handle,
      names: this.#names,
      disk: this.#disk,
      makeRoom: (moreBytes) => room.make(moreBytes),
      freeOne: () => room.freeOne(),
      onSize,
      onFinished: (name) => {
        ledger.remove(partName);
        if (name !== undefined) ledger.put({ name, sizeBytes, isPart: false });
      },
      onLeft: () => void this.#left.add(partName),
      explainLoss: () => this.#explainLoss(),
    });
  }

  async #explainLoss(): Promise<never> {
    await this.#needMount();
    await stat(this.#path);
    const text = 'the segment that was being written was removed or renamed by somebody else';
    throw new LinkError({ code: 'file-other', text });
  }
}
