import { describe, expect, test } from 'bun:test';
import { droppedFrames, NO_AGES } from '../../src/base/counts.ts';
import { FrameStats } from '../../src/mover/frame-stats.ts';
import type { TickFrame } from '../../src/pacing/frame-holder.ts';
import { fakeFrame } from '../support/fake-reader.ts';

const MS = 1_000_000n;
const NOW_NS = 90_000n * MS;

function tickFrame(isNew: boolean, ageMs?: number): TickFrame {
  const writtenNs = ageMs === undefined ? undefined : NOW_NS - BigInt(Math.round(ageMs * 1e6));
  return { frame: fakeFrame(1, writtenNs), isNew };
}

describe('the count of the frames', () => {
  test('has every frame that was sent as new or as repeated, and the late ones besides', () => {
    const stats = new FrameStats();
    stats.onFirstFrame(NOW_NS);
    stats.onTick({ kind: 'regular', lagNs: 0n }, tickFrame(true), NOW_NS);
    stats.onTick({ kind: 'regular', lagNs: 0n }, tickFrame(false), NOW_NS);
    stats.onTick({ kind: 'made-up', lagNs: 0n }, tickFrame(false), NOW_NS);
    stats.onTick({ kind: 'late', lagNs: 0n }, tickFrame(true), NOW_NS);
    stats.onTick({ kind: 'restarted', lagNs: 0n, skippedTicks: 3n }, tickFrame(true), NOW_NS);
    expect(stats.counts).toMatchObject({ output: 6, unique: 4, dup: 2, late: 3 });
  });

  test('has what was dropped, and what a session has lost', () => {
    const stats = new FrameStats();
    for (const cause of ['trimmed', 'replaced', 'unsent', 'unsent', 'trimmed', 'trimmed'] as const)
      stats.onDropped(cause);
    stats.onFirstFrame(NOW_NS);
    stats.onLoss({ encodedFrames: 0, unnoticedMs: 0 }, 'present', NOW_NS);
    const { counts } = stats;
    expect(counts).toMatchObject({ trimmed: 3, replaced: 1, unsent: 2, unique: 1, lost: 1, output: 1 });
    expect(droppedFrames(counts)).toBe(6);
  });

  test('has what an input has lost from which frames were switched to another, each once', () => {
    const stats = new FrameStats();
    const send = (count: number) => {
      for (let i = 0; i < count; i += 1)
        stats.onTick({ kind: 'regular', lagNs: 0n }, tickFrame(true), NOW_NS);
    };
    const lose = (encodedFrames: number, input: 'present' | 'before') =>
      stats.onLoss({ encodedFrames, unnoticedMs: 0 }, input, NOW_NS);
    stats.onFirstFrame(NOW_NS);
    send(9);
    stats.onSwitch();
    send(5);
    lose(7, 'before');
    expect(stats.counts.lost).toBe(3);
    lose(0, 'before');
    expect(stats.counts.lost).toBe(3);
    lose(4, 'present');
    expect(stats.counts.lost).toBe(4);
    send(2);
    stats.onSwitch();
    stats.onFirstFrame(NOW_NS);
    lose(0, 'before');
    expect(stats.counts.lost).toBe(4);
    send(6);
    stats.onSwitch();
    send(3);
    stats.onSwitch();
    send(1);
    lose(0, 'present');
    expect(stats.counts.lost).toBe(5);
  });

  test('that was given out does not change any more', () => {
    const stats = new FrameStats();
    const { counts } = stats;
    stats.onDropped('trimmed');
    expect(counts.trimmed).toBe(0);
  });
});

describe('the ages', () => {
  test('are those of new frames that have a time, since they were last asked for', () => {
    const stats = new FrameStats();
    const tick = { kind: 'regular', lagNs: 0n } as const;
    stats.onTick(tick, tickFrame(true, 10), NOW_NS);
    stats.onTick(tick, tickFrame(true, 20.5), NOW_NS);
    stats.onTick(tick, tickFrame(true), NOW_NS);
    stats.onTick(tick, tickFrame(false, 900), NOW_NS);
    expect(stats.takeAges()).toEqual({ count: 2, sumMs: 30.5, maxMs: 20.5 });
    expect(stats.takeAges()).toEqual(NO_AGES);
  });

  test('are never negative, although two clocks differ', () => {
    const stats = new FrameStats();
    stats.onTick({ kind: 'regular', lagNs: 0n }, tickFrame(true, -3), NOW_NS);
    expect(stats.takeAges()).toEqual({ count: 1, sumMs: 0, maxMs: 0 });
  });
});
