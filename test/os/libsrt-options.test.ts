import { expect, test } from 'bun:test';
import { srtOptionBytes } from '../../src/os/libsrt-options.ts';

test('a number has 4 bytes, a bandwidth 8, a text its own', () => {
  expect([...srtOptionBytes('latency', 258)]).toEqual([2, 1, 0, 0]);
  expect([...srtOptionBytes('snddropdelay', -1)]).toEqual([255, 255, 255, 255]);
  expect([...srtOptionBytes('maxbw', 2 ** 33)]).toEqual([0, 0, 0, 0, 2, 0, 0, 0]);
  expect([...srtOptionBytes('inputbw', 1)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  expect([...srtOptionBytes('streamid', 'aé')]).toEqual([97, 0xc3, 0xa9]);
});

test('a value of the wrong kind is a fault of the program', () => {
  expect(() => srtOptionBytes('latency', 'x')).toThrow(TypeError);
  expect(() => srtOptionBytes('streamid', 1)).toThrow(TypeError);
});
