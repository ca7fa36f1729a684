import { describe, expect, test } from 'bun:test';
import type { Frame } from '../../src/base/frame.ts';
import { FrameHolder } from '../../src/pacing/frame-holder.ts';
import { runTickLoop } from '../../src/pacing/tick-loop.ts';
import { TickSchedule } from '../../src/pacing/tick-schedule.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { fakeFrame, numberOf } from '../support/fake-reader.ts';
import { follow } from '../support/reader-stage.ts';

/** A tick loop at 10 frames a second whose sink takes `writeMs` for each frame. */
class LoopStage {
  readonly clock = new FakeClock();
  readonly schedule = new TickSchedule({ numerator: 10n, denominator: 1n }, this.clock.nowNs());
  readonly holder = new FrameHolder(fakeFrame(0), { release: () => {}, drop: () => {} }, 0n);
  readonly written: number[] = [];
  readonly told: string[] = [];
  readonly ending = new AbortController();
  writeMs = 0;
  fault: Error | undefined;

  start() {
    const { clock, schedule, holder } = this;
    const sink = { write: (frame: Frame) => this.#write(frame) };
    return follow(
      runTickLoop(
        {
          clock,
          schedule,
          holder,
          sink,
          observer: {
            onTick: ({ kind }, { frame, isNew }) =>
              this.told.push(`${kind} ${numberOf(frame)} ${isNew ? 'new' : 'again'}`),
          },
        },
        this.ending.signal,
      ),
    );
  }

  offer(number: number): void {
    this.holder.offer(fakeFrame(number), this.clock.nowNs());
  }

  async #write(frame: Frame): Promise<void> {
    if (this.fault) throw this.fault;
    const doneNs = this.clock.nowNs() + BigInt(this.writeMs) * 1_000_000n;
    await this.clock.sleepUntil(doneNs, new AbortController().signal);
    this.written.push(numberOf(frame));
  }
}

describe('the tick loop', () => {
  test('writes exactly one frame a tick, the first at the origin', async () => {
    const stage = new LoopStage();
    stage.start();
    await settle();
    expect(stage.written).toEqual([0]);
    stage.offer(1);
    await stage.clock.advanceMs(99);
    expect(stage.written).toEqual([0]);
    await stage.clock.advanceMs(1);
    expect(stage.written).toEqual([0, 1]);
    await stage.clock.advanceMs(10_000);
    expect(stage.written).toHaveLength(102);
    expect(stage.told.slice(0, 3)).toEqual(['regular 0 again', 'regular 1 new', 'regular 1 again']);
  });

  test('makes up for missed ticks with the held frame and leaves the new one to the tick on time', async () => {
    const stage = new LoopStage();
    stage.start();
    await settle();
    stage.offer(1);
    await stage.clock.jumpMs(350);
    expect(stage.told).toEqual(['regular 0 again', 'made-up 0 again', 'made-up 0 again', 'regular 1 new']);
    await stage.clock.advanceMs(50);
    expect(stage.written).toHaveLength(5);
  });

  test('goes on from now after a stall of more than a second, with a new frame at once', async () => {
    const stage = new LoopStage();
    stage.start();
    await settle();
    stage.offer(1);
    await stage.clock.jumpMs(5_000);
    expect(stage.told).toEqual(['regular 0 again', 'restarted 1 new']);
    await stage.clock.advanceMs(100);
    expect(stage.written).toHaveLength(3);
  });

  test('begins no write before the one before it is done', async () => {
    const stage = new LoopStage();
    stage.writeMs = 250;
    stage.start();
    await stage.clock.advanceMs(240);
    expect(stage.written).toHaveLength(0);
    await stage.clock.advanceMs(10);
    expect(stage.written).toHaveLength(1);
    await stage.clock.advanceMs(240);
    expect(stage.written).toHaveLength(1);
  });

  test('tells of a tick as it hands its frame over, and of no other before that is done', async () => {
    const stage = new LoopStage();
    stage.writeMs = 130;
    stage.start();
    await stage.clock.advanceMs(129);
    expect(stage.told).toEqual(['regular 0 again']);
    await stage.clock.advanceMs(1);
    expect(stage.told).toHaveLength(2);
  });

  test('finishes the frame that is being written when it is told to stop, and writes no other', async () => {
    const stage = new LoopStage();
    stage.writeMs = 30;
    const loop = stage.start();
    await stage.clock.advanceMs(10);
    stage.ending.abort();
    await settle();
    expect(loop.outcome.kind).toBe('open');
    await stage.clock.advanceMs(20);
    expect(loop.outcome.kind).toBe('value');
    expect(stage.written).toEqual([0]);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('ends at once when it is told to stop between two ticks', async () => {
    const stage = new LoopStage();
    const loop = stage.start();
    await stage.clock.advanceMs(50);
    stage.ending.abort();
    await settle();
    expect(loop.outcome.kind).toBe('value');
    expect(stage.written).toEqual([0]);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('ends with the error of the sink', async () => {
    const stage = new LoopStage();
    const loop = stage.start();
    await settle();
    const error = new Error('gone');
    stage.fault = error;
    await stage.clock.advanceMs(100);
    expect(loop.outcome).toEqual({ kind: 'error', error });
    // The frame that could not be handed over is told of, too: it is lost.
    expect(stage.told).toHaveLength(2);
    await stage.clock.advanceMs(1_000);
    expect(stage.told).toHaveLength(2);
  });
});
