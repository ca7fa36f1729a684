import { expect, test } from 'bun:test';
import { heldUpInWords, HoldUp } from '../../src/status/hold-up.ts';

const MS = 1_000_000n;

/** What is said at looks that are so far apart. */
function saidAfter(...gapsMs: readonly number[]) {
  const holdUp = new HoldUp();
  let nowMs = 7_000;
  holdUp.look(BigInt(nowMs) * MS);
  return gapsMs.map((gapMs) => {
    nowMs += gapMs;
    return holdUp.look(BigInt(nowMs) * MS);
  });
}

test('looks a second or two apart are nothing to speak of', () => {
  expect(saidAfter(1_000, 1_000, 2_400, 900, 3_000, 1_000)).toEqual(Array(6).fill(undefined));
});

test('a look that is far too late tells how long the program stood still, once', () => {
  expect(saidAfter(1_000, 5_500, 1_000, 1_000)).toEqual([undefined, 5, undefined, undefined]);
  expect(heldUpInWords(5)).toStartWith('the program was held up for 5 s: it was stopped, or');
});
