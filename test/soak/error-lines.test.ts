import { expect, test } from 'bun:test';
import { unexplainedErrors } from './error-lines.ts';
import type { PastFault } from './fault-run.ts';

const NAMES = { first: 'srt://127.0.0.1:1001', second: 'srt://127.0.0.1:1002', recorder: '/tmp/recordings' };
const FAULTS: readonly PastFault[] = [
  { fault: { kind: 'link black-holed', link: 'first' }, beginMs: 1_000, endMs: 5_000 },
  { fault: { kind: 'disk filled', leftBytes: 0, isGreedy: false }, beginMs: 1_000, endMs: 5_000 },
  { fault: { kind: 'redis killed' }, beginMs: 1_000, endMs: 5_000 },
];

const found = (text: string, monotonicMs: number) =>
  [...unexplainedErrors([{ atMs: 0, level: 'error', text, monotonicMs }], FAULTS, NAMES)].map(
    ([form, count]) => `${count} ${form}`,
  );

test.each([
  'the stream to srt://127.0.0.1:1001 failed: no acknowledgement for 1.0 s; trying again in 0.0 s',
  'recording to /tmp/recordings has stopped: nothing is mounted at /tmp/recordings any more: it goes on once its disk is back; trying again in 4.5 s',
  'Redis at 127.0.0.1:6379: the connection was closed; trying again until it answers',
])('an error of a fault that is under way is explained: %p', (text) => {
  expect(found(text, 2_000)).toEqual([]);
  expect(found(text, 6_000)).toEqual([]);
});

test('one before any fault, or long after it, is not', () => {
  const text = 'the stream to srt://127.0.0.1:1001 failed: no acknowledgement for 1.0 s';
  expect(found(text, 500)).toHaveLength(1);
  expect(found(text, 60_000)).toHaveLength(1);
});

test('one of another output is not', () => {
  const text = 'the stream to srt://127.0.0.1:1002 failed: connection timed out; trying again in 0.5 s';
  expect(found(text, 2_000)).toEqual([`1 ${text.replace('0.5 s', 'N s')}`]);
});

test('the same error with other numbers is listed once', () => {
  const errors = [1, 2].map((count) => ({
    atMs: 0,
    level: 'error',
    text: `something broke ${count} times`,
    monotonicMs: 2_000,
  }));
  expect([...unexplainedErrors(errors, FAULTS, NAMES)]).toEqual([['something broke N times', 2]]);
});
