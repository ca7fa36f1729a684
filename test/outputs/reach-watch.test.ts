import { expect, test } from 'bun:test';
import { ReachWatch, shownNs } from '../../src/outputs/reach-watch.ts';

test('an output is away since it was opened, until one connection has settled', () => {
  const watch = new ReachWatch(100n);
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 100n, doubt: 'connecting' });
  watch.settles();
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 100n, doubt: 'settling' });
  watch.gone();
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 100n, doubt: 'none' });
  // That the next one is open says nothing.
  watch.settles();
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 100n, doubt: 'none' });
  watch.streams();
  expect(watch.reach).toEqual({ kind: 'gets' });
});

test('a good one that breaks is away since the last picture that got there, and not since an earlier one', () => {
  const watch = new ReachWatch(100n);
  watch.streams();
  watch.broke(300n);
  watch.broke(200n);
  watch.broke(undefined);
  watch.gone();
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 300n, doubt: 'none' });
});

test('what has arrived and waits for the latency of the link is not shown', () => {
  expect(shownNs(undefined, 120)).toBeUndefined();
  expect(shownNs(500_000_000n, 120)).toBe(380_000_000n);
});
