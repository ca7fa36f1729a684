import { expect, test } from 'bun:test';
import type { Fault } from './faults.ts';
import { happenings, runFaults } from './fault-run.ts';
import { planFaults } from './plan.ts';

const silent: Fault = { kind: 'sensor silent' };
const killed: Fault = { kind: 'ffmpeg killed' };
const PLAN = [
  { fault: silent, beginMs: 100, endMs: 500 },
  { fault: killed, beginMs: 200, endMs: 200 },
];

test('faults begin and end at their times, and are noted with the real ones', async () => {
  let nowMs = 1_000;
  const done: string[] = [];
  const past = await runFaults(PLAN, {
    async begin({ kind }) {
      done.push(`${nowMs} ${kind}`);
      return () => void done.push(`${nowMs} not ${kind}`);
    },
    async waitUntil(atMs) {
      nowMs = Math.max(nowMs, atMs) + 1;
    },
    nowMs: () => nowMs,
    say: () => {},
  });
  expect(done).toEqual([
    '1101 sensor silent',
    '1201 ffmpeg killed',
    '1202 not ffmpeg killed',
    '1501 not sensor silent',
  ]);
  expect(past).toEqual([
    { fault: killed, beginMs: 1_201, endMs: 1_202 },
    { fault: silent, beginMs: 1_101, endMs: 1_501 },
  ]);
});

test('what cannot go on ends the run', async () => {
  const world = {
    begin: async () => () => {},
    waitUntil: () => Promise.reject(new Error('the program has ended')),
    nowMs: () => 0,
    say: () => {},
  };
  expect(await runFaults(PLAN, world).catch(String)).toContain('has ended');
});

test('each fault begins before it ends, also one that lasts no time', () => {
  const plan = planFaults(1, 600_000);
  const order = happenings(plan);
  expect(order).toHaveLength(2 * plan.length);
  for (const planned of plan) {
    const own = order.filter((one) => one.planned === planned).map(({ isBegin }) => isBegin);
    expect(own).toEqual([true, false]);
  }
});
