import { describe, expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import type { Carrier } from '../../src/outputs/carrier.ts';
import { ListeningOutput } from '../../src/outputs/listening-output.ts';
import type { OutputReach, ReachDoubt } from '../../src/outputs/output.ts';
import { PresentGop } from '../../src/outputs/present-gop.ts';
import { ReconnectingOutput } from '../../src/outputs/reconnecting-output.ts';
import { ChunkMaker } from '../support/chunks.ts';
import { FakeCarrier, FakeListener, linkError } from '../support/fake-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ReconnectingStage } from './reconnecting-stage.ts';
import { skippedIn } from './stream-stage.ts';

const SETTLE_MS = 2_000;

function awaySince(stage: ReconnectingStage, sinceMs: number, doubt: ReachDoubt = 'none'): OutputReach {
  const nowMs = BigInt(stage.clock.nowMs);
  return {
    kind: 'away',
    doubt,
    sinceNs: (nowMs - BigInt(stage.passedMs) + BigInt(sinceMs)) * NS_PER_MS,
  };
}

async function feed(stage: ReconnectingStage, durationMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += 50) {
    stage.video.picture({ isKeyframe: passedMs === 0 });
    await stage.clock.advanceMs(50);
  }
}

describe('an output that is opened by us', () => {
  test('may be good until its first connection fails; it is away since it was opened', async () => {
    const stage = new ReconnectingStage();
    expect(stage.output.reach).toEqual(awaySince(stage, 0, 'connecting'));
    await stage.clock.advanceMs(700);
    await stage.refuse();
    expect(stage.output.reach).toEqual(awaySince(stage, 0));
    await stage.clock.advanceMs(1_250);
    // It is tried again, which says nothing.
    expect(stage.output.reach).toEqual(awaySince(stage, 0));
    await stage.accept();
    expect(stage.output.reach).toEqual(awaySince(stage, 0));
    await feed(stage, SETTLE_MS + 100);
    expect(stage.output.reach).toEqual({ kind: 'gets' });
  });

  test('is away since the last picture that is known to have got there', async () => {
    const stage = new ReconnectingStage();
    const carrier = await stage.accept();
    carrier.unconfirmedMs = 300;
    await feed(stage, 3_000);
    await stage.break(carrier);
    // It broke at 3,100 ms: what was handed on whole by 2,800 ms has arrived, the picture that came at 2,750 ms the last one.
    expect(stage.output.reach).toEqual(awaySince(stage, 2_750));
  });

  test('is away since a picture came, not since it was handed on: the way may have had no room', async () => {
    const stage = new ReconnectingStage();
    const carrier = await stage.accept();
    await feed(stage, 3_000);
    carrier.roomBytes = 0;
    await feed(stage, 1_000);
    carrier.roomBytes = 188 * 9;
    await stage.clock.advanceMs(5);
    await stage.break(carrier);
    // Of what waited for a second, the tables and one picture got there a moment ago.
    expect(stage.output.reach).toEqual(awaySince(stage, 3_000));
  });

  test('that breaks again before it has settled is away since it was before that', async () => {
    const stage = new ReconnectingStage();
    const carrier = await stage.accept();
    await feed(stage, 3_000);
    await stage.break(carrier);
    const before = stage.output.reach;
    expect(before).toEqual(awaySince(stage, 2_900));
    const second = await stage.accept();
    expect(stage.output.reach).toEqual(before);
    await feed(stage, 500);
    await stage.break(second);
    expect(stage.output.reach).toEqual(before);
  });

  test('that waits for the end of one of its name is away since it was made', async () => {
    const clock = new FakeClock();
    const output = new ReconnectingOutput({
      name: 'x',
      clock,
      emit: () => {},
      open: () => new Promise<Carrier>(() => {}),
      settleMs: SETTLE_MS,
    });
    const madeNs = clock.nowNs();
    await clock.advanceMs(1_600);
    output.open(new PresentGop());
    expect(output.reach).toEqual({ kind: 'away', sinceNs: madeNs, doubt: 'connecting' });
  });

  test('gets nothing any more once it is closed', async () => {
    const stage = new ReconnectingStage();
    await stage.accept();
    await feed(stage, 3_000);
    const closed = stage.output.close(1_000);
    await stage.clock.advanceMs(1_000);
    await closed;
    expect(stage.output.reach).toEqual(awaySince(stage, 2_950));
  });
});

class Listening {
  readonly clock = new FakeClock();
  readonly listener = new FakeListener();
  readonly output: ListeningOutput;
  readonly #video: ChunkMaker;
  readonly #beginNs = this.clock.nowNs();

  constructor() {
    const { clock, listener } = this;
    this.output = new ListeningOutput({
      name: 'srt://:9000',
      clock,
      emit: () => {},
      listen: () => Promise.resolve(listener),
      settleMs: SETTLE_MS,
    });
    this.#video = new ChunkMaker((chunk) => this.output.deliver(chunk), clock);
    this.output.open(this.#video.gop);
  }

  call(): FakeCarrier {
    const carrier = new FakeCarrier();
    this.listener.callers.push(carrier);
    return carrier;
  }

  async video(durationMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 50) {
      this.#video.picture({ isKeyframe: passedMs === 0 });
      await this.clock.advanceMs(50);
    }
  }

  away(sinceMs: number): OutputReach {
    return { kind: 'away', sinceNs: this.#beginNs + BigInt(sinceMs) * NS_PER_MS, doubt: 'none' };
  }

  counts(): unknown {
    const { sentPictures, skipped } = this.output.figures().counts;
    return { sent: sentPictures, ...skipped };
  }

  async close(): Promise<void> {
    const closed = this.output.close(500);
    await this.clock.advanceMs(500);
    await closed;
  }
}

describe('an output that viewers call', () => {
  test('is away since it was opened while nobody has come, or nobody has stayed', async () => {
    const stage = new Listening();
    await stage.video(1_000);
    expect(stage.output.reach).toEqual(stage.away(0));
    const viewer = stage.call();
    await stage.video(1_000);
    expect(stage.output.reach).toEqual(stage.away(0));
    viewer.failure = linkError('gone');
    await stage.video(100);
    expect(stage.output.reach).toEqual(stage.away(0));
  });

  test('gets it while any of them has settled, and is away since the last picture that got to such a one', async () => {
    const stage = new Listening();
    const first = stage.call();
    await stage.video(3_000);
    expect(stage.output.reach).toEqual({ kind: 'gets' });
    const second = stage.call();
    await stage.video(1_000);
    first.failure = linkError('gone');
    await stage.video(100);
    expect(stage.output.reach).toEqual(stage.away(3_900));
    second.failure = linkError('gone');
    await stage.video(100);
    expect(stage.output.reach).toEqual(stage.away(3_900));
  });
});

describe('pictures of an output that viewers call', () => {
  test('count once where nobody is there', async () => {
    const stage = new Listening();
    await stage.video(1_000);
    await stage.close();
    expect(stage.counts()).toEqual({ sent: 0, away: 0, slow: 0, broken: 0, standby: 20 });
  });

  test('count once where there is one viewer after the other, though the second one gets some of those of the first', async () => {
    const stage = new Listening();
    await stage.video(500);
    const first = stage.call();
    await stage.video(200);
    first.failure = linkError('gone');
    await stage.clock.advanceMs(100);
    const second = stage.call();
    await stage.clock.advanceMs(100);
    expect(second.received.length).toBeGreaterThan(0);
    await stage.video(200);
    second.failure = linkError('gone');
    await stage.video(1_000);
    await stage.close();
    const { sentPictures, skipped } = stage.output.figures().counts;
    expect(sentPictures + skippedIn({ skipped })).toBe(10 + 4 + 4 + 20);
    expect(skipped.standby).toBeGreaterThanOrEqual(20);
  });

  test('count for each of several viewers from when they come on', async () => {
    const stage = new Listening();
    stage.call();
    await stage.clock.advanceMs(100);
    await stage.video(500);
    stage.call();
    await stage.clock.advanceMs(100);
    await stage.video(500);
    await stage.close();
    expect(stage.counts()).toEqual({ sent: 30, away: 0, slow: 0, broken: 0, standby: 0 });
  });
});
