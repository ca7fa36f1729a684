import { copyFileSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SegmentFile } from './soak-disk.ts';

/** Of those that are there at the end so many are decoded, the last ones. */
const SAMPLE = 20;
/** Of those that come and go before it, the newest one so often: about every other one, and little of a core. */
const WATCH_PERIOD_MS = 4_000;

/** What was found in the folder at the end. */
export interface SegmentCheck {
  readonly finished: number;
  readonly unfinished: number;
  readonly decoded: number;
  /** What is wrong, in words. */
  readonly faults: readonly string[];
}

/** Decodes segments, each by itself and once, and keeps those that do not decode. */
export class SegmentDecoder {
  readonly #faults: string[] = [];
  readonly #decoded = new Set<string>();

  /** @param keepIn a folder that is there */
  constructor(private readonly keepIn: string) {}

  /** Decodes the newest one now and then, until it is told not to go on. */
  async watch(segments: () => readonly SegmentFile[], stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const newest = segments().findLast(({ isFinished }) => isFinished);
      if (newest) await this.#decode(newest.path);
      // The time between is what keeps this light: there is nothing to wait for.
      await Bun.sleep(WATCH_PERIOD_MS);
    }
  }

  /** Decodes the last ones of those that are left. @returns with what was found before */
  async check(segments: readonly SegmentFile[]): Promise<SegmentCheck> {
    const finished = segments.filter(({ isFinished }) => isFinished);
    for (const { path } of finished.slice(-SAMPLE)) await this.#decode(path);
    return {
      finished: finished.length,
      unfinished: segments.length - finished.length,
      decoded: this.#decoded.size,
      faults: this.#faults,
    };
  }

  async #decode(path: string): Promise<void> {
    if (this.#decoded.has(path)) return;
    const words = await decoderWords(path);
    // The recorder may have deleted it meanwhile, to make room.
    if (!existsSync(path)) return;
    this.#decoded.add(path);
    if (words === '') return;
    const kept = join(this.keepIn, basename(path));
    copyFileSync(path, kept);
    this.#faults.push(`${basename(path)} does not decode: ${words.split('\n', 1)[0]}; it is kept in ${kept}`);
  }
}

/** Empty where all is well. */
async function decoderWords(path: string): Promise<string> {
  const command = ['nice', 'ffmpeg', '-v', 'error', '-nostdin', '-xerror', '-i', path, '-f', 'null', '-'];
  const decoder = Bun.spawn(command, { stdio: ['ignore', 'ignore', 'pipe'] });
  const words = (await decoder.stderr.text()).trim();
  const status = await decoder.exited;
  return words === '' && status !== 0 ? `exit status ${status}` : words;
}
