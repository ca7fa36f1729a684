import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { droppedFrames } from '../../src/base/counts.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import { settle } from '../support/fake-clock.ts';
import { moverStage } from '../support/mover-stage.ts';
import { follow } from '../support/reader-stage.ts';

type Pacing = MoverSettings['pacing'];

/** The one that was sent last may be held without having been sent, and the next one waits for its tick. */
const MOST_HELD = 2;
/** Behind the maximum delay, so that a frame is too old to begin with, and behind the longest wait for a connection. */
const LONG_MS = 7_000;

const never = new AbortController().signal;

/** A mover that is used as the service uses it, whatever the order is in which things happen. */
class CountedMover {
  readonly stage = moverStage({ trimAfterMs: 300 });
  #settings = this.stage.settings;
  #ending: AbortController | undefined;
  #isOpen = false;

  /** Waits for a frame and begins a session with it, or gives up. */
  async begin(isToOpen: boolean): Promise<void> {
    if (this.#isOpen) return;
    const { mover, clock, sink } = this.stage;
    const giveUp = new AbortController();
    const waiting = follow(mover.awaitFrame(giveUp.signal));
    await clock.advanceMs(50);
    giveUp.abort();
    await settle();
    if (waiting.outcome.kind !== 'value' || !isToOpen) return;
    await mover.openInput(sink);
    this.#isOpen = true;
    this.#pump();
  }

  async end(): Promise<void> {
    await this.#stop();
    this.#isOpen = false;
    await this.stage.mover.endInput();
  }

  async reload(pacing: Partial<Pacing>): Promise<void> {
    await this.#stop();
    this.#settings = { ...this.#settings, pacing: { ...this.#settings.pacing, ...pacing } };
    this.stage.mover.configure(this.#settings);
    if (this.#isOpen) this.#pump();
  }

  /** Frames that were read and are neither sent nor dropped. */
  get undecided(): number {
    const { read, unique, ...rest } = this.stage.mover.counts().counts;
    return read - unique - droppedFrames(rest);
  }

  #pump(): void {
    this.#ending = new AbortController();
    void follow(this.stage.mover.pump(this.#ending.signal));
  }

  async #stop(): Promise<void> {
    this.#ending?.abort();
    await settle();
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add'), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), count: fc.integer({ min: 1, max: 400 }) }) },
  fc.record({
    do: fc.constantFrom(
      'add-wrong',
      'begin',
      'await',
      'end',
      'lose',
      'scale',
      'skip',
      'hold',
      'close',
      'stall',
    ),
    count: fc.constant(0),
  }),
  fc.record({ do: fc.constant('wait'), count: fc.constant(LONG_MS) }),
);

async function play(counted: CountedMover, action: string, count: number): Promise<void> {
  const { redis, clock } = counted.stage;
  switch (action) {
    case 'add':
      for (let frame = 0; frame < count; frame += 1) redis.addNow();
      return;
    case 'add-wrong':
      return void redis.addNow('wrong-size');
    case 'wait':
      return clock.advanceMs(count);
    case 'stall':
      return clock.jumpMs(1_500);
    case 'lose':
      return redis.lose('gone');
    case 'begin':
    case 'await':
      return counted.begin(action === 'begin');
    case 'end':
      return counted.end();
    case 'scale':
    case 'skip':
      return counted.reload({ method: action });
    case 'hold':
    case 'close':
      return counted.reload({ idle: action });
  }
}

describe('whatever happens', () => {
  test('each frame that was read is sent as new or dropped for one cause, but for at most two that are held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const counted = new CountedMover();
        const { stage } = counted;
        await play(counted, 'add', 1);
        await counted.begin(true);
        for (const { do: action, count } of steps) {
          await play(counted, action, count);
          expect(counted.undecided).toBeWithin(0, MOST_HELD + 1);
        }
        await counted.end();
        // All that waits is looked at, and the one that a session would begin with is given up.
        await stage.clock.advanceMs(LONG_MS);
        await counted.begin(false);
        await stage.mover.close();
        expect(counted.undecided).toBe(0);
        expect(stage.redis.lent.size).toBe(0);
        const { counts, source } = stage.mover.counts();
        if (source.kind !== 'counted') throw new Error('the source is not counted');
        expect(counts.read + counts.wrong + source.passedOver).toBeLessThanOrEqual(source.entries);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('a frame that is never sent', () => {
  test('is unsent where it is the one that a session would have begun with', async () => {
    const { mover, redis } = moverStage();
    redis.addNow();
    await mover.awaitFrame(never);
    redis.addNow();
    await mover.awaitFrame(never);
    expect(mover.counts().counts).toMatchObject({ read: 2, unique: 0, trimmed: 0, replaced: 0, unsent: 1 });
    await mover.close();
    expect(mover.counts().counts).toMatchObject({ read: 2, unsent: 2 });
  });

  test('is unsent where it is too old to begin with', async () => {
    const { mover, redis, clock } = moverStage();
    redis.addNow();
    await clock.advanceMs(5_001);
    const giveUp = new AbortController();
    const waiting = follow(mover.awaitFrame(giveUp.signal));
    await settle();
    giveUp.abort();
    await settle();
    expect(waiting.outcome.kind).toBe('error');
    expect(mover.counts().counts).toMatchObject({ read: 1, unique: 0, unsent: 1 });
  });

  test('is unsent where it waits for its tick when the session ends', async () => {
    const counted = new CountedMover();
    const { clock, redis, mover } = counted.stage;
    redis.addNow();
    await counted.begin(true);
    await clock.advanceMs(200);
    redis.addNow();
    await settle();
    expect(counted.undecided).toBe(1);
    await counted.end();
    expect(mover.counts().counts).toMatchObject({ read: 2, unique: 1, trimmed: 0, replaced: 0, unsent: 1 });
  });

  test('is trimmed where it stood in a backlog', async () => {
    const counted = new CountedMover();
    const { clock, redis, mover } = counted.stage;
    redis.addNow();
    await counted.begin(true);
    // What is there when the ticks begin is passed over for the newest.
    await clock.advanceMs(200);
    for (let frame = 0; frame < 5; frame += 1) redis.addNow();
    for (let frame = 0; frame < 30; frame += 1) {
      await clock.advanceMs(100);
      redis.addNow();
    }
    await clock.advanceMs(500);
    const { counts } = mover.counts();
    expect(counts.trimmed).toBeGreaterThanOrEqual(4);
    expect(counts).toMatchObject({ replaced: 0, unsent: 0, unique: 36 - counts.trimmed });
  });

  test('is replaced where a newer one is there for its tick', async () => {
    const counted = new CountedMover();
    const { clock, redis, mover, sink } = counted.stage;
    await counted.reload({ method: 'skip' });
    redis.addNow();
    await counted.begin(true);
    // It takes a frame for a second, and meanwhile the ticks wait.
    sink.write = () => clock.sleepUntil(clock.nowNs() + 1_000_000_000n, never);
    for (let frame = 0; frame < 20; frame += 1) {
      await clock.advanceMs(100);
      redis.addNow();
    }
    const { counts } = mover.counts();
    expect(counts.replaced).toBeGreaterThanOrEqual(14);
    expect(counts).toMatchObject({ trimmed: 0, unsent: 0 });
  });
});
