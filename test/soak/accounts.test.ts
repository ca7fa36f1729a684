import { describe, expect, test } from 'bun:test';
import { checkFrames, checkOutput } from './accounts.ts';
import type { Account, Totals } from './program-lines.ts';

const TOTALS: Totals = {
  source: 1_234,
  unique: 1_200,
  dup: 30,
  dropped: 20,
  causes: { trimmed: 5, replaced: 4, unsent: 1, 'passed over': 10 },
  wrong: 4,
  lost: 10,
  waiting: 0,
  encoded: 1_230,
};
const WRITTEN = { taken: 1_234, tried: 1_234, losses: 0 };

describe('frames', () => {
  test('an account that adds up has no fault', () => {
    expect(checkFrames(TOTALS, WRITTEN, 0)).toEqual([]);
  });

  test.each<[string, Partial<Totals>]>([
    ['one that waits for ever', { waiting: 1 }],
    ['one that is decided twice', { waiting: -1 }],
    ['causes that are not what was dropped', { causes: { ...TOTALS.causes, unsent: 0 } }],
    ['more than were written', { source: 1_240, unique: 1_206, encoded: 1_236 }],
    ['more encoded than were handed on', { encoded: 1_241 }],
    ['fewer encoded than were handed on and not lost', { encoded: 1_229 }],
  ])('%s is a fault', (_, part) => {
    expect(checkFrames({ ...TOTALS, ...part }, WRITTEN, 0)).not.toEqual([]);
  });

  test('what was written and never seen is a fault where no data was lost', () => {
    const written = { taken: 1_240, tried: 1_240, losses: 0 };
    expect(checkFrames(TOTALS, written, 0)).not.toEqual([]);
    expect(checkFrames(TOTALS, { ...written, losses: 1 }, 0)).toEqual([]);
  });

  test('an ffmpeg that fails may take repeated pictures with it, as many as it can hold', () => {
    expect(checkFrames({ ...TOTALS, encoded: 1_210 }, WRITTEN, 1)).toEqual([]);
    expect(checkFrames({ ...TOTALS, encoded: 1_190 }, WRITTEN, 1)).not.toEqual([]);
  });
});

const account = (atMs: number, encoded: number, sent?: number): Account => ({
  atMs,
  totals: { ...TOTALS, encoded },
  outputs:
    sent === undefined ? [] : [{ name: 'a', sent, skipped: { away: 1, slow: 2, broken: 3, standby: 4 } }],
});

describe('outputs', () => {
  test('one that was there all the time adds up exactly', () => {
    expect(checkOutput([account(0, 50, 20), account(1, 100, 90)], { name: 'a' }).faults).toEqual([]);
    expect(checkOutput([account(0, 50, 20), account(1, 100, 89)], { name: 'a' }).faults).toHaveLength(1);
    expect(checkOutput([account(0, 50, 20), account(1, 100, 91)], { name: 'a' }).faults).toHaveLength(1);
  });

  test('one that was put in again adds up from there on', () => {
    const accounts = [account(0, 5_000), account(20, 6_000, 0), account(30, 7_000, 1_000)];
    expect(checkOutput(accounts, { name: 'a', changedMs: 10 }).faults).toEqual([]);
    const counted = [...accounts.slice(0, 1), account(20, 6_000), account(30, 7_000, 6_990)];
    expect(checkOutput(counted, { name: 'a', changedMs: 10 }).compared).toStartWith('all');
    const few = [...accounts.slice(0, 2), account(30, 7_000, 800)];
    expect(checkOutput(few, { name: 'a', changedMs: 10 }).faults).toHaveLength(1);
  });

  test('one that is not told of at the end is a fault', () => {
    expect(checkOutput([account(0, 100, 90), account(1, 110)], { name: 'a' }).faults).toHaveLength(1);
  });

  test('where nothing can be compared, that is said', () => {
    const check = checkOutput([account(0, 50, 20), account(20, 100, 80)], { name: 'a', changedMs: 10 });
    expect(check).toEqual({
      name: 'a',
      compared: 'nothing: it was changed shortly before the end',
      faults: [],
    });
  });
});
