import type { DropCause } from '../../src/base/counts.ts';
import type { Frame, FrameOwner } from '../../src/base/frame.ts';
import type { FrameRate } from '../../src/base/frame-rate.ts';
import type { FrameReader } from '../../src/base/frame-reader.ts';
import { FrameHolder, type TickFrame } from '../../src/pacing/frame-holder.ts';
import { ScaleFeed } from '../../src/pacing/scale-feed.ts';
import { runTickLoop } from '../../src/pacing/tick-loop.ts';
import { TickSchedule, type Tick } from '../../src/pacing/tick-schedule.ts';
import { FakeClock } from './fake-clock.ts';
import { fakeFrame, numberOf, FakeReader } from './fake-reader.ts';

/** What one tick sent. */
export interface SentFrame {
  readonly number: number;
  readonly isNew: boolean;
  /** After the start. */
  readonly atMs: number;
  /** From the frame's writing to its tick. */
  readonly ageMs: number;
}

export interface SimulationResult {
  readonly sent: readonly SentFrame[];
  /** When frames were trimmed, after the start. */
  readonly trimmedMs: readonly number[];
  /** Why frames were never sent, in order; those that still waited at the end, too. */
  readonly dropCauses: readonly DropCause[];
}

export interface ScaleRun {
  readonly rate: FrameRate;
  readonly trimAfterMs: number;
  /** When tick 0 is due after the start. */
  readonly phaseMs: number;
  readonly durationMs: number;
}

interface SimulationParts {
  readonly clock: FakeClock;
  readonly reader: FrameReader;
  readonly owner: FrameOwner;
  readonly first: Frame;
  /** The source: writes frames as time passes, until the signal aborts. */
  readonly writeFrames: (signal: AbortSignal) => Promise<void>;
}

const NS_PER_MS = 1e6;

/** Runs `scale` on a source that writes frames 1, 2, … so long after the start; frame 0 is there before. */
export async function simulateScale(run: ScaleRun, writtenMs: readonly number[]): Promise<SimulationResult> {
  const clock = new FakeClock();
  const reader = new FakeReader(clock);
  const startNs = clock.nowNs();
  const writeFrames = async (signal: AbortSignal) => {
    for (const [index, offsetMs] of writtenMs.entries()) {
      const writtenNs = startNs + BigInt(Math.round(offsetMs * NS_PER_MS));
      await clock.sleepUntil(writtenNs, signal);
      if (signal.aborted) return;
      reader.add(fakeFrame(index + 1, writtenNs));
    }
  };
  const first = reader.lend(fakeFrame(0, startNs));
  const result = await simulate(run, { clock, reader, owner: reader, first, writeFrames });
  if (reader.lent.size > 0) throw new Error(`${reader.lent.size} frames were not given back`);
  return result;
}

/** Runs the real feed, holder, schedule and tick loop of `scale`. */
export async function simulate(run: ScaleRun, parts: SimulationParts): Promise<SimulationResult> {
  const { clock, reader, owner, first, writeFrames } = parts;
  const startNs = clock.nowNs();
  const sinceStartMs = (atNs: bigint) => Number(atNs - startNs) / NS_PER_MS;
  const sent: SentFrame[] = [];
  const trimmedMs: number[] = [];
  const dropCauses: DropCause[] = [];
  const ending = new AbortController();
  const trimAfterNs = BigInt(run.trimAfterMs * NS_PER_MS);
  const watched: FrameOwner = {
    release: (frame) => owner.release(frame),
    drop(frame, cause) {
      if (cause === 'trimmed') trimmedMs.push(sinceStartMs(clock.nowNs()));
      dropCauses.push(cause);
      owner.drop(frame, cause);
    },
  };
  const holder = new FrameHolder(first, watched, startNs);
  const feed = new ScaleFeed(reader, holder, clock, trimAfterNs);
  const schedule = new TickSchedule(run.rate, startNs + BigInt(Math.round(run.phaseMs * NS_PER_MS)));
  const observer = {
    onTick(tick: Tick, { frame, isNew }: TickFrame, nowNs: bigint) {
      if (tick.kind === 'regular' && !isNew) feed.onStarvedTick(nowNs);
      const ageMs = Number(nowNs - (frame.writtenNs ?? nowNs)) / NS_PER_MS;
      sent.push({ number: numberOf(frame), isNew, atMs: sinceStartMs(nowNs), ageMs });
    },
  };
  const sink = { write: () => Promise.resolve() };
  const running = [
    writeFrames(ending.signal),
    runTickLoop({ clock, schedule, holder, sink, observer }, ending.signal),
    feed.run(ending.signal).catch(() => {}),
  ];
  await clock.advanceMs(run.durationMs);
  ending.abort();
  await Promise.all(running);
  holder.close();
  return { sent, trimmedMs, dropCauses };
}
