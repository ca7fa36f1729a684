import { describe, expect, test } from 'bun:test';
import { droppedFrames } from '../../src/base/counts.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import { settle } from '../support/fake-clock.ts';
import { FakeRedis } from '../support/fake-connection.ts';
import { rawFormat } from '../support/levels-settings.ts';
import { moverStage } from '../support/mover-stage.ts';
import { follow } from '../support/reader-stage.ts';

const never = new AbortController().signal;

/** A session that has begun, and how its settings are changed. */
async function streaming(stage: ReturnType<typeof moverStage>) {
  stage.redis.addNow();
  await stage.mover.awaitFrame(never);
  await stage.mover.openInput(stage.sink);
  let ending = new AbortController();
  let pump = follow(stage.mover.pump(ending.signal));
  /** What the service does at a reload: stops the pump, has the mover configured, and pumps on. */
  const reload = async (settings: MoverSettings) => {
    ending.abort();
    await settle();
    expect(pump.outcome).toEqual({ kind: 'value', value: 'stopped' });
    stage.mover.configure(settings);
    ending = new AbortController();
    pump = follow(stage.mover.pump(ending.signal));
    await settle();
  };
  await stage.clock.advanceMs(300);
  return { reload, outcome: () => pump.outcome };
}

describe('other settings', () => {
  test('of pacing keep connection and position, and the ticks go on as if nothing had been', async () => {
    const stage = moverStage();
    const { clock, redis, written, settings, mover, opened } = stage;
    const { reload } = await streaming(stage);
    const ids = [redis.addNow()];
    await clock.advanceMs(250);
    ids.push(redis.addNow());
    await reload({ ...settings, pacing: { ...settings.pacing, maxDelayMs: 500, trimAfterMs: 0 } });
    await clock.advanceMs(1_000);
    expect(opened).toHaveLength(1);
    expect(redis.attemptsMs).toHaveLength(1);
    expect(written.filter((id, index) => written.indexOf(id) === index)).toContain(ids[1] ?? '');
    const { counts } = mover.counts();
    // One before the first tick, and one every 100 ms since.
    expect(counts.output).toBeGreaterThanOrEqual(15);
    expect(counts.output).toBeLessThanOrEqual(17);
    expect(counts).toMatchObject({ unique: 3, trimmed: 0, replaced: 0, unsent: 0, late: 0 });
  });

  test('of the idle timeout are in force in the session that goes on', async () => {
    const stage = moverStage();
    const { reload, outcome } = await streaming(stage);
    await reload({ ...stage.settings, pacing: { ...stage.settings.pacing, idleTimeoutMs: 1_000 } });
    await stage.clock.advanceMs(1_100);
    expect(outcome()).toEqual({ kind: 'value', value: 'idle' });
  });

  test('of the method go from all frames to the newest', async () => {
    const stage = moverStage();
    const { clock, redis, settings, mover } = stage;
    const { reload } = await streaming(stage);
    await reload({ ...settings, pacing: { ...settings.pacing, method: 'skip' } });
    for (let frame = 0; frame < 40; frame += 1) {
      redis.addNow();
      await clock.advanceMs(25);
    }
    const { counts, source } = mover.counts();
    expect(counts.unique).toBeLessThan(15);
    expect(source).toMatchObject({ kind: 'counted', passedOver: expect.any(Number) });
  });

  test('of the source end the connection and open another one, and the last picture is repeated until a frame comes', async () => {
    const stage = moverStage();
    const { clock, redis, written, settings, mover, others } = stage;
    const { reload } = await streaming(stage);
    const last = written.at(-1);
    const other = new FakeRedis(clock);
    others.set('other', other);
    await reload({ ...settings, source: { ...settings.source, stream: 'other' } });
    await clock.advanceMs(500);
    expect(redis.connectionCount).toBe(0);
    expect(written.at(-1)).toBe(last ?? '');
    const id = other.addNow();
    await clock.advanceMs(300);
    expect(written.at(-1)).toBe(id);
    const { counts, source } = mover.counts();
    expect(counts).toMatchObject({ read: 2, unique: 2 });
    expect(source).toEqual({ kind: 'counted', entries: 2, passedOver: 0 });
    void mover.endInput();
    // The one for the next session is read ahead.
    expect(redis.lent.size + other.lent.size).toBe(0);
  });

  test('of the source count what still waited in the old one as passed over', async () => {
    const stage = moverStage({ trimAfterMs: 0, maxDelayMs: 0 });
    const { clock, redis, settings, mover, others } = stage;
    const { reload } = await streaming(stage);
    for (let frame = 0; frame < 20; frame += 1) redis.addNow();
    await clock.advanceMs(1_000);
    const other = new FakeRedis(clock);
    others.set('other', other);
    await reload({ ...settings, source: { ...settings.source, stream: 'other' } });
    other.addNow();
    await clock.advanceMs(2_000);
    const { counts, source } = mover.counts();
    if (source.kind !== 'counted') throw new Error('the source is not counted');
    expect(source.entries).toBe(22);
    expect(counts.unique + droppedFrames(counts) + counts.wrong + source.passedOver).toBe(22);
    expect(source.passedOver).toBeGreaterThan(5);
  });

  test('of the levels are handed to the open source, which goes on', async () => {
    const { redis, mover, settings, opened, configured } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    const levels = { ...settings.levels, gamma: 2 };
    mover.configure({ ...settings, levels });
    expect(opened).toHaveLength(1);
    expect(configured).toEqual([{ ...settings, levels }]);
    expect(redis.lent.size).toBe(1);
  });

  test('of the size of a frame open the source again, with memory of that size', async () => {
    const { redis, mover, settings, opened } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    mover.configure({ ...settings, format: rawFormat(2) });
    expect(opened.map(({ format }) => format.sizeBytes)).toEqual([1, 2]);
    expect(redis.lent.size).toBe(0);
  });
});
