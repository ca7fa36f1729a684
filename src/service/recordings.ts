import { LinkError } from '../base/errors.ts';
import type { Emit } from '../base/event.ts';
import { recoverSegments } from '../outputs/recorder/recover-segments.ts';
import { SegmentFolder } from '../outputs/recorder/segment-folder.ts';
import type { OutputsConfig } from './outputs.ts';

/** The folder with the recordings, for as long as the settings name the same one: longer than a session. */
export class Recordings {
  #folder: SegmentFolder | undefined;
  #madeBy: { readonly folder: string } | undefined;

  constructor(private readonly emit: Emit) {}

  /** Only where the settings name one. */
  get folder(): SegmentFolder {
    if (!this.#folder) throw new Error('there is no folder for recordings');
    return this.#folder;
  }

  /** These settings are in force. What an earlier run has left unfinished there is finished, whenever a frame comes. */
  configure({ source, output: { record } }: OutputsConfig): void {
    const madeBy = record && {
      folder: record.folder,
      instance: source.stream,
      ...(record.quotaBytes !== undefined && { quotaBytes: record.quotaBytes }),
    };
    if (Bun.deepEquals(madeBy, this.#madeBy)) return;
    // A disk that is away while the settings are read again is missed as before.
    const mountRoot = madeBy && madeBy.folder === this.#madeBy?.folder ? this.#folder?.mountRoot : undefined;
    this.#madeBy = madeBy;
    this.#folder = undefined;
    if (!madeBy) return;
    this.#folder = new SegmentFolder({ ...madeBy, mountRoot, wallMs: Date.now });
    void this.#recover(this.#folder, madeBy.folder);
  }

  async #recover(folder: SegmentFolder, name: string): Promise<void> {
    try {
      await recoverSegments({ folder, name, emit: this.emit });
    } catch (error) {
      // It is tried again, and told of, when the first segment is to be written.
      if (!(error instanceof LinkError)) throw error;
    }
  }
}
