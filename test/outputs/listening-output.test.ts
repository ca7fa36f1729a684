import { describe, expect, test } from 'bun:test';
import { sleepMs } from '../../src/base/clock.ts';
import type { OutputEvent } from '../../src/base/event.ts';
import type { Listener } from '../../src/outputs/carrier.ts';
import { ListeningOutput, MOST_VIEWERS } from '../../src/outputs/listening-output.ts';
import { ChunkMaker } from '../support/chunks.ts';
import { FakeCarrier, FakeListener, FIGURES, linkError } from '../support/fake-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { picturesIn } from '../support/ts-packets.ts';

const SETTLE_MS = 2_000;

type Listen = (signal: AbortSignal, stage: Stage) => Promise<Listener>;

class Stage {
  readonly clock = new FakeClock();
  readonly listener = new FakeListener();
  readonly states: string[] = [];
  /** How many viewers were there when one was turned away, each time. */
  readonly turnedAway: number[] = [];
  readonly output: ListeningOutput;
  readonly video: ChunkMaker;
  /** How it comes to listen. */
  listen: Listen;

  constructor(listen?: Listen) {
    this.listen = listen ?? (() => Promise.resolve(this.listener));
    this.output = new ListeningOutput({
      name: 'srt://:9000',
      clock: this.clock,
      emit: (event) => this.#note(event),
      listen: (signal) => this.listen(signal, this),
      settleMs: SETTLE_MS,
      random: () => 0,
    });
    this.video = new ChunkMaker((chunk) => this.output.deliver(chunk), this.clock);
    this.output.open(this.video.gop);
  }

  async call(carrier = new FakeCarrier()): Promise<FakeCarrier> {
    this.listener.callers.push(carrier);
    await this.clock.advanceMs(100);
    return carrier;
  }

  take(): string[] {
    return this.states.splice(0);
  }

  #note(event: OutputEvent): void {
    if (event.kind === 'viewer-turned-away') this.turnedAway.push(event.viewers);
    if (event.kind !== 'output-state') return;
    const { state } = event;
    this.states.push(
      state.kind === 'failed' ? `failed: ${state.failure.text}, ${state.retryMs}` : state.kind,
    );
  }
}

function numbers(carrier: FakeCarrier): number[] {
  return picturesIn(carrier.received).map(({ number }) => number);
}

describe('an output that viewers call', () => {
  test('waits for ever, which is no failure, and what nobody was there for is counted so', async () => {
    const stage = new Stage();
    stage.video.group(5);
    stage.video.group(5);
    await stage.clock.advanceMs(3_600_000);
    expect(stage.take()).toEqual(['connecting', 'listening']);
    expect(stage.output.figures().counts).toEqual({
      sentBytes: 0,
      sentPictures: 0,
      // Who calls now still gets the other six.
      skipped: { away: 0, slow: 0, broken: 0, standby: 6 },
      attempts: 1,
      viewers: 0,
    });
  });

  test('streams while anybody is there: each gets the present GOP, and what follows', async () => {
    const stage = new Stage();
    stage.video.group(1);
    const first = await stage.call();
    stage.video.group(1);
    const second = await stage.call();
    stage.video.picture();
    await stage.clock.advanceMs(200);
    expect([numbers(first), numbers(second)]).toEqual([
      [0, 1, 2, 3, 4],
      [2, 3, 4],
    ]);
    expect(stage.take()).toEqual(['connecting', 'listening', 'settling']);
    expect(stage.output.figures().counts.viewers).toBe(2);
  });

  test('goes on listening when they go', async () => {
    const stage = new Stage();
    const first = await stage.call();
    const second = await stage.call();
    stage.video.group(1);
    first.failure = linkError('gone');
    await stage.clock.advanceMs(100);
    expect(stage.output.figures().counts.viewers).toBe(1);
    stage.video.picture();
    expect(numbers(second)).toEqual([0, 1, 2]);
    await stage.clock.advanceMs(SETTLE_MS);
    second.failure = linkError('gone');
    await stage.clock.advanceMs(100);
    expect(stage.take()).toEqual(['connecting', 'listening', 'settling', 'streaming', 'listening']);
    expect(stage.output.figures().counts.viewers).toBe(0);
  });

  test('streams once one of them has held for so long, and settles again where only a new one is left', async () => {
    const stage = new Stage();
    const first = await stage.call();
    await stage.clock.advanceMs(2 * SETTLE_MS);
    // It has had no video yet.
    expect(stage.take()).toEqual(['connecting', 'listening', 'settling']);
    stage.video.group(1);
    await stage.clock.advanceMs(SETTLE_MS - 200);
    const second = await stage.call();
    stage.video.group(1);
    await stage.clock.advanceMs(200);
    expect(stage.take()).toEqual(['streaming']);
    first.failure = linkError('gone');
    await stage.clock.advanceMs(SETTLE_MS - 500);
    expect(stage.take()).toEqual(['settling']);
    await stage.clock.advanceMs(500);
    expect(stage.take()).toEqual(['streaming']);
    second.failure = linkError('gone');
  });

  test('never streams where who calls leaves at once', async () => {
    const stage = new Stage();
    for (let visit = 0; visit < 4; visit += 1) {
      (await stage.call()).failure = linkError('gone');
      await stage.clock.advanceMs(SETTLE_MS / 2);
    }
    expect(stage.take()).not.toContain('streaming');
  });

  test('is held up by none of them', async () => {
    const stage = new Stage();
    const slow = await stage.call(new FakeCarrier(0));
    const fast = await stage.call();
    stage.video.group(3);
    expect(numbers(fast)).toEqual([0, 1, 2, 3]);
    expect(slow.received.length).toBe(0);
  });

  test('turns away more than it may have', async () => {
    const stage = new Stage();
    const callers = Array.from({ length: MOST_VIEWERS + 1 }, () => new FakeCarrier());
    for (const caller of callers) await stage.call(caller);
    expect(callers.map(({ isClosed }) => isClosed)).toEqual([
      ...Array<boolean>(MOST_VIEWERS).fill(false),
      true,
    ]);
    expect(stage.output.figures().counts.viewers).toBe(MOST_VIEWERS);
    expect(stage.turnedAway).toEqual([MOST_VIEWERS]);
  });

  test('tells the figures of the link that is worst off', async () => {
    const stage = new Stage();
    for (const bufferMs of [3, 70, 20]) (await stage.call()).figures = { ...FIGURES, bufferMs };
    await stage.clock.advanceMs(100);
    expect(stage.output.figures().link?.bufferMs).toBe(70);
  });

  test('that cannot listen tries again, with growing waits', async () => {
    const stage = new Stage(() => Promise.reject(linkError('port in use')));
    await stage.clock.advanceMs(2_000);
    stage.listen = () => Promise.resolve(stage.listener);
    await stage.clock.advanceMs(2_000);
    expect(stage.take()).toEqual([
      'connecting',
      'failed: port in use, 1250',
      'connecting',
      'failed: port in use, 2500',
      'connecting',
      'listening',
    ]);
  });

  test('is not said to listen while its name is looked up, and a slow lookup is no port that was open', async () => {
    const stage = new Stage(async (signal, { clock }) => {
      await sleepMs(clock, 4_000, signal);
      throw linkError('unknown host');
    });
    await stage.clock.advanceMs(3_900);
    expect(stage.take()).toEqual(['connecting']);
    await stage.clock.advanceMs(4_700);
    expect(stage.take()).toEqual(['failed: unknown host, 500', 'connecting', 'failed: unknown host, 500']);
  });

  test('looks after its viewers also while it cannot listen', async () => {
    const stage = new Stage();
    const [going, staying] = [await stage.call(), await stage.call()];
    stage.listener.failure = linkError('gone');
    stage.listen = (signal) => sleepMs(stage.clock, 60_000, signal).then(() => stage.listener);
    await stage.clock.advanceMs(10_000);
    expect(stage.take().slice(-2)).toEqual(['failed: gone, 1250', 'connecting']);
    going.failure = linkError('gone');
    staying.figures = { ...FIGURES, bufferMs: 70 };
    await stage.clock.advanceMs(100);
    expect(going.isClosed).toBe(true);
    expect(stage.output.figures()).toMatchObject({ counts: { viewers: 1 }, link: { bufferMs: 70 } });
    stage.video.group(1);
    expect(numbers(staying)).toEqual([0, 1]);
  });

  test('that is closed while its name is looked up leaves nothing behind', async () => {
    const stage = new Stage(async (signal, { clock }) => {
      await sleepMs(clock, 4_000, signal);
      throw new Error('given up');
    });
    await stage.clock.advanceMs(100);
    await stage.output.close(1_600);
    expect(stage.take()).toEqual(['connecting', 'closed']);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('that is closed before its port is open gives that back, and is not said to listen', async () => {
    const stage = new Stage();
    await stage.output.close(1_600);
    expect(stage.take()).toEqual(['connecting', 'closed']);
    expect(stage.listener.isClosed).toBe(true);
  });

  test('keeps its viewers where its port is gone, and takes another one', async () => {
    const stage = new Stage();
    const viewer = await stage.call();
    stage.listener.failure = linkError('gone');
    await stage.clock.advanceMs(100);
    expect(stage.listener.isClosed).toBe(true);
    stage.listener.failure = undefined;
    stage.video.group(0);
    await stage.clock.advanceMs(1_250);
    expect(stage.take()).toEqual([
      'connecting',
      'listening',
      'settling',
      'failed: gone, 1250',
      'connecting',
      'settling',
    ]);
    expect(numbers(viewer)).toEqual([0]);
  });

  test('hands on what it has before it closes', async () => {
    const stage = new Stage();
    const viewers = [await stage.call(), await stage.call()];
    stage.video.group(1);
    const closed = stage.output.close(1_600);
    await stage.clock.advanceMs(0);
    await closed;
    expect(viewers.map(({ finishedWithinMs }) => finishedWithinMs)).toEqual([1_600, 1_600]);
    expect(stage.listener.isClosed).toBe(true);
    expect(stage.output.figures().counts).toMatchObject({
      sentPictures: 4,
      skipped: { away: 0, slow: 0, broken: 0, standby: 0 },
      viewers: 0,
    });
    expect(stage.take().at(-1)).toBe('closed');
    expect(stage.clock.sleeperCount).toBe(0);
  });
});
