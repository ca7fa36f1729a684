import { expect, test } from 'bun:test';
import { checkGrowth, coursesOf, type Sample } from './growth.ts';

const PHASES = { calmFromMs: 10_000, faultsFromMs: 20_000, faultsToMs: 60_000, calmToMs: 70_000 };
const STILL: Omit<Sample, 'atMs'> = { anonymousMib: 45, descriptors: 40, threads: 20, children: 1 };

const run = (change: (atMs: number) => Partial<Sample>) =>
  Array.from({ length: 70 }, (_, second) => ({
    atMs: second * 1_000,
    ...STILL,
    ...change(second * 1_000),
  }));

const reasons = (change: (atMs: number) => Partial<Sample>) => checkGrowth(coursesOf(run(change), PHASES));

test('what stays as it is has not grown', () => {
  expect(reasons(() => ({}))).toEqual([]);
});

test('the warm-up does not count', () => {
  expect(reasons((atMs) => (atMs < PHASES.calmFromMs ? { anonymousMib: 20, threads: 1 } : {}))).toEqual([]);
});

test('memory that grows on and on is found', () => {
  expect(reasons((atMs) => ({ anonymousMib: 45 + atMs / 500 }))).toHaveLength(1);
});

test('half a megabyte that each ffmpeg leaves behind is found', () => {
  // 20 of them from the second quarter of an hour to the last: 47.5 to 57.5 MiB.
  expect(reasons((atMs) => ({ anonymousMib: 30 + atMs / 2_000 }))).toHaveLength(1);
});

test('a descriptor that is lost with each fault is found, twice over', () => {
  expect(reasons((atMs) => ({ descriptors: 40 + Math.floor(atMs / 5_000) }))).toHaveLength(2);
});

test('threads that are left over at the end are found', () => {
  const found = reasons((atMs) => (atMs >= PHASES.faultsToMs ? { threads: 30 } : {}));
  expect(found).toEqual(['threads grew from the calm before to the calm after: from 20.0 to 30.0']);
});

test('a peak that goes away again is in the maximum alone', () => {
  const courses = coursesOf(
    run((atMs) => (atMs === 45_000 ? { descriptors: 400 } : {})),
    PHASES,
  );
  expect(courses.find(({ figure }) => figure === 'descriptors')).toMatchObject({ max: 400, last: 40 });
  expect(checkGrowth(courses)).toEqual([]);
});

test('without samples nothing is found good', () => {
  expect(checkGrowth(coursesOf([], PHASES))).not.toEqual([]);
});
