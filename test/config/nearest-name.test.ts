import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { nearestName } from '../../src/config/nearest-name.ts';

test('a slip finds the nearest name, a foreign word none', () => {
  const names = ['HOST', 'PORT', 'FRAMERATE', 'FRAMERATE_SCALING'];
  expect(nearestName('FRAMRATE', names)).toBe('FRAMERATE');
  expect(nearestName('HSOT', names)).toBe('HOST');
  expect(nearestName('FRAMERATE_SCALE', names)).toBe('FRAMERATE_SCALING');
  expect(nearestName('COLOUR', names)).toBeUndefined();
  expect(nearestName('', names)).toBeUndefined();
  expect(nearestName('X'.repeat(100_000), names)).toBeUndefined();
});

test.each<[string, string, string[]]>([
  ['a letter left out, put in, or another', 'host', ['hst', 'hoost', 'hist']],
  ['two letters that are swapped', 'host', ['hsot', 'ohst']],
  ['two wrong letters of four or more', 'port', ['pooort', 'paat', 'xxrt']],
  ['a third of the letters', 'framerate', ['xxxmerate', 'framerates', 'xframexratex']],
])('%s still mean it', (_, name, slips) => {
  for (const slip of slips) expect(nearestName(slip, [name])).toBe(name);
});

test.each([
  ['kitten', 'sitting'],
  ['abcd', 'axyz'],
  ['abc', 'axy'],
  ['framerate', 'fxxxxrate'],
])('from %s to %s it is too far', (slip, name) => {
  expect(nearestName(slip, [name])).toBeUndefined();
});

test('a name means itself, whatever else is near', () => {
  const anyName = fc.string({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(anyName, fc.array(anyName), (name, others) => {
      expect(nearestName(name, [...others, name])).toBe(name);
    }),
  );
});

test('being near goes both ways between names of one length', () => {
  const anyLetters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(anyLetters, anyLetters, (a, b) => {
      expect(nearestName(a, [b]) === undefined).toBe(nearestName(b, [a]) === undefined);
    }),
  );
});
