import { expect, test } from 'bun:test';
import { areaOf } from './faults.ts';
import { FAULT_KINDS, MOST_AT_ONCE, planFaults, type PlannedFault } from './plan.ts';

const HOUR_MS = 3_600_000;
const SEEDS = [1, 2, 3, 4, 5];

const overlap = (a: PlannedFault, b: PlannedFault) => a.beginMs <= b.endMs && b.beginMs <= a.endMs;

test('the same seed gives the same faults, another one others', () => {
  expect(planFaults(7, HOUR_MS)).toEqual(planFaults(7, HOUR_MS));
  expect(planFaults(7, HOUR_MS)).not.toEqual(planFaults(8, HOUR_MS));
});

test.each(SEEDS)('with seed %p every kind comes within ten minutes, and ends in time', (seed) => {
  const plan = planFaults(seed, HOUR_MS / 6);
  expect(new Set(plan.map(({ fault }) => fault.kind))).toEqual(new Set(FAULT_KINDS));
  for (const { beginMs, endMs } of plan) {
    expect(endMs).toBeGreaterThanOrEqual(beginMs);
    expect(endMs).toBeLessThanOrEqual(HOUR_MS / 6);
  }
});

test.each(SEEDS)('with seed %p two faults of one area never overlap', (seed) => {
  const plan = planFaults(seed, HOUR_MS);
  const clashes = plan.filter((one, index) =>
    plan.slice(index + 1).some((other) => overlap(one, other) && areaOf(one.fault) === areaOf(other.fault)),
  );
  expect(clashes).toEqual([]);
});

test.each(SEEDS)('with seed %p faults overlap sometimes, and no more of them than may', (seed) => {
  const plan = planFaults(seed, HOUR_MS);
  const atOnce = plan.map(
    ({ beginMs }) => plan.filter((other) => other.beginMs <= beginMs && other.endMs >= beginMs).length,
  );
  expect(Math.max(...atOnce)).toBeGreaterThan(1);
  expect(Math.max(...atOnce)).toBeLessThanOrEqual(MOST_AT_ONCE);
});

test('kinds that are not wanted do not come', () => {
  const plan = planFaults(1, HOUR_MS, ['ffmpeg killed', 'sensor silent']);
  expect([...new Set(plan.map(({ fault }) => fault.kind))].toSorted()).toEqual([
    'ffmpeg killed',
    'sensor silent',
  ]);
});
