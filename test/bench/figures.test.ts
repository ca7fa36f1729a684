import { expect, test } from 'bun:test';
import { figuresOf, recoveriesS } from './figures.ts';
import type { FrameRecord } from './frame-records.ts';
import { PictureStarts } from './picture-starts.ts';
import type { RunResult } from './run-scenario.ts';
import { runTableRows } from './run-table.ts';
import { secondsOf, startOf, worstOf } from './seconds.ts';
import { percentile, slopeOf } from './statistics.ts';

const FPS = 25;
const PERIOD_MS = 1000 / FPS;

/** A frame that came at tick `tick`, `lateMs` after it was due, 5 ms after it was sent. */
function record(number: number, tick: number, lateMs = 0): FrameRecord {
  const firstByteMs = 1_000_000 + tick * PERIOD_MS + lateMs;
  return { number, sentMs: firstByteMs - 4, firstByteMs, lastByteMs: firstByteMs + 1, isTorn: false };
}

test('percentiles are values that occurred, and nothing has none', () => {
  expect(percentile([3, 1, 2], 50)).toBe(2);
  expect(percentile([3, 1, 2], 99)).toBe(3);
  expect(percentile([], 50)).toBeNaN();
  expect(slopeOf([1, 3, 5])).toBe(2);
});

test('frames on time have no deviation, no rate error and no growth', () => {
  const figures = figuresOf(
    Array.from({ length: 90 }, (_, index) => record(index, index)),
    FPS,
  );
  expect(figures).toMatchObject({ frames: 90, dup: 0, lost: 0, backwards: 0, torn: 0 });
  expect(figures.rateErrorPercent).toBeCloseTo(0, 6);
  expect(figures.deviation.maxMs).toBeCloseTo(0, 6);
  expect(figures.latency.p50Ms).toBeCloseTo(5, 6);
  expect(figures.latencyGrowth.maxMs).toBeCloseTo(0, 6);
});

test('a frame that is late, one that is repeated, some that are missing and one from before are all seen', () => {
  const numbers = [0, 1, 1, 2, 6, 5, 7, 8, 9, 10];
  const records = numbers.map((number, index) => record(number, index, index === 3 ? 7 : 0));
  const figures = figuresOf(records, FPS);
  expect(figures).toMatchObject({ frames: 10, dup: 1, lost: 4, backwards: 1 });
  expect(figures.deviation.maxMs).toBeCloseTo(7, 6);
  expect(figures.deviation.p50Ms).toBeCloseTo(0, 6);
});

test('a source that is 1 % too fast shows as such', () => {
  const records = Array.from({ length: 100 }, (_, index) => record(index, index / 1.01));
  expect(figuresOf(records, FPS).rateErrorPercent).toBeCloseTo(1, 6);
});

test('after a hiccup the time is taken until the latency stays within the limit', () => {
  const records = Array.from({ length: 250 }, (_, tick) => {
    const isHeld = tick >= 20 && tick < 45;
    const sentMs = record(tick, isHeld ? 45 : tick).sentMs;
    const delayMs = tick >= 20 && tick < 70 ? 600 : 5;
    return { ...record(tick, tick), sentMs, lastByteMs: sentMs + delayMs };
  });
  const [recovery, ...others] = recoveriesS(records, 50);
  expect(others).toEqual([]);
  expect(recovery).toBeCloseTo((25 * PERIOD_MS + 5) / 1000, 6);
  const never = records.map((each) => ({ ...each, lastByteMs: each.sentMs + 100 }));
  expect(recoveriesS(never, 50)).toEqual([Number.POSITIVE_INFINITY]);
});

/** A session of ten seconds in which frame `tick` is `ageMs(tick)` old; the repeated and trimmed ones are as said. */
function session(ageMs: (tick: number) => number, numberAt = (tick: number) => tick): FrameRecord[] {
  return Array.from({ length: 10 * FPS }, (_, tick) => {
    const { firstByteMs, lastByteMs } = record(0, tick);
    return { ...record(numberAt(tick), tick), firstByteMs, sentMs: lastByteMs - ageMs(tick) };
  });
}

test('the worst second is seen, however good all others are', () => {
  const seconds = secondsOf(session((tick) => (Math.floor(tick / FPS) === 7 ? 68 : 26)));
  expect(seconds).toHaveLength(10);
  expect(worstOf(seconds).oldest).toMatchObject({ atS: 7, latency: { p50Ms: 68, maxMs: 68 } });
  expect(
    percentile(
      seconds.map(({ latency }) => latency.p50Ms),
      90,
    ),
  ).toBe(26);
});

test('a frame that is repeated and one that is passed over count in the second that they are in', () => {
  const records = session(
    () => 26,
    (tick) => (tick < 80 || tick >= 135 ? tick : tick - 1),
  );
  const seconds = secondsOf(records);
  expect(seconds.map(({ dup }) => dup)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  expect(seconds.map(({ lost }) => lost)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(worstOf(seconds).dup).toBe(1);
});

test('how a session begins is told from its third frame on, and for five seconds', () => {
  const records = session(
    (tick) => (tick < 2 ? 900 : tick === 60 ? 188 : tick > 150 ? 500 : 26),
    (tick) => (tick < 3 ? tick : tick - 1),
  );
  const start = startOf(secondsOf(records));
  expect(start).toMatchObject({ dup: 1, lost: 0 });
  expect(start.latencyMaxMs).toBeCloseTo(188, 6);
  expect(start.seconds.map(({ atS }) => atS)).toEqual([0, 1, 2, 3, 4]);
  expect(start.seconds[0]?.latency.maxMs).toBeCloseTo(26, 6);
});

test('a second without a new frame has no age, and is not the worst one', () => {
  const records = session(
    (tick) => (tick > 200 ? 40 : 26),
    (tick) => (tick < 50 ? tick : tick < 100 ? 49 : tick - 50),
  );
  const seconds = secondsOf(records);
  expect(seconds[2]?.latency.p50Ms).toBeNaN();
  expect(worstOf(seconds)).toMatchObject({ dup: FPS, oldest: { atS: 8 } });
  expect(worstOf(secondsOf([]))).toEqual({ oldest: undefined, dup: 0 });
  expect(startOf(secondsOf([])).latencyMaxMs).toBeNaN();
});

test('a row of the table shows the worst second, and the line below it how the session began', () => {
  const records = session(
    (tick) => (Math.floor(tick / FPS) === 7 ? 68 : tick === 30 ? 188 : 26),
    (tick) => (tick < 80 ? tick : tick - 1),
  );
  const [row, start, ...others] = runTableRows(resultOf(records));
  expect(row).toContain(' 68.0/68.0 at 7 s ');
  expect(row).toContain(' 1 (1) ');
  const [even, uneven] = ['26.0/26.0 ms, dup 0, lost 0', '26.0/188.0 ms, dup 0, lost 0'];
  const repeated = '26.0/26.0 ms, dup 1, lost 0';
  expect(start).toBe(`  start, second by second: ${[even, uneven, even, repeated, even].join('; ')}`);
  expect(others).toEqual([]);
});

/** A run with these frames, which took nothing. */
function resultOf(records: readonly FrameRecord[]): RunResult {
  const seconds = secondsOf(records);
  return {
    ...figuresOf(records, FPS),
    name: 'run',
    seconds: seconds.length,
    cpuMsPerFrame: 0,
    idleCpuMsPerS: 0,
    residentMib: 0,
    peakMib: 0,
    redisFramesPerFrame: 1,
    othersCpuPercent: 0,
    source: { sent: records.length, late: 0, latestMs: 0 },
    recoveriesS: [],
    worst: worstOf(seconds),
    start: startOf(seconds),
    complaints: [],
  };
}

test('pictures are counted where they begin, however the stream is cut into pieces', () => {
  const packets = [0x4100, 0x0100, 0x4000, 0x4100].map((head) => {
    const packet = new Uint8Array(188).fill(0x41);
    packet.set([0x47, head >> 8, head & 255]);
    return packet;
  });
  const bytes = new Uint8Array(packets.flatMap((packet) => [...packet]));
  for (const pieceBytes of [1, 2, 100, 188, 189, 752]) {
    const starts = new PictureStarts();
    let count = 0;
    for (let at = 0; at < bytes.length; at += pieceBytes)
      count += starts.take(bytes.subarray(at, at + pieceBytes));
    expect(count).toBe(2);
  }
});
