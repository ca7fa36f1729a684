import { mergeAges, NO_AGES } from '../../src/base/counts.ts';
import { describe, expect, test } from 'bun:test';
import { EncoderStats } from '../../src/status/encoder-stats.ts';
import { FrameStats } from '../../src/mover/frame-stats.ts';
import type { Selection } from '../../src/pacing/frame-selector.ts';
import { fakeFrame } from '../support/fake-reader.ts';

const MS = 1_000_000n;
const NOW_NS = 90_000n * MS;

function selection(isNew: boolean, ageMs?: number): Selection {
  const writtenNs = ageMs === undefined ? undefined : NOW_NS - BigInt(Math.round(ageMs * 1e6));
  return { frame: fakeFrame(1, writtenNs), isNew };
}

describe('the count of the frames', () => {
  test('has every frame that was sent as new or as repeated, and the late ones besides', () => {
    const stats = new FrameStats();
    stats.onFirstFrame(NOW_NS);
    stats.onTick({ kind: 'regular', lagNs: 0n }, selection(true), NOW_NS);
    stats.onTick({ kind: 'regular', lagNs: 0n }, selection(false), NOW_NS);
    stats.onTick({ kind: 'made-up', lagNs: 0n }, selection(false), NOW_NS);
    stats.onTick({ kind: 'late', lagNs: 0n }, selection(true), NOW_NS);
    stats.onTick({ kind: 'restarted', lagNs: 0n, skippedTicks: 3n }, selection(true), NOW_NS);
    expect(stats.counts).toMatchObject({ output: 6, unique: 4, dup: 2, late: 3 });
  });

  test('has what was read, what was wrong and what was dropped', () => {
    const stats = new FrameStats();
    for (let i = 0; i < 3; i += 1) stats.onRead();
    for (let i = 0; i < 2; i += 1) stats.onWrong();
    stats.onDropped();
    expect(stats.counts).toMatchObject({ read: 3, wrong: 2, dropped: 1, output: 0 });
  });

  test('that was given out does not change any more', () => {
    const stats = new FrameStats();
    const { counts } = stats;
    stats.onRead();
    expect(counts.read).toBe(0);
  });
});

describe('the ages', () => {
  test('are those of new frames that have a time, since they were last asked for', () => {
    const stats = new FrameStats();
    const tick = { kind: 'regular', lagNs: 0n } as const;
    stats.onTick(tick, selection(true, 10), NOW_NS);
    stats.onTick(tick, selection(true, 20.5), NOW_NS);
    stats.onTick(tick, selection(true), NOW_NS);
    stats.onTick(tick, selection(false, 900), NOW_NS);
    expect(stats.takeAges()).toEqual({ count: 2, sumMs: 30.5, maxMs: 20.5 });
    expect(stats.takeAges()).toEqual(NO_AGES);
  });

  test('are never negative, although two clocks differ', () => {
    const stats = new FrameStats();
    stats.onTick({ kind: 'regular', lagNs: 0n }, selection(true, -3), NOW_NS);
    expect(stats.takeAges()).toEqual({ count: 1, sumMs: 0, maxMs: 0 });
  });

  test('of two times are added up', () => {
    const merged = mergeAges({ count: 2, sumMs: 30, maxMs: 20 }, { count: 1, sumMs: 25, maxMs: 25 });
    expect(merged).toEqual({ count: 3, sumMs: 55, maxMs: 25 });
    expect(mergeAges(NO_AGES, merged)).toEqual(merged);
  });
});

describe('the count of the encoder', () => {
  test('adds up one ffmpeg after another, each of which counts from 0', () => {
    const stats = new EncoderStats();
    stats.onProgress({ frames: 1, sizeBytes: 100 });
    stats.onProgress({ frames: 240, sizeBytes: 90_000 });
    stats.onProgress({ frames: 0 });
    stats.onProgress({ frames: 24, sizeBytes: 5_000 });
    expect(stats.counts).toEqual({ frames: 264, bytes: 95_000 });
  });

  test('does without the bytes where the output cannot tell', () => {
    const stats = new EncoderStats();
    stats.onProgress({ frames: 10 });
    stats.onProgress({ frames: 20 });
    expect(stats.counts).toEqual({ frames: 20, bytes: 0 });
  });
});
