import { expect, test } from 'bun:test';
import { figuresOf, recoveriesS } from './figures.ts';
import type { FrameRecord } from './frame-records.ts';
import { PictureStarts } from './picture-starts.ts';
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
