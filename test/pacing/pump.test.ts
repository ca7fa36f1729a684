import { describe, expect, test } from 'bun:test';
import { LAST_FRAME_LIMIT_MS } from '../../src/base/stop-budget.ts';
import { settle } from '../support/fake-clock.ts';
import { PumpStage } from './pump-stage.ts';

describe('the beginning of a session', () => {
  test('passes over the frames that came while it opened, but for the newest', async () => {
    const stage = new PumpStage();
    for (const number of [1, 2, 3]) stage.add(number);
    stage.start();
    await stage.clock.advanceMs(500);
    expect(stage.written[0]).toBe(3);
    expect(new Set(stage.written)).toEqual(new Set([3]));
  });

  test('has its ticks shortly after the frames of a source of its rate arrive', async () => {
    const stage = new PumpStage();
    stage.add(1);
    await stage.clock.advanceMs(30);
    stage.start();
    await stage.clock.advanceMs(70);
    stage.add(2);
    await stage.play(3, 40, 100);
    const ages = stage.ticks.filter(({ isNew }) => isNew).map(({ ageMs }) => ageMs);
    expect(ages.length).toBeGreaterThan(38);
    expect(Math.max(...ages)).toBeLessThanOrEqual(12);
    expect(stage.ticks.slice(1).every(({ isNew }) => isNew)).toBe(true);
  });

  test('repeats the first frame where there is no newer one', async () => {
    const stage = new PumpStage();
    stage.start();
    await stage.clock.advanceMs(250);
    expect(stage.written).toEqual([0, 0, 0]);
  });

  test('does not wait longer than half a second for a Redis that is silent', async () => {
    const stage = new PumpStage();
    stage.reader.fetchMs = 60_000;
    stage.start();
    await stage.clock.advanceMs(499);
    expect(stage.written).toEqual([]);
    await stage.clock.advanceMs(1);
    expect(stage.written).toEqual([0]);
    await stage.clock.advanceMs(1_000);
    expect(stage.written).toHaveLength(11);
  });
});

describe('a session', () => {
  test('takes the frames one by one by scale', async () => {
    const stage = new PumpStage();
    stage.start();
    await stage.clock.advanceMs(10);
    for (const number of [1, 2, 3]) stage.add(number);
    await stage.clock.advanceMs(500);
    expect(stage.written).toEqual([0, 1, 2, 3, 3, 3]);
  });

  test('takes the newest by skip', async () => {
    const stage = new PumpStage();
    stage.method = 'skip';
    stage.start();
    await stage.clock.advanceMs(10);
    for (const number of [1, 2, 3]) stage.add(number);
    await stage.clock.advanceMs(300);
    expect(stage.written).toEqual([0, 3, 3, 3]);
  });

  test('has its standing backlog trimmed, which is told', async () => {
    const stage = new PumpStage();
    stage.start();
    await stage.clock.advanceMs(10);
    for (let number = 1; number <= 5; number += 1) stage.add(number);
    await stage.play(6, 60, 100);
    expect(stage.reader.dropped.length).toBeGreaterThanOrEqual(4);
    expect(new Set(stage.reader.dropCauses)).toEqual(new Set(['trimmed']));
    expect(stage.reader.backlog).toBe(0);
  });

  test('goes on for ever with a source that goes on', async () => {
    const stage = new PumpStage();
    const pump = stage.start();
    await stage.play(1, 1_000, 100);
    expect(pump.outcome.kind).toBe('open');
  });
});

describe('a source that stops', () => {
  test('is repeated for the idle timeout from its last frame on, and then ends the session', async () => {
    const stage = new PumpStage();
    const pump = stage.start();
    await stage.play(1, 20, 100);
    await stage.clock.advanceMs(4_990);
    expect(pump.outcome.kind).toBe('open');
    await stage.clock.advanceMs(10);
    expect(pump.outcome).toEqual({ kind: 'value', value: 'idle' });
    expect(stage.ticks.filter(({ isNew }) => !isNew).length).toBeGreaterThan(45);
  });

  test('never ends a session without an idle timeout', async () => {
    const stage = new PumpStage();
    stage.idleTimeoutMs = 0;
    const pump = stage.start();
    await stage.clock.advanceMs(600_000);
    expect(pump.outcome.kind).toBe('open');
    expect(stage.written).toHaveLength(6_001);
  });

  test('is not what one is whose frames an encoder does not take', async () => {
    const stage = new PumpStage();
    const pump = stage.start();
    await stage.clock.advanceMs(10);
    stage.writeMs = 9_000;
    stage.add(1);
    stage.add(2);
    await stage.clock.advanceMs(8_000);
    expect(pump.outcome.kind).toBe('open');
  });

  test('and comes back in time is streamed as before', async () => {
    const stage = new PumpStage();
    const pump = stage.start();
    await stage.clock.advanceMs(4_900);
    stage.add(1);
    await stage.clock.advanceMs(4_900);
    expect(pump.outcome.kind).toBe('open');
    expect(stage.written.at(-1)).toBe(1);
  });
});

describe('the end of a session', () => {
  test('gives every frame back and leaves no timer behind', async () => {
    for (const method of ['scale', 'skip'] as const) {
      const stage = new PumpStage();
      stage.method = method;
      const pump = stage.start();
      await stage.play(1, 20, 70);
      stage.ending.abort();
      await settle();
      expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
      expect(stage.clock.sleeperCount).toBe(0);
      expect(stage.reader.lent.size).toBeGreaterThan(0);
      stage.pump.close();
      expect(stage.reader.lent.size).toBe(0);
    }
  });

  test('waits for the frame that is being written', async () => {
    const stage = new PumpStage();
    stage.writeMs = 400;
    const pump = stage.start();
    await stage.clock.advanceMs(100);
    stage.ending.abort();
    await stage.clock.advanceMs(299);
    expect(pump.outcome.kind).toBe('open');
    await stage.clock.advanceMs(1);
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
    expect(stage.written).toEqual([0]);
  });

  test('waits for it no longer than it may take', async () => {
    const stage = new PumpStage();
    stage.writeMs = 60_000;
    const pump = stage.start();
    await stage.clock.advanceMs(100);
    stage.ending.abort();
    await stage.clock.advanceMs(LAST_FRAME_LIMIT_MS - 1);
    expect(pump.outcome.kind).toBe('open');
    await stage.clock.advanceMs(1);
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
  });

  test('comes with the error of the sink, and every frame is given back', async () => {
    const stage = new PumpStage();
    const pump = stage.start();
    await stage.play(1, 5, 100);
    const error = new Error('gone');
    stage.fault = error;
    await stage.clock.advanceMs(200);
    expect(pump.outcome).toEqual({ kind: 'error', error });
    stage.pump.close();
    expect(stage.reader.lent.size).toBe(0);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('comes at once when it was asked for before the beginning', async () => {
    const stage = new PumpStage();
    stage.ending.abort();
    const pump = stage.start();
    await settle();
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
    expect(stage.written).toEqual([]);
    stage.pump.close();
    expect(stage.reader.lent.size).toBe(0);
  });
});
