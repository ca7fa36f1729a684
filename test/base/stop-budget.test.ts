import { expect, test } from 'bun:test';
import {
  DRAIN_LIMIT_MS,
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
