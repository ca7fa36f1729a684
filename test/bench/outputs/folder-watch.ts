import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A file under one of its names. */
export interface NamedFile {
  readonly inode: number;
  readonly sizeBytes: number;
}

/** What a folder had at the most. */
export interface FolderPeak {
  readonly sizeBytes: number;
  /** Of a single file. */
  readonly fileBytes: number;
  readonly looks: number;
}

const NOTHING_SEEN: FolderPeak = { sizeBytes: 0, fileBytes: 0, looks: 0 };
/** A tenth of a second of video is a hundredth of a segment. */
const LOOK_PERIOD_MS = 20;
const SEGMENT = /\.ts(?:\.part)?$/;

/** @param files a file that has two names at this moment is there twice, and counts once */
export function peakWith(peak: FolderPeak, files: readonly NamedFile[]): FolderPeak {
  const sizes = [...new Map(files.map(({ inode, sizeBytes }) => [inode, sizeBytes])).values()];
  return {
    sizeBytes: Math.max(
      peak.sizeBytes,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    ),
    fileBytes: Math.max(peak.fileBytes, ...sizes),
    looks: peak.looks + 1,
  };
}

/** Looks all the time at the segments in a folder. */
export class FolderWatch implements Disposable {
  #peak = NOTHING_SEEN;
  readonly #timer: Timer;

  constructor(private readonly folder: string) {
    this.#timer = setInterval(() => this.#look(), LOOK_PERIOD_MS);
  }

  get peak(): FolderPeak {
    return this.#peak;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#peak = peakWith(this.#peak, segmentsIn(this.folder));
  }
}

function segmentsIn(folder: string): NamedFile[] {
  return readdirSync(folder)
    .filter((name) => SEGMENT.test(name))
    .flatMap((name) => {
      // It may have been deleted, or have got its final name, since its name was read.
      const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
      return found ? [{ inode: found.ino, sizeBytes: found.size }] : [];
    });
}
