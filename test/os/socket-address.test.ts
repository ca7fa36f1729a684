import { expect, test } from 'bun:test';
import { socketAddress } from '../../src/os/socket-address.ts';

const zeros = (count: number) => Array.from({ length: count }, () => 0);
const zoneOf = (text: string) => socketAddress(text, 1)?.[24];

test('an IPv4 address is 16 bytes: family, port, address', () => {
  expect([...(socketAddress('192.0.2.7', 9000) ?? [])]).toEqual([
    2,
    0,
    0x23,
    0x28,
    192,
    0,
    2,
    7,
    ...zeros(8),
  ]);
});

test('an IPv6 address is 28 bytes: family, port, flow, address, zone', () => {
  const bytes = [10, 0, 0x23, 0x28, ...zeros(4), 0x20, 1, 0x0d, 0xb8, ...zeros(11), 7, ...zeros(4)];
  expect([...(socketAddress('2001:db8::7', 9000) ?? [])]).toEqual(bytes);
});

test('a zone is a network interface, by its name or number', () => {
  expect(zoneOf('fe80::1%lo')).toBe(1);
  expect(zoneOf('fe80::1%3')).toBe(3);
  expect(zoneOf('fe80::1%no-such-interface')).toBeUndefined();
  expect(zoneOf('fe80::1%../../../etc/hostname')).toBeUndefined();
});

test.each(['', 'localhost', '1.2.3', '[::1]', '::1::'])('%p is none', (text) => {
  expect(socketAddress(text, 1)).toBeUndefined();
});
