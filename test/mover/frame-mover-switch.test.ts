import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { settle } from '../support/fake-clock.ts';
import { moverStage } from '../support/mover-stage.ts';
import { follow } from '../support/reader-stage.ts';
import { gone, StageInput } from './stage-input.ts';

const never = new AbortController().signal;
const PERIOD_MS = 100;

/** A session at 10 frames a second whose frames can be sent to one ffmpeg after the other. */
async function streaming() {
  const stage = moverStage({ idleTimeoutMs: 0 });
  const { clock, redis, mover } = stage;
  const added = [redis.addNow()];
  await mover.awaitFrame(never);
  const inputs = [new StageInput(clock)];
  const last = () => inputs.at(-1) ?? new StageInput(clock);
  await mover.openInput(last());
  let ending = new AbortController();
  let pump = follow(mover.pump(ending.signal));
  return {
    ...stage,
    added,
    inputs,
    last,
    outcome: () => pump.outcome,
    add: () => void added.push(redis.addNow()),
    async prepare(writeMs = 0) {
      const input = new StageInput(clock);
      input.writeMs = writeMs;
      const warm = follow(mover.prepareInput(input));
      await clock.advanceMs(0);
      return { input, warm };
    },
    async stop() {
      ending.abort();
      await settle();
    },
    go() {
      ending = new AbortController();
      pump = follow(mover.pump(ending.signal));
    },
    switchTo(input: StageInput) {
      inputs.push(input);
      return mover.switchInput();
    },
    /** Ids of all frames that any input has taken, in the order of the inputs. */
    taken: () => inputs.flatMap(({ written }) => written),
    takenMs: () => inputs.flatMap(({ takenMs }) => takenMs),
  };
}

/** How far one tick was behind the other. */
const gaps = (timesMs: readonly number[]) => timesMs.slice(1).map((ms, index) => ms - (timesMs[index] ?? 0));
const once = (ids: readonly string[]) => ids.filter((id, index) => id !== ids[index - 1]);

describe('a switch to another input', () => {
  test.each(['while it pumps', 'while it does not'] as const)(
    '%s sends every frame once, in order, at the times of its ticks, whenever it comes',
    async (when) => {
      const steps = fc.array(fc.integer({ min: 0, max: 350 }), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(steps, async (waitsMs) => {
          const stage = await streaming();
          const { clock } = stage;
          const handed: number[] = [];
          // Frames come as often as ticks.
          const advance = async (ms: number) => {
            for (let passedMs = 0; passedMs < ms; passedMs += 10) {
              if (clock.nowMs % PERIOD_MS === 50) stage.add();
              await clock.advanceMs(10);
            }
          };
          await advance(500);
          for (const waitMs of waitsMs) {
            const { input } = await stage.prepare();
            await advance(Math.round(waitMs / 10) * 10);
            if (when === 'while it does not') await stage.stop();
            const switched = stage.switchTo(input);
            // Behind the next frame.
            if (when === 'while it pumps') await advance(PERIOD_MS);
            handed.push(await switched);
            if (when === 'while it does not') stage.go();
          }
          await advance(500);
          expect(stage.taken().length).toBeGreaterThan(8);
          expect(once(stage.taken())).toEqual(stage.added.slice(0, once(stage.taken()).length));
          expect(gaps(stage.takenMs().slice(1)).every((ms) => ms === PERIOD_MS)).toBe(true);
          const before = stage.inputs.slice(0, -1);
          expect(handed).toEqual(before.map(({ written }) => written.length));
          expect(before.every(({ end }) => end === 'finished')).toBe(true);
          const { counts } = stage.mover.counts();
          expect(counts).toMatchObject({ output: stage.taken().length, late: 0, lost: 0 });
          await stage.mover.endInput();
          expect(stage.redis.lent.size).toBe(0);
        }),
        { numRuns: 40 },
      );
    },
  );

  test('leaves the one before a whole period for its rest, whenever it is asked for', async () => {
    const stage = await streaming();
    await stage.clock.advanceMs(570);
    const first = stage.last();
    const { input } = await stage.prepare();
    const switched = stage.switchTo(input);
    await stage.clock.advanceMs(PERIOD_MS + 10);
    await switched;
    await stage.clock.advanceMs(500);
    const lastMs = first.takenMs.at(-1) ?? Number.NaN;
    expect(first.finishingMs).toBe(lastMs);
    expect(input.takenMs[0]).toBe(lastMs + PERIOD_MS);
  });

  test('does not wait for an ffmpeg that hangs in a frame', async () => {
    const stage = await streaming();
    await stage.clock.advanceMs(450);
    stage.last().writeMs = 60_000;
    await stage.clock.advanceMs(100);
    const { input } = await stage.prepare();
    await stage.switchTo(input);
    expect(stage.last()).toBe(input);
  });

  test('is warmed up with the last picture, which is counted nowhere and holds up no tick', async () => {
    const stage = await streaming();
    await stage.clock.advanceMs(500);
    stage.add();
    await stage.clock.advanceMs(200);
    const before = stage.mover.counts().counts;
    const { input, warm } = await stage.prepare(1_000);
    await stage.clock.advanceMs(900);
    expect([input.warmedWith, warm.outcome.kind]).toEqual([[], 'open']);
    await stage.clock.advanceMs(100);
    expect([input.warmedWith, warm.outcome.kind]).toEqual([stage.added.slice(-1), 'value']);
    const { counts } = stage.mover.counts();
    expect(counts).toMatchObject({ output: before.output + 10, unique: before.unique, late: 0 });
    expect(input.written).toEqual([]);
  });

  test('goes on after ffmpeg has died, with what was missed made up, and what was lost counted', async () => {
    const stage = await streaming();
    const { clock, mover } = stage;
    await clock.advanceMs(500);
    stage.last().fault = gone('ffmpeg is gone');
    stage.add();
    await clock.advanceMs(200);
    expect(stage.outcome()).toMatchObject({ kind: 'error', error: { failure: { code: 'ffmpeg-ended' } } });
    const sent = mover.counts().counts.output;
    // Before its last frame the first ffmpeg had encoded all.
    mover.countLoss({ encodedFrames: sent - 1, unnoticedMs: 0 }, 'present');
    expect(mover.counts().counts.lost).toBe(1);
    const { input } = await stage.prepare();
    await clock.advanceMs(300);
    expect(await stage.switchTo(input)).toBe(sent);
    stage.go();
    stage.add();
    await clock.advanceMs(1_000);
    expect(stage.outcome().kind).toBe('open');
    // Not one tick is missing: those that would have come meanwhile were made up for at once.
    expect(Math.abs(mover.counts().counts.output - (1 + 2_000 / PERIOD_MS))).toBeLessThanOrEqual(1);
    expect(once(input.written)).toEqual([stage.added[1] ?? '', stage.added[2] ?? '']);
    expect(gaps(input.takenMs.slice(-8)).every((ms) => ms === PERIOD_MS)).toBe(true);
    // Of the frames that the second one was handed, one was new.
    mover.countLoss({ encodedFrames: 0, unnoticedMs: 0 }, 'present');
    expect(mover.counts().counts.lost).toBe(2);
  });

  test('goes on after a death of seconds with another schedule, as after any hold-up', async () => {
    const stage = await streaming();
    await stage.clock.advanceMs(500);
    stage.last().fault = gone('ffmpeg is gone');
    await stage.clock.advanceMs(5_000);
    const { input } = await stage.prepare();
    await stage.switchTo(input);
    stage.go();
    await stage.clock.advanceMs(950);
    expect(stage.events.at(-1)).toMatch(/^gave up (48|49)$/);
    expect(input.written).toHaveLength(10);
  });

  test('after the first frame has failed begins the ticks', async () => {
    const stage = moverStage();
    const [first, next] = [new StageInput(stage.clock), new StageInput(stage.clock)];
    const id = stage.redis.addNow();
    await stage.mover.awaitFrame(never);
    first.fault = gone('ffmpeg is gone');
    expect(await stage.mover.openInput(first).catch(String)).toContain('ffmpeg is gone');
    await stage.mover.prepareInput(next);
    expect(next.warmedWith).toEqual([id]);
    expect(await stage.mover.switchInput()).toBe(1);
    void stage.mover.pump(never);
    await stage.clock.advanceMs(1_000);
    expect(next.written.length).toBeGreaterThanOrEqual(9);
  });

  test('is possible in a session only, which closes what was prepared when it ends', async () => {
    const stage = await streaming();
    const { input } = await stage.prepare();
    await stage.stop();
    await stage.mover.endInput();
    expect([stage.last().end, input.end]).toEqual(['finished', 'closed']);
    expect(await stage.mover.switchInput().catch(String)).toContain('no input was opened');
    expect(await stage.mover.prepareInput(input).catch(String)).toContain('no input was opened');
    stage.mover.dropPrepared();
    expect(stage.redis.lent.size).toBe(0);
  });

  test('that is given up leaves the frames where they go', async () => {
    const stage = await streaming();
    const { input } = await stage.prepare();
    stage.mover.dropPrepared();
    await stage.clock.advanceMs(500);
    expect(input.end).toBe('closed');
    expect(stage.last().written.length).toBeGreaterThanOrEqual(5);
    expect(stage.outcome().kind).toBe('open');
  });
});

test('a mover that is closed closes every input at once, also one that a session has left behind', async () => {
  const stage = await streaming();
  const slow = stage.last();
  await stage.clock.advanceMs(450);
  slow.writeMs = 400;
  await stage.clock.advanceMs(100);
  const { input } = await stage.prepare();
  await stage.switchTo(input);
  const { input: prepared } = await stage.prepare();
  await stage.mover.close();
  await settle();
  expect([slow, input, prepared].map(({ end }) => end)).toEqual(['closed', 'closed', 'closed']);
});

test('a mover that is closed does not wait for what ffmpeg has not read of a session that has ended', async () => {
  const stage = await streaming();
  stage.last().finishMs = 1_000;
  await stage.stop();
  const ending = follow(stage.mover.endInput());
  await stage.clock.advanceMs(500);
  expect([stage.last().end, ending.outcome.kind]).toEqual([undefined, 'open']);
  await stage.mover.close();
  await settle();
  expect([stage.last().end, ending.outcome.kind]).toEqual(['closed', 'value']);
});
