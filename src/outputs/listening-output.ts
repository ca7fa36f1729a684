import { inMs, sleepMs, waitAtMost, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Emit, OutputEvent } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import type { LinkFigures, OutputState } from '../base/output-state.ts';
import type { Carrier, Listener, OpenListener } from './carrier.ts';
import type { Chunk } from './chunk.ts';
import { OutputAccount } from './output-account.ts';
import type { Output, OutputFigures, OutputReach } from './output.ts';
import { OutputStream } from './output-stream.ts';
import type { PresentGop } from './present-gop.ts';
import { ReachWatch, shownNs } from './reach-watch.ts';
import { RetryRule, type Attempt } from './retry-rule.ts';

/** Each costs the whole bit rate, and a queue; more calls are turned away. */
export const MOST_VIEWERS = 16;
/** Who calls is let in, and who has gone is noticed, within this. */
const LOOK_PERIOD_MS = 100;

/** What an output needs that viewers call. */
export interface ListeningOutputParts {
  /** The destination in the form that may be shown. */
  readonly name: string;
  readonly clock: Clock;
  readonly emit: Emit<OutputEvent>;
  readonly listen: OpenListener;
  /** It is said to stream once a viewer has held for so long. */
  readonly settleMs: number;
  /** That of an earlier output of the same name; absent: a new one. */
  readonly account?: OutputAccount;
  /** Spreads the waits: as Math.random, which it is where it is left out. */
  readonly random?: () => number;
}

interface Viewer {
  readonly stream: OutputStream;
  link: LinkFigures | undefined;
}

/**
 * A port that viewers call, none or several at once: each gets the video on its own. Nobody there is no failure. Each picture
 * counts once for each viewer who is there when it comes, or once where nobody is; so the counts are more than the pictures only
 * where several viewers were there at once.
 */
export class ListeningOutput implements Output {
  readonly name: string;
  readonly #account: OutputAccount;
  readonly #retryRule: RetryRule;
  readonly #stop = new AbortController();
  readonly #viewers = new Set<Viewer>();
  #life: Promise<void> = Promise.resolve();
  /** That of the next viewer, while nobody is there. */
  #vacant: OutputStream | undefined;
  readonly #reachWatch: ReachWatch;
  #isListening = false;
  #told: OutputState['kind'] | undefined;

  constructor(private readonly parts: ListeningOutputParts) {
    this.name = parts.name;
    this.#account = parts.account ?? new OutputAccount();
    this.#retryRule = new RetryRule(parts.random);
    this.#reachWatch = new ReachWatch(parts.clock.nowNs());
  }

  /** Begins to listen, and goes on with it until it is closed. */
  open(gop: PresentGop): void {
    this.#vacant = this.#newStream(gop);
    this.#life = Promise.all([this.#lookAfterViewers(), this.#live(gop)]).then(() => undefined);
  }

  deliver(chunk: Chunk): void {
    // One who goes meanwhile has had it: it is not for whoever comes next.
    const streams = this.#vacant ? [this.#vacant] : Array.from(this.#viewers, ({ stream }) => stream);
    for (const stream of streams) stream.deliver(chunk);
  }

  get reach(): OutputReach {
    return this.#reachWatch.reach;
  }

  /** Of several links the one that is worst off is told of. */
  figures(): OutputFigures {
    const { counts } = this.#account;
    let worst: LinkFigures | undefined;
    for (const { link } of this.#viewers) {
      if (link && (!worst || link.bufferMs > worst.bufferMs)) worst = link;
    }
    return worst ? { counts, link: worst } : { counts };
  }

  async close(limitMs: number): Promise<void> {
    this.#stop.abort();
    const viewers = Array.from(this.#viewers, ({ stream }) => stream.finish(limitMs));
    await Promise.all([...viewers, this.#vacant?.finish(limitMs)]);
    await waitAtMost(this.parts.clock, limitMs, this.#life);
    this.#viewers.clear();
    this.#account.viewers = 0;
    this.#reachWatch.gone();
    this.#tell({ kind: 'closed' });
  }

  /** Those that are there stay also where the port is not open for now. */
  async #lookAfterViewers(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for (const viewer of this.#viewers) viewer.link = viewer.stream.look();
      this.#tellOfViewers();
      await sleepMs(this.parts.clock, LOOK_PERIOD_MS, signal);
    }
  }

  async #live(gop: PresentGop): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#account.attempts += 1;
      this.#tell({ kind: 'connecting' });
      const ended = await this.#attempt(gop);
      if (signal.aborted || !ended) return;
      const retryMs = this.#retryRule.waitMs(ended.attempt);
      this.#tell({ kind: 'failed', failure: ended.failure, retryMs });
      await sleepMs(this.parts.clock, retryMs, signal);
    }
  }

  /** @returns how it ended; nothing where it was told to end */
  async #attempt(gop: PresentGop): Promise<{ attempt: Attempt; failure: Failure } | undefined> {
    const { clock, listen } = this.parts;
    const beginNs = clock.nowNs();
    let openNs: bigint | undefined;
    try {
      const listener = await listen(this.#stop.signal);
      openNs = clock.nowNs();
      await this.#letInFrom(listener, gop);
      return undefined;
    } catch (error) {
      // Told to end, it may say so by whatever error it has.
      if (this.#stop.signal.aborted) return undefined;
      if (!(error instanceof LinkError)) throw error;
      const attempt: Attempt =
        openNs === undefined
          ? { kind: 'not-opened', tookMs: inMs(clock.nowNs() - beginNs) }
          : { kind: 'broken', heldMs: inMs(clock.nowNs() - openNs) };
      return { attempt, failure: error.failure };
    }
  }

  /** Until it is told to end. Throws a `LinkError` where nobody can be let in any more. */
  async #letInFrom(listener: Listener, gop: PresentGop): Promise<void> {
    const { signal } = this.#stop;
    this.#isListening = true;
    this.#tellOfViewers();
    try {
      while (!signal.aborted) {
        for (const carrier of listener.accept()) this.#letIn(carrier, gop);
        this.#tellOfViewers();
        await sleepMs(this.parts.clock, LOOK_PERIOD_MS, signal);
      }
    } finally {
      this.#isListening = false;
      listener.close();
    }
  }

  #letIn(carrier: Carrier, gop: PresentGop): void {
    if (this.#viewers.size >= MOST_VIEWERS) return this.#turnAway(carrier);
    const stream = this.#vacant ?? this.#newStream(gop);
    this.#vacant = undefined;
    const viewer: Viewer = { stream, link: undefined };
    this.#viewers.add(viewer);
    stream.connect(carrier, (_failure, carriedMs) => this.#letGo(viewer, carriedMs, gop));
  }

  #letGo(viewer: Viewer, carriedMs: number, gop: PresentGop): void {
    const { stream } = viewer;
    this.#viewers.delete(viewer);
    // It has no way any more: this counts what it missed, at once.
    void stream.finish(0);
    if (carriedMs >= this.parts.settleMs)
      this.#reachWatch.broke(shownNs(stream.lastGotNs, viewer.link?.latencyMs ?? 0));
    if (this.#viewers.size === 0) this.#vacant = this.#newStream(gop);
    this.#noteReach();
  }

  #newStream(gop: PresentGop): OutputStream {
    const { clock } = this.parts;
    return new OutputStream({ clock, gop, account: this.#account, isVacant: true });
  }

  #turnAway(carrier: Carrier): void {
    carrier.close();
    this.parts.emit({ kind: 'viewer-turned-away', output: this.name, viewers: this.#viewers.size });
  }

  #tellOfViewers(): void {
    this.#account.viewers = this.#viewers.size;
    this.#noteReach();
    if (!this.#isListening || this.#stop.signal.aborted) return;
    if (this.#viewers.size === 0) this.#tell({ kind: 'listening' });
    else this.#tell({ kind: this.#hasSettled() ? 'streaming' : 'settling' });
  }

  #noteReach(): void {
    if (this.#viewers.size === 0) this.#reachWatch.gone();
    else if (this.#hasSettled()) this.#reachWatch.streams();
    else this.#reachWatch.settles();
  }

  #hasSettled(): boolean {
    return [...this.#viewers].some(
      ({ stream }) => stream.isCarrying && stream.carriedMs >= this.parts.settleMs,
    );
  }

  /** Each state is told once. */
  #tell(state: OutputState): void {
    if (state.kind === this.#told) return;
    this.#told = state.kind;
    this.parts.emit({ kind: 'output-state', output: this.name, state });
  }
}
