import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { TEST_SOURCE_FLAGS, parseTestSourceOptions } from '../../src/cli/test-source-options.ts';
import { faultsOf } from '../config/faults.ts';

const NTSC = { numerator: 30_000n, denominator: 1001n };

test('without flags: one frame a period at the rate of the settings, for ever', () => {
  expect(parseTestSourceOptions({}, NTSC)).toEqual({
    rate: NTSC,
    jitter: 0,
    burstFrames: 1,
    gapEveryMs: 0,
    gapMs: 0,
    maxLengthEntries: 100,
    frameCount: 0,
  });
});

test('every flag reaches its place', () => {
  const flags = {
    '--rate': '29.97',
    '--jitter': ' 0.4 ',
    '--burst': '8',
    '--gap-every': '10',
    '--gap': '2.5',
    '--maxlen': '50',
    '--count': '240',
  };
  expect(parseTestSourceOptions(flags, NTSC)).toEqual({
    rate: { numerator: 2997n, denominator: 100n },
    jitter: 0.4,
    burstFrames: 8,
    gapEveryMs: 10_000,
    gapMs: 2500,
    maxLengthEntries: 50,
    frameCount: 240,
  });
});

test('all faults are reported together, each with flag, value and what is allowed', () => {
  expect(
    faultsOf(() => parseTestSourceOptions({ '--jitter': '1.1', '--burst': '0', '--rate': '' }, NTSC)),
  ).toEqual([
    expect.stringMatching(/^--rate: needs a value/),
    '--jitter is "1.1": must be a number from 0 to 1',
    '--burst is "0": must be a whole number of frames from 1 to 1000',
  ]);
});

test('a gap needs both its flags', () => {
  expect(faultsOf(() => parseTestSourceOptions({ '--gap': '3' }, NTSC))).toEqual([
    '--gap has no effect without --gap-every: give both or neither',
  ]);
  expect(faultsOf(() => parseTestSourceOptions({ '--gap-every': '3' }, NTSC))).toHaveLength(1);
});

test('any text for any flag gives a value or a fault, never another throw', () => {
  const flagNames = Object.values(TEST_SOURCE_FLAGS).map(({ flag }) => flag);
  const anyFlags = fc.dictionary(fc.constantFrom(...flagNames), fc.string());
  fc.assert(
    fc.property(anyFlags, (flags) => {
      for (const fault of faultsOf(() => parseTestSourceOptions(flags, NTSC)))
        expect(fault).toStartWith('--');
    }),
  );
});
