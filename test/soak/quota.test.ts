import { expect, test } from 'bun:test';
import { checkQuota, quotaExcess } from './quota.ts';

const QUOTAS = [
  { atMs: 0, quotaBytes: 1_000 },
  { atMs: 20_000, quotaBytes: 500 },
];
const at = (atMs: number, sizeBytes: number) => ({ atMs, sizeBytes, largestBytes: 100 });

test('what stays below has no fault', () => {
  expect(checkQuota([at(1_000, 900), at(2_000, 1_000), at(3_000, 950)], QUOTAS)).toEqual([]);
});

test('a segment above is borne, more is not', () => {
  expect(checkQuota([at(1_000, 900), at(2_000, 1_100)], QUOTAS)).toEqual([]);
  expect(checkQuota([at(1_000, 900), at(2_000, 1_101)], QUOTAS)).toHaveLength(1);
});

test('a lower quota holds a moment after it came, and only for what is written', () => {
  expect(quotaExcess([at(19_000, 900), at(21_000, 1_000)], QUOTAS)).toBe(0);
  expect(quotaExcess([at(19_000, 900), at(30_000, 900)], QUOTAS)).toBe(-100);
  expect(quotaExcess([at(30_000, 900)], QUOTAS)).toBe(400);
});
