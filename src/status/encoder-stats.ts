import type { Progress } from '../encoder/progress.ts';

/** What every ffmpeg since the start of the program has made. */
export interface EncoderCounts {
  readonly frames: number;
  readonly bytes: number;
}

/** Adds up the progress of one ffmpeg after another. */
export class EncoderStats {
  #counts: EncoderCounts = { frames: 0, bytes: 0 };
  #progress: Progress = { frames: 0 };

  get counts(): EncoderCounts {
    return this.#counts;
  }

  /** ffmpeg counts from its own start: another one is told by its starting lower again. */
  onProgress(progress: Progress): void {
    const before: Progress = progress.frames < this.#progress.frames ? { frames: 0 } : this.#progress;
    this.#counts = {
      frames: this.#counts.frames + progress.frames - before.frames,
      bytes: this.#counts.bytes + Math.max(0, (progress.sizeBytes ?? 0) - (before.sizeBytes ?? 0)),
    };
    this.#progress = progress;
  }
}
