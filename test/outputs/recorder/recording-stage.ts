import type { OutputEvent } from '../../../src/base/event.ts';
import type { SkipCause } from '../../../src/base/output-state.ts';
import type { RecordWhen } from '../../../src/config/config.ts';
import { OutputAccount } from '../../../src/outputs/output-account.ts';
import type { Output, OutputReach } from '../../../src/outputs/output.ts';
import { RecordingOutput } from '../../../src/outputs/recorder/recording-output.ts';
import { ChunkMaker } from '../../support/chunks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { skippedIn } from '../stream-stage.ts';
import { FakeSegments } from './fake-segments.ts';

/** From one picture to the next. */
export const PERIOD_MS = 1_000 / 24;
/** What the clock of the machine shows when a stage begins. */
export const WALL_MS = Date.UTC(2026, 10, 24, 20, 33);

interface StageOptions {
  readonly when?: RecordWhen;
  readonly segmentMs?: number;
  readonly quotaBytes?: number;
  readonly account?: OutputAccount;
  readonly folder?: FakeSegments;
  readonly clock?: FakeClock;
  readonly gopPictures?: number;
  /** Of each picture. */
  readonly sizeBytes?: number;
}

/** A recorder on a disk in memory, with a video of 24 pictures a second and other outputs that a test decides on. */
export class RecordingStage {
  readonly clock: FakeClock;
  readonly folder: FakeSegments;
  readonly account: OutputAccount;
  readonly states: string[] = [];
  readonly events: OutputEvent[] = [];
  readonly output: RecordingOutput;
  readonly video: ChunkMaker;
  /** Of all outputs but this one. */
  others: readonly OutputReach[] | (() => readonly OutputReach[]) = [];
  /** Whether what is made goes to the recorder. */
  isDelivering = true;
  /** Other outputs that get the same video. */
  readonly alsoTo: Pick<Output, 'deliver'>[] = [];
  readonly #beginMs: number;
  readonly #gopPictures: number;
  readonly #sizeBytes: number;
  #pictures = 0;

  constructor(options: StageOptions = {}) {
    const { when = 'always', segmentMs = 60_000, gopPictures = 24, sizeBytes = 1_000, quotaBytes } = options;
    this.clock = options.clock ?? new FakeClock();
    this.folder = options.folder ?? new FakeSegments();
    this.account = options.account ?? new OutputAccount();
    this.#beginMs = this.clock.nowMs;
    this.#gopPictures = gopPictures;
    this.#sizeBytes = sizeBytes;
    this.output = new RecordingOutput({
      name: 'recordings',
      clock: this.clock,
      emit: (event) => this.#note(event),
      folder: this.folder,
      when,
      segmentMs,
      ...(quotaBytes !== undefined && { quotaBytes }),
      others: () => (typeof this.others === 'function' ? this.others() : this.others),
      wallMs: () => WALL_MS + this.passedMs,
      account: this.account,
    });
    this.video = new ChunkMaker((chunk, tables) => {
      if (this.isDelivering) this.output.deliver(chunk, tables);
      for (const other of this.alsoTo) other.deliver(chunk, tables);
    }, this.clock);
  }

  /** Begins its life; the others are what they are then. */
  open(others: OutputReach[] = []): this {
    this.others = others;
    this.output.open();
    return this;
  }

  /** Since the stage began. */
  get passedMs(): number {
    return this.clock.nowMs - this.#beginMs;
  }

  /** So many pictures, one a period. */
  async pictures(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      const isKeyframe = this.#pictures % this.#gopPictures === 0;
      this.video.picture({ isKeyframe, sizeBytes: this.#sizeBytes });
      this.#pictures += 1;
      await this.clock.advanceMs(PERIOD_MS);
    }
  }

  /** Nobody gets the video since the time of the picture that came last. */
  away(): OutputReach {
    const sinceNs = this.clock.nowNs() - BigInt(Math.round(PERIOD_MS * 1e6));
    return { kind: 'away', sinceNs, doubt: 'none' };
  }

  /** The first connection is on its way, since the stage began. */
  first(doubt: 'connecting' | 'settling'): OutputReach {
    return { kind: 'away', sinceNs: BigInt(Math.round(this.#beginMs * 1e6)), doubt };
  }

  async close(limitMs = 1_600): Promise<void> {
    const closed = this.output.close(limitMs);
    await this.clock.advanceMs(limitMs);
    await closed;
  }

  /** Of pictures: sent, and skipped by cause, but for those causes that there are none of. */
  get counts(): Partial<Record<SkipCause | 'sent', number>> {
    const { sentPictures, skipped } = this.output.figures().counts;
    const counts = Object.entries({ sent: sentPictures, ...skipped });
    return Object.fromEntries(counts.filter(([, pictures]) => pictures > 0));
  }

  /** Pictures of which it is known what became of them. */
  get known(): number {
    const { counts } = this.output.figures();
    return counts.sentPictures + skippedIn(counts);
  }

  /** What was told since this was last asked. */
  take(): string[] {
    return this.states.splice(0);
  }

  #note(event: OutputEvent): void {
    this.events.push(event);
    if (event.kind !== 'output-state') return;
    const { state } = event;
    this.states.push(
      state.kind === 'failed' ? `failed: ${state.failure.text}, ${state.retryMs}` : state.kind,
    );
  }
}

/** Numbers from the first one up to that before the last. */
export function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
