import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { settle } from '../support/fake-clock.ts';
import { PumpStage } from './pump-stage.ts';

/** Frames 1, 2, … into the stage's source, one every `everyMs` from now. */
async function writeFrames(stage: PumpStage, everyMs: number, signal: AbortSignal): Promise<void> {
  const startNs = stage.clock.nowNs();
  for (let number = 1; !signal.aborted; number += 1) {
    await stage.clock.sleepUntil(startNs + BigInt(number * everyMs) * 1_000_000n, signal);
    if (!signal.aborted) stage.add(number);
  }
}

describe('a pump that is run again', () => {
  test('sends every frame once and keeps the times of its ticks, whenever it was stopped', async () => {
    const runsMs = fc.array(fc.integer({ min: 0, max: 450 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(runsMs, async (durationsMs) => {
        const stage = new PumpStage();
        const writing = new AbortController();
        void writeFrames(stage, 110, writing.signal);
        stage.start();
        // It begins with the newest frame, which is none yet.
        await stage.clock.advanceMs(1);
        for (const durationMs of durationsMs) {
          await stage.clock.advanceMs(durationMs);
          await stage.startAgain();
        }
        await stage.clock.advanceMs(1_000);
        writing.abort();
        expect(stage.fresh.length).toBeGreaterThan(8);
        expect(stage.fresh).toEqual(stage.fresh.map((_, index) => index + 1));
        const [firstMs = 0] = stage.ticks.map(({ atMs }) => atMs);
        expect(stage.ticks.map(({ atMs }) => atMs - firstMs)).toEqual(
          stage.ticks.map((_, index) => index * 100),
        );
        stage.ending.abort();
        await settle();
        stage.pump.close();
        expect(stage.reader.lent.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['scale', 'skip'],
    ['skip', 'scale'],
  ] as const)('goes over from %s to %s', async (before, now) => {
    const stage = new PumpStage();
    stage.method = before;
    stage.start();
    await stage.clock.advanceMs(250);
    stage.add(1);
    await settle();
    stage.method = now;
    await stage.startAgain();
    await stage.clock.advanceMs(10);
    for (const number of [2, 3, 4]) stage.add(number);
    await stage.clock.advanceMs(400);
    // Scale has the first one at hand when it is stopped, which skip passes over for a newer one.
    expect(stage.fresh).toEqual(now === 'scale' ? [1, 2, 3, 4] : [4]);
  });

  test('with another reader begins with its newest frame, and repeats the last one until that is there', async () => {
    const stage = new PumpStage();
    stage.start();
    await stage.play(1, 5, 100);
    stage.source = stage.anotherReader();
    stage.source.fetchMs = 2_000;
    for (const number of [101, 102, 103]) stage.add(number);
    await stage.startAgain();
    await stage.clock.advanceMs(1_990);
    expect(stage.written).toHaveLength(25);
    expect(stage.written.at(-1)).toBe(5);
    stage.add(104);
    await stage.clock.advanceMs(250);
    expect(stage.fresh).toEqual([1, 2, 3, 4, 5, 103, 104]);
  });

  test('does not begin with the newest frame of another reader where that is as old as an idle source', async () => {
    const stage = new PumpStage();
    stage.start();
    const another = stage.anotherReader();
    stage.source = another;
    stage.add(100);
    stage.source = stage.reader;
    for (let second = 0; second < 6; second += 1) await stage.play(1 + 10 * second, 10, 100);
    stage.source = another;
    const again = await stage.startAgain();
    await stage.clock.advanceMs(1_000);
    stage.add(101);
    await stage.clock.advanceMs(500);
    expect(stage.fresh.slice(-2)).toEqual([60, 101]);
    await stage.clock.advanceMs(5_000);
    expect(again.outcome).toEqual({ kind: 'value', value: 'idle' });
    stage.pump.close();
    expect(stage.reader.lent.size).toBe(0);
  });

  test('begins with the newest frame of another reader also where it was stopped before that was there', async () => {
    const stage = new PumpStage();
    stage.start();
    await stage.play(1, 5, 100);
    stage.source = stage.anotherReader();
    stage.source.fetchMs = 100;
    await stage.startAgain();
    await stage.clock.advanceMs(50);
    for (const number of [101, 102, 103]) stage.add(number);
    await stage.startAgain();
    await stage.clock.advanceMs(500);
    expect(stage.fresh).toEqual([1, 2, 3, 4, 5, 103]);
  });

  test('begins as for the first time where it was stopped before its first tick', async () => {
    const stage = new PumpStage();
    stage.reader.fetchMs = 300;
    stage.start();
    await stage.clock.advanceMs(100);
    expect(stage.written).toEqual([]);
    for (const number of [1, 2, 3]) stage.add(number);
    await stage.startAgain();
    await stage.clock.advanceMs(600);
    expect(stage.fresh).toEqual([3]);
  });

  test('finishes the frame that was being written before the next one', async () => {
    const stage = new PumpStage();
    stage.writeMs = 2_000;
    const before = stage.start();
    await stage.clock.advanceMs(100);
    stage.add(1);
    stage.ending.abort();
    await stage.clock.advanceMs(700);
    expect(before.outcome).toEqual({ kind: 'value', value: 'stopped' });
    const now = await stage.startAgain();
    stage.writeMs = 10;
    await stage.clock.advanceMs(1_190);
    expect(stage.written).toEqual([]);
    await stage.clock.advanceMs(500);
    expect(now.outcome.kind).toBe('open');
    expect(stage.fresh).toEqual([1]);
  });

  test('counts from the last frame on until the source is idle', async () => {
    const stage = new PumpStage();
    stage.idleTimeoutMs = 60_000;
    stage.start();
    await stage.play(1, 5, 100);
    await stage.clock.advanceMs(3_000);
    stage.idleTimeoutMs = 5_000;
    const pump = await stage.startAgain();
    await stage.clock.advanceMs(1_990);
    expect(pump.outcome.kind).toBe('open');
    await stage.clock.advanceMs(10);
    expect(pump.outcome).toEqual({ kind: 'value', value: 'idle' });
  });
});
