import { sleepMs, waitAtMost, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Emit, OutputEvent } from '../base/event.ts';
import type { LinkFigures, OutputState } from '../base/output-state.ts';
import type { Carrier, Listener } from './carrier.ts';
import type { Chunk } from './chunk.ts';
import { OutputAccount } from './output-account.ts';
import type { Output, OutputFigures } from './output.ts';
import { OutputStream } from './output-stream.ts';
import type { PresentGop } from './present-gop.ts';
import { RetryRule } from './retry-rule.ts';

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
  /** Binds the port. Throws a `LinkError` where that cannot be done. */
  readonly listen: () => Listener;
  /** That of an earlier output of the same name; absent: a new one. */
  readonly account?: OutputAccount;
  /** Spreads the waits: as Math.random, which it is where it is left out. */
  readonly random?: () => number;
}

interface Viewer {
  readonly stream: OutputStream;
  link: LinkFigures | undefined;
}

/** A port that viewers call, none or several at once: each gets the video on its own. Nobody there is no failure. */
export class ListeningOutput implements Output {
  readonly name: string;
  readonly #account: OutputAccount;
  readonly #retryRule: RetryRule;
  readonly #stop = new AbortController();
  readonly #viewers = new Set<Viewer>();
  #life: Promise<void> = Promise.resolve();
  #told: OutputState['kind'] | undefined;

  constructor(private readonly parts: ListeningOutputParts) {
    this.name = parts.name;
    this.#account = parts.account ?? new OutputAccount();
    this.#retryRule = new RetryRule(parts.random);
  }

  /** Begins to listen, and goes on with it until it is closed. */
  open(gop: PresentGop): void {
    this.#life = this.#live(gop);
  }

  deliver(chunk: Chunk): void {
    for (const { stream } of this.#viewers) stream.deliver(chunk);
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
    await Promise.all(Array.from(this.#viewers, ({ stream }) => stream.finish(limitMs)));
    await waitAtMost(this.parts.clock, limitMs, this.#life);
    this.#viewers.clear();
    this.#account.viewers = 0;
    this.#tell({ kind: 'closed' });
  }

  async #live(gop: PresentGop): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const beginNs = clock.nowNs();
      this.#account.attempts += 1;
      this.#tell({ kind: 'connecting' });
      try {
        await this.#listen(gop);
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        const heldMs = Number((clock.nowNs() - beginNs) / 1_000_000n);
        const retryMs = this.#retryRule.waitMs({ kind: 'broken', heldMs });
        this.#tell({ kind: 'failed', failure: error.failure, retryMs });
        await sleepMs(clock, retryMs, signal);
      }
    }
  }

  /** Until it is told to end. Throws a `LinkError` where it cannot listen any more. Viewers that are there stay. */
  async #listen(gop: PresentGop): Promise<void> {
    const listener = this.parts.listen();
    try {
      while (!this.#stop.signal.aborted) {
        for (const carrier of listener.accept()) this.#letIn(carrier, gop);
        for (const viewer of this.#viewers) viewer.link = viewer.stream.look();
        this.#tellOfViewers();
        await sleepMs(this.parts.clock, LOOK_PERIOD_MS, this.#stop.signal);
      }
    } finally {
      listener.close();
    }
  }

  #letIn(carrier: Carrier, gop: PresentGop): void {
    if (this.#viewers.size >= MOST_VIEWERS) return carrier.close();
    const { clock } = this.parts;
    const stream = new OutputStream({ clock, gop, account: this.#account });
    const viewer: Viewer = { stream, link: undefined };
    this.#viewers.add(viewer);
    stream.connect(carrier, () => this.#viewers.delete(viewer));
  }

  #tellOfViewers(): void {
    this.#account.viewers = this.#viewers.size;
    this.#tell({ kind: this.#viewers.size > 0 ? 'streaming' : 'listening' });
  }

  /** Each state is told once. */
  #tell(state: OutputState): void {
    if (state.kind === this.#told) return;
    this.#told = state.kind;
    this.parts.emit({ kind: 'output-state', output: this.name, state });
  }
}
