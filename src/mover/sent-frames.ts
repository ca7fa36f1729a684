import { NS_PER_MS } from '../base/clock.ts';
import type { Loss } from '../base/counts.ts';

/** As many frames are remembered as go out in 17 s at 240 a second: longer than a dead link or encoder goes unnoticed. */
const MOST_FRAMES = 4_096;

/** Remembers which frames that went to one ffmpeg were new and when they were sent, so that what was lost can be counted afterwards. */
export class SentFrames {
  readonly #sentNs = new BigInt64Array(MOST_FRAMES);
  readonly #isNew = new Uint8Array(MOST_FRAMES);
  #count = 0;

  /** Those for another ffmpeg begin. */
  begin(): void {
    this.#count = 0;
  }

  /** A tick has handed over its frame. */
  onSent(isNew: boolean, nowNs: bigint): void {
    const place = this.#count % MOST_FRAMES;
    this.#sentNs[place] = nowNs;
    this.#isNew[place] = Number(isNew);
    this.#count += 1;
  }

  /** How many new frames of these did not arrive, or only perhaps; each counts once. */
  lose({ encodedFrames, unnoticedMs }: Loss, nowNs: bigint): number {
    const aliveNs = nowNs - BigInt(unnoticedMs) * NS_PER_MS;
    let lost = 0;
    for (let index = Math.max(0, this.#count - MOST_FRAMES); index < this.#count; index += 1) {
      const place = index % MOST_FRAMES;
      const isLost = index >= encodedFrames || (this.#sentNs[place] ?? 0n) > aliveNs;
      if (isLost) lost += this.#isNew[place] ?? 0;
    }
    this.#count = 0;
    return lost;
  }
}
