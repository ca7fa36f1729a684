import { expect, test } from 'bun:test';
import { Random } from './random.ts';

const drawn = (seed: number) => {
  const random = new Random(seed);
  return Array.from({ length: 100 }, () => random.whole(1, 6));
};

test('the same seed gives the same numbers, another one others', () => {
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});

test('both ends of a range of whole numbers come, and nothing beyond them', () => {
  expect([...new Set(drawn(3))].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('one of some items is one of them, and there must be some', () => {
  expect(['a', 'b']).toContain(new Random(1).oneOf(['a', 'b']));
  expect(() => new Random(1).oneOf([])).toThrow(RangeError);
});

test('what is shuffled has all of its items, in another order', () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  const shuffled = new Random(1).shuffled(items);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
});
