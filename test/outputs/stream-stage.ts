import type { Failure } from '../../src/base/failure.ts';
import { SKIP_CAUSES, type OutputCounts, type SkipCause } from '../../src/base/output-state.ts';
import { OutputAccount } from '../../src/outputs/output-account.ts';
import { OutputStream } from '../../src/outputs/output-stream.ts';
import { ChunkMaker } from '../support/chunks.ts';
import { FakeCarrier } from '../support/fake-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { picturesIn, readStream } from '../support/ts-packets.ts';

/** The stream of one receiver, with a clock and a video that a test turns on. */
export class StreamStage {
  readonly clock = new FakeClock();
  readonly account = new OutputAccount();
  readonly failures: Failure[] = [];
  readonly video: ChunkMaker;
  readonly stream: OutputStream;

  constructor() {
    this.video = new ChunkMaker((chunk) => this.stream.deliver(chunk), this.clock);
    this.stream = new OutputStream({ clock: this.clock, gop: this.video.gop, account: this.account });
  }

  connect(carrier = new FakeCarrier()): FakeCarrier {
    this.stream.connect(carrier, (failure) => this.failures.push(failure));
    return carrier;
  }

  get counts(): { sent: number; skipped: number } {
    return { sent: this.account.sentPictures, skipped: skippedIn(this.account) };
  }

  /** Causes for which any were skipped. */
  get causes(): Partial<Record<SkipCause, number>> {
    return Object.fromEntries(Object.entries(this.account.skipped).filter(([, pictures]) => pictures > 0));
  }
}

/** The numbers of the pictures that a receiver got whole; throws where a counter is missing. */
export function numbers(carrier: FakeCarrier): number[] {
  return picturesIn(carrier.received)
    .filter(({ isWhole }) => isWhole)
    .map(({ number }) => number);
}

/** What the stream of a receiver begins with: `true` for a keyframe. */
export function opening(carrier: FakeCarrier): unknown[] {
  return readStream(carrier.received)
    .slice(0, 3)
    .map((one) => (one.kind === 'picture' ? one.isKeyframe : one.kind));
}

/** Pictures that were skipped, for whatever cause. */
export function skippedIn({ skipped }: Pick<OutputCounts, 'skipped'>): number {
  return SKIP_CAUSES.reduce((sum, cause) => sum + skipped[cause], 0);
}
