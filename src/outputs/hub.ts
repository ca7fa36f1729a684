import { sleepMs, waitAtMost, type Clock } from '../base/clock.ts';
import type { Emit, OutputEvent } from '../base/event.ts';
import { DRAIN_LIMIT_MS } from '../base/stop-budget.ts';
import type { SilentTrack } from '../mpegts/silent-track.ts';
import type { Timeline } from '../mpegts/timeline.ts';
import type { Chunk } from './chunk.ts';
import type { Output } from './output.ts';
import { PresentGop } from './present-gop.ts';
import { VideoFeed, type FeedHow } from './video-feed.ts';

/** What the outputs have counted is told this often. */
const FIGURES_PERIOD_MS = 1_000;
/** What a link still holds when it is not wanted any more has this long to arrive. */
const LEAVE_LIMIT_MS = DRAIN_LIMIT_MS;

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
  /** Goes with the video, over as many hubs as the timeline; absent: the video goes alone. */
  readonly silence?: SilentTrack | undefined;
  readonly emit: Emit<OutputEvent>;
}

/**
 * Hands the video of a session, which comes from one encoder after the other, to every output as soon as it comes. It waits
 * for none of them.
 */
export class Hub {
  readonly #gop = new PresentGop();
  readonly #closed = new AbortController();
  /** Those that there are to be. */
  #wanted: readonly Output[] = [];
  /** Those of them that are open. */
  #outputs: readonly Output[] = [];
  /** By name, those that hand on what they still have. Never rejects. */
  readonly #leaving = new Map<string, Promise<void>>();
  #pictures = 0;
  #sizeBytes = 0;

  /** Opens the outputs, and tells of their figures from now on. */
  constructor(
    private readonly parts: HubParts,
    outputs: readonly Output[],
  ) {
    this.change(outputs);
    void this.#tellFigures();
  }

  /** Nothing is handed on any more. */
  get isClosed(): boolean {
    return this.#closed.signal.aborted;
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
    const { clock, timeline, silence } = this.parts;
    const feed = new VideoFeed(
      { clock, timeline, silence, deliver: (chunk, tables) => this.#deliver(chunk, tables) },
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

  /**
   * The video goes to these from now on, which are new ones or some that it goes to already: those notice nothing. What is not
   * among them hands on what it still has, and ends; one of the same name begins after that.
   */
  change(outputs: readonly Output[]): void {
    if (this.isClosed) return;
    const before = this.#outputs;
    this.#wanted = outputs;
    this.#outputs = before.filter((output) => outputs.includes(output));
    for (const output of before) if (!outputs.includes(output)) this.#leave(output);
    for (const output of outputs) if (!before.includes(output)) this.#join(output);
  }

  /** No more comes: every output hands on what it still has, `limitMs` at the most, and ends. Never rejects. */
  async close(limitMs: number): Promise<void> {
    if (this.isClosed) return;
    this.#closed.abort();
    const { clock } = this.parts;
    const left = Array.from(this.#leaving.values(), (leaving) => waitAtMost(clock, limitMs, leaving));
    await Promise.all([...left, ...this.#outputs.map((output) => output.close(limitMs))]);
    this.#tellFiguresOnce();
  }

  #join(output: Output): void {
    const before = this.#leaving.get(output.name);
    if (before) return void this.#joinAfter(before, output);
    this.#outputs = [...this.#outputs, output];
    output.open(this.#gop);
  }

  async #joinAfter(before: Promise<void>, output: Output): Promise<void> {
    await before;
    const isWanted = !this.isClosed && this.#wanted.includes(output);
    if (isWanted && !this.#outputs.includes(output)) this.#join(output);
  }

  #leave(output: Output): void {
    this.#leaving.set(output.name, this.#left(output));
  }

  async #left(output: Output): Promise<void> {
    await output.close(LEAVE_LIMIT_MS);
    this.#tellFiguresOf(output);
    this.#leaving.delete(output.name);
  }

  #deliver(chunk: Chunk, tables: Uint8Array): void {
    this.#pictures += chunk.pictures.length;
    this.#sizeBytes += chunk.packets.length;
    this.#gop.add(chunk, tables, this.parts.clock.nowNs());
    for (const output of this.#outputs) output.deliver(chunk, tables);
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
    for (const output of this.#outputs) this.#tellFiguresOf(output);
  }

  #tellFiguresOf(output: Output): void {
    this.parts.emit({ kind: 'output-figures', output: output.name, ...output.figures() });
  }
}
