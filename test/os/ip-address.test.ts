import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { isIP } from 'node:net';
import { ipAddressBytes } from '../../src/os/ip-address.ts';

test('an IPv4 address gives its four bytes', () => {
  const bytes = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(bytes, (four) => expect(ipAddressBytes(four.join('.'))).toEqual(four)));
});

/** Eight groups, a run of zeros in them shortened to `::` where asked for, the last two dotted where asked for. */
const written = fc
  .record({
    front: fc.array(fc.nat(0xffff), { maxLength: 6 }),
    isShort: fc.boolean(),
    isDotted: fc.boolean(),
    isUpper: fc.boolean(),
    rest: fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }),
    backLength: fc.nat(6),
  })
  .map(({ front, isShort, isDotted, isUpper, rest, backLength }) => {
    const back = rest.slice(0, isShort ? Math.min(backLength, 7 - front.length) : 8 - front.length);
    const zeros = Array.from({ length: 8 - front.length - back.length }, () => 0);
    const groups = [...front, ...zeros, ...back];
    const tail = back.map((group) => group.toString(16));
    if (isDotted && back.length >= 2) {
      const dotted = groups.slice(6).flatMap((group) => [group >> 8, group & 255]);
      tail.splice(-2, 2, dotted.join('.'));
    }
    const head = front.map((group) => group.toString(16));
    const text = isShort ? `${head.join(':')}::${tail.join(':')}` : [...head, ...tail].join(':');
    return { text: isUpper ? text.toUpperCase() : text, groups };
  });

test('an IPv6 address gives its sixteen bytes, however it is written', () => {
  fc.assert(
    fc.property(written, ({ text, groups }) => {
      expect(isIP(text)).toBe(6);
      expect(ipAddressBytes(text)).toEqual(groups.flatMap((group) => [group >> 8, group & 255]));
    }),
    { numRuns: 500 },
  );
});

test('what is no address gives nothing, and no way of writing makes it throw', () => {
  const strange = fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%x'.split('')), maxLength: 45 });
  fc.assert(
    fc.property(fc.oneof(strange, fc.string()), (text) => {
      const bytes = ipAddressBytes(text);
      const wanted = text.includes('%') ? undefined : { 0: undefined, 4: 4, 6: 16 }[isIP(text)];
      expect(bytes?.length).toBe(wanted);
      expect(bytes?.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256) ?? true).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('an address of one link is none for us', () => {
  expect(ipAddressBytes('fe80::1%eth0')).toBeUndefined();
});
