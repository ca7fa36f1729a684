import type { OutputEvent } from '../../src/base/event.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { Carrier } from '../../src/outputs/carrier.ts';
import type { OutputAccount } from '../../src/outputs/output-account.ts';
import { ReconnectingOutput } from '../../src/outputs/reconnecting-output.ts';
import { ChunkMaker } from '../support/chunks.ts';
import { FakeCarrier, linkError } from '../support/fake-carrier.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

interface StageOptions {
  readonly settleMs?: number;
  readonly closedAtOnce?: (failure: Failure) => Failure;
  readonly account?: OutputAccount;
}

/** An output whose openings a test answers. */
export class ReconnectingStage {
  readonly clock = new FakeClock();
  readonly states: string[] = [];
  readonly video: ChunkMaker;
  readonly output: ReconnectingOutput;
  readonly #beginMs = this.clock.nowMs;
  readonly #answers: PromiseWithResolvers<Carrier>[] = [];
  signal: AbortSignal | undefined;

  constructor({ settleMs = 2_000, ...options }: StageOptions = {}) {
    this.output = new ReconnectingOutput({
      name: 'srt://there',
      clock: this.clock,
      emit: (event) => this.#note(event),
      open: (signal) => {
        this.signal = signal;
        const answer = Promise.withResolvers<Carrier>();
        this.#answers.push(answer);
        return answer.promise;
      },
      settleMs,
      random: () => 0,
      ...options,
    });
    this.video = new ChunkMaker((chunk) => this.output.deliver(chunk), this.clock);
    this.output.open(this.video.gop);
  }

  /** Since the stage began. */
  get passedMs(): number {
    return this.clock.nowMs - this.#beginMs;
  }

  async accept(): Promise<FakeCarrier> {
    const carrier = new FakeCarrier();
    this.#answers.shift()?.resolve(carrier);
    await settle();
    return carrier;
  }

  async refuse(error: unknown = linkError('refused')): Promise<void> {
    this.#answers.shift()?.reject(error);
    await settle();
  }

  async break(carrier: FakeCarrier, text = 'gone'): Promise<void> {
    carrier.failure = linkError(text);
    await this.clock.advanceMs(100);
  }

  /** What was told since this was last asked, with the time of it. */
  take(): string[] {
    return this.states.splice(0);
  }

  #note(event: OutputEvent): void {
    if (event.kind !== 'output-state') return;
    const { state } = event;
    const words = state.kind === 'failed' ? `: ${state.failure.text}, ${state.retryMs} ms` : '';
    this.states.push(`${this.clock.nowMs - this.#beginMs} ${state.kind}${words}`);
  }
}
