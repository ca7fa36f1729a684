import { sleepMs, type Clock } from '../base/clock.ts';
import type { Emit, OutputEvent } from '../base/event.ts';
import type { Timeline } from '../mpegts/timeline.ts';
import type { Chunk } from './chunk.ts';
import type { Output } from './output.ts';
import { PresentGop } from './present-gop.ts';
import { VideoFeed, type FeedHow } from './video-feed.ts';

/** What the outputs have counted is told this often. */
const FIGURES_PERIOD_MS = 1_000;

/** The video of one encoder, on its way to the outputs. */
export interface Feed {
  /** Pictures that have been delivered. */
  readonly pictures: number;
  readonly sizeBytes: number;
  /** Resolves once all of it has been delivered, or the hub is closed. Rejects with what reading it rejects with. */
  readonly ended: Promise<void>;
}

/** What a hub needs. */
export interface HubParts {
  readonly clock: Clock;
  /** Goes on over several hubs. */
  readonly timeline: Timeline;
  readonly emit: Emit<OutputEvent>;
}

/**
 * Hands the video of a session, which comes from one encoder after the other, to every output as soon as it comes. It waits
 * for none of them.
 */
export class Hub {
  readonly #gop = new PresentGop();
  readonly #closed = new AbortController();
  #pictures = 0;
  #sizeBytes = 0;

  /** Opens the outputs, and tells of their figures from now on. */
  constructor(
    private readonly parts: HubParts,
    private readonly outputs: readonly Output[],
  ) {
    for (const output of outputs) output.open(this.#gop);
    void this.#tellFigures();
  }

  /** Pictures that have been delivered, of all encoders. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Of what has been delivered, of all encoders. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Delivers the video of one encoder to its end; that of the one before has ended.
   * @param video each piece in memory of its own, which belongs to the hub from then on
   */
  feed(video: AsyncIterable<Uint8Array>, how: FeedHow): Feed {
    const { clock, timeline } = this.parts;
    const feed = new VideoFeed(
      { clock, timeline, deliver: (chunk, tables) => this.#deliver(chunk, tables) },
      how,
    );
    const ended = this.#takeAll(feed, video);
    return {
      get pictures() {
        return feed.pictures;
      },
      get sizeBytes() {
        return feed.sizeBytes;
      },
      ended,
    };
  }

  /** No more comes: every output hands on what it still has, `limitMs` at the most, and ends. Never rejects. */
  async close(limitMs: number): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    await Promise.all(this.outputs.map((output) => output.close(limitMs)));
    this.#tellFiguresOnce();
  }

  #deliver(chunk: Chunk, tables: Uint8Array): void {
    this.#pictures += chunk.pictures.length;
    this.#sizeBytes += chunk.packets.length;
    this.#gop.add(chunk, tables, this.parts.clock.nowNs());
    for (const output of this.outputs) output.deliver(chunk);
  }

  async #takeAll(feed: VideoFeed, video: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of video) {
      if (this.#closed.signal.aborted) return;
      feed.take(bytes);
    }
  }

  async #tellFigures(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.#closed;
    for (;;) {
      await sleepMs(clock, FIGURES_PERIOD_MS, signal);
      if (signal.aborted) return;
      this.#tellFiguresOnce();
    }
  }

  #tellFiguresOnce(): void {
    for (const output of this.outputs) {
      this.parts.emit({ kind: 'output-figures', output: output.name, ...output.figures() });
    }
  }
}
