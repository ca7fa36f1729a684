import { describe, expect, test } from 'bun:test';
import { FrameHolder } from '../../src/pacing/frame-holder.ts';
import { SkipFeed } from '../../src/pacing/skip-feed.ts';
import { runTickLoop } from '../../src/pacing/tick-loop.ts';
import { TickSchedule } from '../../src/pacing/tick-schedule.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeFrame, FakeReader, numberOf } from '../support/fake-reader.ts';

const START_MS = 50;
const PERIOD_MS = 100;

interface Sent {
  readonly number: number;
  readonly isNew: boolean;
  readonly ageMs: number;
}

/** `skip` at 10 frames a second from 50 ms on, over a source that writes a frame every `sourceMs`. */
class SkipStage {
  readonly clock = new FakeClock(0);
  readonly reader = new FakeReader(this.clock);
  readonly sent: Sent[] = [];
  /** Times of the questions for the newest frame, in milliseconds. */
  readonly askedMs: number[] = [];
  writeMs = 0;
  readonly #ending = new AbortController();
  readonly #holder = new FrameHolder(this.reader.lend(fakeFrame(0, 0n)), this.reader, 0n);
  #running: Promise<unknown> | undefined;

  constructor(private readonly sourceMs: number) {}

  start(): void {
    const { clock, sent } = this;
    const holder = this.#holder;
    const rate = { numerator: 10n, denominator: 1n };
    const schedule = new TickSchedule(rate, BigInt(START_MS) * 1_000_000n);
    const reader = {
      next: (signal: AbortSignal) => this.reader.next(signal),
      newest: (signal: AbortSignal) => {
        this.askedMs.push(Number(clock.nowNs()) / 1e6);
        return this.reader.newest(signal);
      },
    };
    const feed = new SkipFeed(reader, holder, schedule, clock);
    const observer = {
      onTick: (_: unknown, { frame, isNew }: { frame: ReturnType<typeof fakeFrame>; isNew: boolean }) =>
        sent.push({
          number: numberOf(frame),
          isNew,
          ageMs: Number(clock.nowNs() - (frame.writtenNs ?? 0n)) / 1e6,
        }),
    };
    const sink = {
      write: () =>
        clock.sleepUntil(clock.nowNs() + BigInt(this.writeMs) * 1_000_000n, new AbortController().signal),
    };
    const { signal } = this.#ending;
    this.#running = Promise.all([
      this.#writeFrames(signal),
      runTickLoop({ clock, schedule, holder, sink, observer }, signal),
      feed.run(signal).catch(() => {}),
    ]);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.clock.advanceMs(10_000);
    await this.#running;
    this.#holder.close();
  }

  async #writeFrames(signal: AbortSignal): Promise<void> {
    for (let number = 1; !signal.aborted; number += 1) {
      const writtenNs = BigInt(Math.round(number * this.sourceMs * 1e6));
      await this.clock.sleepUntil(writtenNs, signal);
      this.reader.add(fakeFrame(number, writtenNs));
    }
  }
}

/** Lets the stage run for so long and gives what it was made of. */
async function played(stage: SkipStage, durationMs: number): Promise<SkipStage> {
  stage.start();
  await stage.clock.advanceMs(durationMs);
  return stage;
}

describe('the newest frame', () => {
  test.each([1, 10, 50, 99])('is asked for once a tick, where one comes every %d ms', async (sourceMs) => {
    const stage = await played(new SkipStage(sourceMs), 60_000);
    expect(stage.sent).toHaveLength(600);
    expect(Math.abs(stage.askedMs.length - 600)).toBeLessThanOrEqual(1);
    expect(stage.reader.dropped.length).toBe(0);
    expect(stage.sent.slice(1).filter(({ isNew }) => !isNew)).toHaveLength(0);
    await stage.stop();
    expect(stage.reader.lent.size).toBe(0);
  });

  test('is asked for just so long before the tick that it has arrived by then', async () => {
    const stage = new SkipStage(1);
    stage.reader.fetchMs = 7;
    await played(stage, 10_000);
    const leads = stage.askedMs.slice(20).map((askedMs) => PERIOD_MS - ((askedMs - START_MS) % PERIOD_MS));
    expect(Math.min(...leads)).toBeGreaterThanOrEqual(8.4);
    expect(Math.max(...leads)).toBeLessThanOrEqual(9);
    const oldest = Math.max(...stage.sent.slice(5).map(({ ageMs }) => ageMs));
    expect(oldest).toBeLessThanOrEqual(10);
    await stage.stop();
  });

  test('that one slow fetch delays is asked for earlier for a while, and later again after that', async () => {
    const stage = await played(new SkipStage(1), 2_000);
    stage.reader.fetchMs = 60;
    await stage.clock.advanceMs(200);
    stage.reader.fetchMs = 1;
    const asked = stage.askedMs.length;
    await stage.clock.advanceMs(10_000);
    const leads = stage.askedMs.slice(asked).map((askedMs) => PERIOD_MS - ((askedMs - START_MS) % PERIOD_MS));
    expect(leads[0]).toBeGreaterThan(50);
    expect(leads.at(-1)).toBeLessThan(5);
    await stage.stop();
  });

  test('that takes longer than a period is sent when it is there, and no more is asked for meanwhile', async () => {
    const stage = new SkipStage(10);
    stage.reader.fetchMs = 250;
    await played(stage, 10_050);
    expect(stage.sent).toHaveLength(101);
    const fresh = stage.sent.filter(({ isNew }) => isNew);
    expect(fresh.length).toBeGreaterThan(30);
    expect(stage.askedMs.length).toBeLessThanOrEqual(41);
    expect(Math.max(...fresh.map(({ ageMs }) => ageMs))).toBeLessThan(400);
    await stage.stop();
  });

  test('is repeated where the source is slower, and none is taken twice', async () => {
    const stage = await played(new SkipStage(200), 10_000);
    const fresh = stage.sent.filter(({ isNew }) => isNew).map(({ number }) => number);
    expect(fresh.length).toBeGreaterThanOrEqual(48);
    expect(new Set(fresh).size).toBe(fresh.length);
    expect(stage.sent).toHaveLength(100);
    await stage.stop();
  });
});

describe('while the encoder holds the ticks up', () => {
  test('it is still asked for once a period, and what it replaces is counted', async () => {
    const stage = new SkipStage(1);
    stage.reader.fetchMs = 1;
    await played(stage, 1_000);
    const asked = stage.askedMs.length;
    stage.writeMs = 5_000;
    await stage.clock.advanceMs(5_000);
    expect(stage.askedMs.length - asked).toBeGreaterThanOrEqual(49);
    expect(stage.askedMs.length - asked).toBeLessThanOrEqual(51);
    expect(stage.reader.dropped.length).toBeGreaterThanOrEqual(47);
    expect(new Set(stage.reader.dropCauses)).toEqual(new Set(['replaced']));
    stage.writeMs = 0;
    await stage.clock.advanceMs(2_000);
    const sent = stage.sent.length;
    await stage.clock.advanceMs(1_000);
    const after = stage.sent.slice(sent);
    expect(after).toHaveLength(10);
    expect(after.every(({ isNew, ageMs }) => isNew && ageMs < 5)).toBe(true);
    await stage.stop();
    expect(stage.reader.lent.size).toBe(0);
  });

  test('it is not asked for in a rush afterwards because an answer took long', async () => {
    const stage = new SkipStage(1);
    await played(stage, 1_000);
    stage.writeMs = 10_000;
    stage.reader.fetchMs = 3_000;
    await stage.clock.advanceMs(3_500);
    stage.reader.fetchMs = 1;
    const asked = stage.askedMs.length;
    await stage.clock.advanceMs(1_000);
    expect(stage.askedMs.length - asked).toBeLessThanOrEqual(11);
    await stage.stop();
  });
});

describe('the end', () => {
  test('is at once, also in the middle of a fetch', async () => {
    const stage = new SkipStage(10);
    stage.reader.fetchMs = 60;
    await played(stage, 1_000);
    await stage.stop();
    expect(stage.clock.sleeperCount).toBe(0);
    expect(stage.reader.lent.size).toBe(0);
  });
});
