import { expect, test } from 'bun:test';
import { lateTicks, settledPauseMs } from './stream-health.ts';

const report = (late: number) =>
  '2026-11-27T06:04:17.022Z info streaming | out 23.97 fps, source 23.97 fps | unique 240, dup 0, dropped 0, wrong 0, lost 0 ' +
  `| backlog age 43 ms (max 54), late ticks ${late} | encoder 1.02x, 0.75 Mbit/s`;

/** Pictures 40 ms apart, each there within a millisecond. */
const pictures = (count: number, fromMs = 0) =>
  Array.from({ length: count }, (_, index) => ({
    firstMs: fromMs + index * 40,
    lastMs: fromMs + index * 40 + 1,
  }));

test('late ticks are those of all reports', () => {
  expect(lateTicks([report(0), 'something else', report(2), report(1)])).toBe(3);
  expect(lateTicks([])).toBeNaN();
});

test('the longest pause counts from when the stream has settled', () => {
  expect(settledPauseMs([...pictures(10), ...pictures(30, 900)])).toBe(40);
  expect(settledPauseMs([...pictures(40), ...pictures(10, 2000)])).toBe(2000 - 39 * 40);
  expect(settledPauseMs(pictures(10))).toBeNaN();
});
