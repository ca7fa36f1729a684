import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { MARKS, type Mark } from '../../../src/config/config.ts';
import { type MarkFacts, STANDSTILL_AFTER_MS, markLines } from '../../../src/levels/marks/mark-lines.ts';

const FACTS: MarkFacts = {
  overlay: MARKS,
  name: 'imagestream',
  frameTimeMs: Date.UTC(2026, 10, 24, 20, 33, 0, 123),
  ageMs: 43,
  stillMs: 0,
};

/** The line of one mark; undefined where it has none. */
function lineOf(mark: Mark, facts: Partial<MarkFacts>): string | undefined {
  const lines = markLines({ ...FACTS, ...facts, overlay: [mark] });
  expect(lines.length).toBeLessThanOrEqual(1);
  return lines[0];
}

test('all marks, from top to bottom', () => {
  expect(markLines({ ...FACTS, stillMs: 12_900, ageMs: 12_943 })).toEqual([
    '2026-11-24 20:33:00.123 UTC',
    'imagestream',
    'age 12.9 s',
    'NO NEW FRAME 00:12',
  ]);
});

test('only what is wanted, in the same order whatever that of the setting', () => {
  expect(markLines({ ...FACTS, overlay: [] })).toEqual([]);
  expect(markLines({ ...FACTS, overlay: ['age', 'time'] })).toEqual([
    '2026-11-24 20:33:00.123 UTC',
    'age 43 ms',
  ]);
});

describe('the time', () => {
  test.each([
    [0, '1970-01-01 00:00:00.000 UTC'],
    [1_700_000_000_007, '2023-11-14 22:13:20.007 UTC'],
    [8.64e15, '+275760-09-13 00:00:00.000 UTC'],
  ])('of %d', (frameTimeMs, line) => {
    expect(lineOf('time', { frameTimeMs })).toBe(line);
  });

  test.each([undefined, 8.64e15 + 2, 2 ** 64])('of %p has no line', (frameTimeMs) => {
    expect(lineOf('time', { frameTimeMs })).toBeUndefined();
  });
});

describe('the name', () => {
  test.each([
    ['cosmos:camera 1', 'cosmos:camera 1'],
    ['kamera-süd', 'kamera-s?d'],
    ['a\u001b[31m\n\t\x7f', 'a?[31m???'],
    ['😀', '?'],
  ])('%j is written %j', (name, line) => {
    expect(lineOf('name', { name })).toBe(line);
  });
});

describe('the age', () => {
  test.each([
    [0, 'age 0 ms'],
    [-0.4, 'age 0 ms'],
    [43.4, 'age 43 ms'],
    [9_999.4, 'age 9999 ms'],
    [9_999.5, 'age 10.0 s'],
    [12_345, 'age 12.3 s'],
    [86_400_000, 'age 86400.0 s'],
    [-250, 'age -250 ms'],
    [-12_345, 'age -12.3 s'],
  ])('of %d ms', (ageMs, line) => {
    expect(lineOf('age', { ageMs })).toBe(line);
  });

  test('that is not known has no line', () => {
    expect(lineOf('age', { ageMs: undefined })).toBeUndefined();
  });
});

describe('a standstill', () => {
  test.each([
    [2_000, '00:02'],
    [12_999, '00:12'],
    [59_999, '00:59'],
    [60_000, '01:00'],
    [3_599_999, '59:59'],
    [3_600_000, '1:00:00'],
    [3_612_000, '1:00:12'],
    [36_000_000 + 61_000, '10:01:01'],
    [360_000_000, '100:00:00'],
  ])('of %d ms', (stillMs, clock) => {
    expect(lineOf('standstill', { stillMs })).toBe(`NO NEW FRAME ${clock}`);
  });

  test.each([0, 1_000, STANDSTILL_AFTER_MS - 1])('of %d ms is none yet', (stillMs) => {
    expect(lineOf('standstill', { stillMs })).toBeUndefined();
  });
});

test('lines are printable ASCII, whatever the facts', () => {
  const facts = fc.record({
    overlay: fc.constant(MARKS),
    name: fc.string({ unit: 'binary' }),
    frameTimeMs: fc.option(fc.double({ min: 0, max: 2 ** 64, noNaN: true }), { nil: undefined }),
    ageMs: fc.option(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { nil: undefined }),
    stillMs: fc.double({ min: 0, max: 1e15, noNaN: true }),
  });
  fc.assert(fc.property(facts, (given) => expect(markLines(given).join('')).toMatch(/^[ -~]*$/)));
});
