import { expect, test } from 'bun:test';
import {
  DRAIN_LIMIT_MS,
  drainLimitMs,
  LAST_FRAME_LIMIT_MS,
  LEAVE_LIMIT_MS,
  STOP_LIMIT_MS,
  TERMINATE_LIMIT_MS,
  TRAILER_LIMIT_MS,
} from '../../src/base/stop-budget.ts';

test('the steps of stopping, each as long as it may take, are done before the process gives up', () => {
  const steps = [LAST_FRAME_LIMIT_MS, TRAILER_LIMIT_MS, TERMINATE_LIMIT_MS, DRAIN_LIMIT_MS, LEAVE_LIMIT_MS];
  expect(steps.reduce((sumMs, stepMs) => sumMs + stepMs, 0)).toBeLessThan(STOP_LIMIT_MS);
});

test('outputs have what the other steps have left, and never less than their own part', () => {
  expect(drainLimitMs(0)).toBe(STOP_LIMIT_MS - LEAVE_LIMIT_MS);
  expect(drainLimitMs(300)).toBe(STOP_LIMIT_MS - LEAVE_LIMIT_MS - 300);
  expect(drainLimitMs(STOP_LIMIT_MS)).toBe(DRAIN_LIMIT_MS);
  // Where the word to stop comes as they begin, the rest still fits.
  expect(drainLimitMs() + LEAVE_LIMIT_MS).toBeLessThan(STOP_LIMIT_MS);
});
