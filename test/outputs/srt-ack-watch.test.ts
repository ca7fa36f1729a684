import { expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { AckWatch } from '../../src/outputs/srt-ack-watch.ts';

/** How long a link counts as standing still after each look, given as [acks, is anything waiting, passed time]. */
function standstills(
  looks: readonly (readonly [acks: number, isWaiting: boolean, passedMs: number])[],
): number[] {
  const watch = new AckWatch(0n);
  let nowNs = 0n;
  return looks.map(([acks, isWaiting, passedMs]) => {
    nowNs += BigInt(passedMs) * NS_PER_MS;
    return watch.look(acks, isWaiting, nowNs);
  });
}

test('a link stands still while something waits at both looks and nothing was acknowledged', () => {
  const looks = [
    [1, true, 100],
    [1, true, 100],
    [1, true, 50],
    [2, true, 100],
    [2, true, 100],
  ] as const;
  expect(standstills(looks)).toEqual([0, 100, 150, 0, 100]);
});

test('it does not where nothing waits, nor while that which waits has only just come', () => {
  const looks = [
    [1, true, 100],
    [1, false, 100],
    [1, false, 100],
    [1, true, 100],
    [1, true, 100],
  ] as const;
  expect(standstills(looks)).toEqual([0, 0, 0, 0, 100]);
});

test('time for which nobody looked counts as half a second', () => {
  const looks = [
    [1, true, 100],
    [1, true, 90_000],
    [1, true, 100],
  ] as const;
  expect(standstills(looks)).toEqual([0, 500, 600]);
});
