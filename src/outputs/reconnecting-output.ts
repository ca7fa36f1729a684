import { inMs, sleepMs, waitAtMost, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Emit, OutputEvent } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import type { LinkFigures, OutputState } from '../base/output-state.ts';
import type { Carrier, OpenCarrier } from './carrier.ts';
import type { Chunk } from './chunk.ts';
import { OutputAccount } from './output-account.ts';
import type { Output, OutputFigures, OutputReach } from './output.ts';
import { OutputStream } from './output-stream.ts';
import type { PresentGop } from './present-gop.ts';
import { ReachWatch, shownNs } from './reach-watch.ts';
import { HELD_MS, RetryRule, type Attempt } from './retry-rule.ts';

/** A way that has broken unnoticed is noticed within this. */
const LOOK_PERIOD_MS = 100;

/** What an output needs that is opened by us. */
export interface ReconnectingOutputParts {
  /** The destination in the form that may be shown. */
  readonly name: string;
  readonly clock: Clock;
  readonly emit: Emit<OutputEvent>;
  readonly open: OpenCarrier;
  /** It is said to stream once it has carried video for so long; 0 where the first of it says that all is well. */
  readonly settleMs: number;
  /** Puts into words what it means that it broke before that; absent where it means nothing. */
  readonly closedAtOnce?: (failure: Failure) => Failure;
  /** That of an earlier output of the same name; absent: a new one. */
  readonly account?: OutputAccount;
  /** Spreads the waits: as Math.random, which it is where it is left out. */
  readonly random?: () => number;
}

interface Held {
  readonly failure?: Failure;
  readonly carriedMs: number;
}

/** A link, a socket or a file: opened by us, and opened again for ever where it breaks. */
export class ReconnectingOutput implements Output {
  readonly name: string;
  readonly #account: OutputAccount;
  readonly #retryRule: RetryRule;
  readonly #stop = new AbortController();
  #stream: OutputStream | undefined;
  readonly #reachWatch: ReachWatch;
  /** Of the last connection: pictures that have arrived wait so long until they are shown. */
  #latencyMs = 0;
  #life: Promise<void> = Promise.resolve();
  #link: LinkFigures | undefined;
  /** For how long it has to carry video before that it streams is said; undefined once it is. */
  #settlesMs: number | undefined;
  /** The last one that was open broke soon: that the next one is open says nothing, but that it carries video does. */
  #isDoubtful = false;

  constructor(private readonly parts: ReconnectingOutputParts) {
    this.name = parts.name;
    this.#account = parts.account ?? new OutputAccount();
    this.#retryRule = new RetryRule(parts.random);
    this.#reachWatch = new ReachWatch(parts.clock.nowNs());
  }

  /** Begins to connect, and goes on with it until it is closed. */
  open(gop: PresentGop): void {
    const { clock } = this.parts;
    const account = this.#account;
    const stream = new OutputStream({ clock, gop, account, continuity: account.continuity });
    this.#stream = stream;
    this.#life = this.#live(stream);
  }

  deliver(chunk: Chunk): void {
    this.#stream?.deliver(chunk);
    this.#tellOnceSettled();
  }

  get reach(): OutputReach {
    return this.#reachWatch.reach;
  }

  figures(): OutputFigures {
    const { counts } = this.#account;
    return this.#link ? { counts, link: this.#link } : { counts };
  }

  async close(limitMs: number): Promise<void> {
    this.#stop.abort();
    await this.#stream?.finish(limitMs);
    await waitAtMost(this.parts.clock, limitMs, this.#life);
    this.#link = undefined;
    this.#noteGone();
    this.#tell({ kind: 'closed' });
  }

  async #live(stream: OutputStream): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { attempt, failure } = await this.#attempt(stream);
      if (signal.aborted || !failure) return;
      const retryMs = this.#retryRule.waitMs(attempt);
      if (attempt.kind === 'broken') this.#isDoubtful = attempt.heldMs < HELD_MS;
      this.#noteGone();
      this.#tell({ kind: 'failed', failure, retryMs });
      await sleepMs(this.parts.clock, retryMs, signal);
    }
  }

  /** @returns how it ended; without a failure where it was told to end */
  async #attempt(stream: OutputStream): Promise<{ attempt: Attempt; failure?: Failure }> {
    const { clock } = this.parts;
    const beginNs = clock.nowNs();
    this.#account.attempts += 1;
    this.#tell({ kind: 'connecting' });
    const opened = await this.#opened();
    const openNs = clock.nowNs();
    if ('failure' in opened) {
      return { attempt: { kind: 'not-opened', tookMs: inMs(openNs - beginNs) }, failure: opened.failure };
    }
    if (this.#stop.signal.aborted) {
      opened.carrier.close();
      return { attempt: { kind: 'broken', heldMs: 0 } };
    }
    const { failure, carriedMs } = await this.#hold(stream, opened.carrier);
    const attempt = { kind: 'broken', heldMs: carriedMs } as const;
    return failure ? { attempt, failure: this.#inWords(failure, inMs(clock.nowNs() - openNs)) } : { attempt };
  }

  async #opened(): Promise<{ carrier: Carrier } | { failure: Failure }> {
    try {
      return { carrier: await this.parts.open(this.#stop.signal) };
    } catch (error) {
      if (error instanceof LinkError) return { failure: error.failure };
      // Told to end, it may say so by whatever error it has.
      if (this.#stop.signal.aborted) return { failure: { code: 'link-other', text: 'it was given up' } };
      throw error;
    }
  }

  /** @returns why it has broken, and for how long it had carried video; no failure where it was told to end */
  async #hold(stream: OutputStream, carrier: Carrier): Promise<Held> {
    const { clock, settleMs } = this.parts;
    const broken = new AbortController();
    let held: Held = { carriedMs: 0 };
    const until = AbortSignal.any([this.#stop.signal, broken.signal]);
    this.#latencyMs = 0;
    this.#settlesMs = this.#isDoubtful ? Math.max(settleMs, HELD_MS) : settleMs;
    this.#reachWatch.settles();
    this.#tell({ kind: 'settling' });
    stream.connect(carrier, (failure, carriedMs) => {
      held = { failure, carriedMs };
      broken.abort();
    });
    while (!until.aborted) {
      this.#tellOnceSettled();
      await sleepMs(clock, LOOK_PERIOD_MS, until);
      if (!until.aborted) this.#link = stream.look();
      this.#latencyMs = this.#link?.latencyMs ?? this.#latencyMs;
    }
    this.#link = undefined;
    return held;
  }

  /** That it is open says nothing: it may be long until the keyframe that it waits for. */
  #tellOnceSettled(): void {
    const stream = this.#stream;
    if (this.#settlesMs === undefined || !stream?.isCarrying || stream.carriedMs < this.#settlesMs) return;
    this.#settlesMs = undefined;
    this.#reachWatch.streams();
    this.#tell({ kind: 'streaming' });
  }

  #noteGone(): void {
    if (this.reach.kind === 'gets') this.#reachWatch.broke(shownNs(this.#stream?.lastGotNs, this.#latencyMs));
    this.#reachWatch.gone();
  }

  #inWords(failure: Failure, openMs: number): Failure {
    const { closedAtOnce, settleMs } = this.parts;
    return closedAtOnce && openMs < settleMs ? closedAtOnce(failure) : failure;
  }

  #tell(state: OutputState): void {
    this.parts.emit({ kind: 'output-state', output: this.name, state });
  }
}
