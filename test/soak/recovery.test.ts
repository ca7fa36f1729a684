import { expect, test } from 'bun:test';
import type { PastFault } from './fault-run.ts';
import type { Fault } from './faults.ts';
import { longestGap, PICTURE_AREAS, recoveriesOf, worstOf } from './recovery.ts';

const past = (fault: Fault, beginMs: number, endMs: number): PastFault => ({ fault, beginMs, endMs });
const killed: Fault = { kind: 'ffmpeg killed' };
const holed: Fault = { kind: 'link black-holed', link: 'first' };
const silent: Fault = { kind: 'sensor silent' };

const times = (ranges: readonly (readonly [number, number])[]) =>
  ranges.flatMap(([from, to]) => Array.from({ length: (to - from) / 40 }, (_, index) => from + 40 * index));

test('the time from the end of a fault to the next picture is found, and the worst one', () => {
  const faults = [past(killed, 1_000, 1_000), past(holed, 3_000, 5_000)];
  const pictures = times([
    [0, 1_000],
    [1_400, 3_000],
    [6_200, 8_000],
  ]);
  const recoveries = recoveriesOf(faults, pictures, PICTURE_AREAS);
  expect(recoveries.map(({ afterMs }) => afterMs)).toEqual([400, 1_200]);
  expect(worstOf(recoveries)?.fault.fault).toBe(holed);
});

test('a fault in whose recovery another one holds up the pictures is left out', () => {
  const faults = [past(killed, 1_000, 1_000), past(holed, 1_100, 5_000)];
  const pictures = times([
    [0, 1_000],
    [5_400, 8_000],
  ]);
  expect(recoveriesOf(faults, pictures, PICTURE_AREAS).map(({ afterMs }) => afterMs)).toEqual([400]);
});

test('one that holds up no pictures does not matter', () => {
  const faults = [past(killed, 1_000, 1_000), past(silent, 900, 5_000)];
  const pictures = times([[0, 8_000]]);
  expect(recoveriesOf(faults, pictures, PICTURE_AREAS)).toHaveLength(2);
});

test('what never comes back takes for ever', () => {
  expect(worstOf(recoveriesOf([past(killed, 1_000, 1_000)], times([[0, 1_000]]), []))?.afterMs).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test('a gap beside a fault of that area counts, one that it explains does not', () => {
  const pictures = times([
    [0, 1_000],
    [2_000, 4_000],
    [4_400, 6_000],
  ]);
  const faults = [past(holed, 900, 1_500), past(silent, 4_000, 4_300)];
  // From the picture at 3960 to that at 4400, and from that at 960 to that at 2000.
  expect(longestGap(pictures, faults, PICTURE_AREAS, 1_000)).toEqual({ lengthMs: 440, atMs: 4_400 });
  expect(longestGap(pictures, [], PICTURE_AREAS, 1_000)).toEqual({ lengthMs: 1_040, atMs: 2_000 });
});
