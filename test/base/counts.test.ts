import { expect, test } from 'bun:test';
import { mergeAges, NO_AGES } from '../../src/base/counts.ts';

test('the ages of two times are added up', () => {
  const merged = mergeAges({ count: 2, sumMs: 30, maxMs: 20 }, { count: 1, sumMs: 25, maxMs: 25 });
  expect(merged).toEqual({ count: 3, sumMs: 55, maxMs: 25 });
  expect(mergeAges(NO_AGES, merged)).toEqual(merged);
});
