import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { levenshtein, nearestName } from '../../src/config/nearest-name.ts';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['host', 'hsot', 2],
])('from %p to %p it takes %d', (a, b, distance) => {
  expect(levenshtein(a, b)).toBe(distance);
});

test('the distance is the same both ways and 0 for equal texts alone', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(levenshtein(a, b)).toBe(levenshtein(b, a));
      expect(levenshtein(a, b) === 0).toBe(a === b);
    }),
  );
});

test('a slip finds the nearest name, a foreign word none', () => {
  const names = ['HOST', 'PORT', 'FRAMERATE', 'FRAMERATE_SCALING'];
  expect(nearestName('FRAMRATE', names)).toBe('FRAMERATE');
  expect(nearestName('HSOT', names)).toBe('HOST');
  expect(nearestName('FRAMERATE_SCALE', names)).toBe('FRAMERATE_SCALING');
  expect(nearestName('COLOUR', names)).toBeUndefined();
  expect(nearestName('', names)).toBeUndefined();
  expect(nearestName('X'.repeat(100_000), names)).toBeUndefined();
});
