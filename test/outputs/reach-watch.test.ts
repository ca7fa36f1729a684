import { expect, test } from 'bun:test';
import { ReachWatch } from '../../src/outputs/reach-watch.ts';

test('an output is away since it was opened, until one connection has settled', () => {
  const watch = new ReachWatch(100n);
  expect(watch.reach).toEqual({ kind: 'maybe' });
  watch.gone();
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 100n });
  watch.settles();
  expect(watch.reach).toEqual({ kind: 'maybe' });
  watch.gone();
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 100n });
  watch.settles();
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
  expect(watch.reach).toEqual({ kind: 'away', sinceNs: 300n });
});
