import { describe, expect, test } from 'bun:test';
import { BacklogTrimmer } from '../../src/pacing/backlog-trimmer.ts';

const MS = 1_000_000n;
const TRIM_AFTER_NS = 2_000n * MS;
const START_NS = 5_000n * MS;
const at = (ms: number) => START_NS + BigInt(ms) * MS;

describe('a standing backlog', () => {
  test('is left alone for the first 2 s', () => {
    const trimmer = new BacklogTrimmer(TRIM_AFTER_NS, START_NS);
    for (let ms = 0; ms < 2_000; ms += 10) expect(trimmer.judge(false, at(ms))).toBe('keep');
    expect(trimmer.judge(false, at(2_000))).toBe('trim');
  });

  test('loses every second read from then on', () => {
    const trimmer = new BacklogTrimmer(TRIM_AFTER_NS, START_NS);
    const verdicts = Array.from({ length: 6 }, (_, index) => trimmer.judge(false, at(2_000 + index)));
    expect(verdicts).toEqual(['trim', 'keep', 'trim', 'keep', 'trim', 'keep']);
  });

  test('is over at the first read that has to wait, and the 2 s begin again', () => {
    const trimmer = new BacklogTrimmer(TRIM_AFTER_NS, START_NS);
    expect(trimmer.judge(false, at(2_000))).toBe('trim');
    expect(trimmer.judge(true, at(2_010))).toBe('keep');
    expect(trimmer.judge(false, at(2_020))).toBe('keep');
    expect(trimmer.judge(false, at(4_009))).toBe('keep');
    expect(trimmer.judge(false, at(4_010))).toBe('trim');
  });

  test('is none where a tick had nothing to send', () => {
    const trimmer = new BacklogTrimmer(TRIM_AFTER_NS, START_NS);
    trimmer.starved(at(1_900));
    expect(trimmer.judge(false, at(3_800))).toBe('keep');
    expect(trimmer.judge(false, at(3_900))).toBe('trim');
  });

  test('is never trimmed with a time of 0', () => {
    const trimmer = new BacklogTrimmer(0n, START_NS);
    for (let ms = 0; ms < 3_600_000; ms += 1_000) expect(trimmer.judge(false, at(ms))).toBe('keep');
  });

  test('is left to the maximum delay for 10 s where trimming makes the frames no younger', () => {
    const trimmer = new BacklogTrimmer(TRIM_AFTER_NS, START_NS);
    const judge = (ms: number, ageMs: number) => trimmer.judge(false, at(ms), BigInt(ageMs) * MS);
    expect(judge(2_000, 1_000)).toBe('trim');
    for (let ms = 2_010; ms < 4_000; ms += 10) judge(ms, 1_000);
    for (let ms = 4_000; ms < 16_000; ms += 10) expect(judge(ms, 2_000)).toBe('keep');
    expect(judge(16_000, 2_000)).toBe('trim');
  });

  test('goes on being trimmed for as long as the frames get younger', () => {
    const trimmer = new BacklogTrimmer(TRIM_AFTER_NS, START_NS);
    for (let step = 0; step < 1_000; step += 1) {
      const verdict = trimmer.judge(false, at(2_000 + step * 20), BigInt(30_000 - step) * MS);
      expect(verdict).toBe(step % 2 === 0 ? 'trim' : 'keep');
    }
  });
});
