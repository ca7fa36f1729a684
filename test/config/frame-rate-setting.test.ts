import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse, safeParse } from 'valibot';
import { formatFrameRate } from '../../src/base/frame-rate.ts';
import { MAX_FRAME_RATE_PART, frameRateSchema } from '../../src/config/frame-rate-setting.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';

test.each([
  ['24', '24'],
  ['29.97', '2997/100'],
  ['30000/1001', '30000/1001'],
  ['60000/2002', '30000/1001'],
  ['24.000', '24'],
  ['0.5', '1/2'],
  ['240', '240'],
  ['240.0', '240'],
  ['1/1001000', '1/1001000'],
  ['1001000/4171', '1001000/4171'],
])('%s is exactly %s', (text, exact) => {
  expect(formatFrameRate(parse(frameRateSchema, text))).toBe(exact);
});

test.each([
  '0',
  '0/1',
  '0.0',
  '240.01',
  '481/2',
  '1/0',
  '0/0',
  '-24',
  '+24',
  '1e3',
  '0x18',
  'NaN',
  'Infinity',
])('%s is refused with what is allowed', (text) => {
  expect(faultsOfText(frameRateSchema, text)).toEqual([expect.stringContaining('above 0 to 240')]);
});

test.each(['24.', '.5', '24,5', '30000 / 1001', '30000/1001/2', '29.97/1', '٢٤', '9'.repeat(100_000)])(
  'a malformed text is refused with what is allowed',
  (text) => {
    expect(faultsOfText(frameRateSchema, text)).toEqual([expect.stringContaining('30000/1001')]);
  },
);

test.each([
  ['23.976023976', '24000/1001'],
  ['29.97002997', '30000/1001'],
  ['25.0000001', 'such as 25'],
  ['0.0000001', '24000/1001'],
  ['1001001/1000999', 'at most 1001000'],
])('%s, which ffmpeg would round, is refused with a word on %s', (text, hint) => {
  expect(faultsOfText(frameRateSchema, text)).toEqual([expect.stringContaining(hint)]);
});

test('a rate survives being written and read again', () => {
  const part = fc.bigInt(1n, MAX_FRAME_RATE_PART);
  fc.assert(
    fc.property(part, part, (numerator, denominator) => {
      const result = safeParse(frameRateSchema, `${numerator}/${denominator}`);
      if (!result.success) return expect(numerator > 240n * denominator).toBe(true);
      expect(result.output.numerator * denominator).toBe(numerator * result.output.denominator);
      return expect(parse(frameRateSchema, formatFrameRate(result.output))).toEqual(result.output);
    }),
  );
});

test('a decimal is exactly what its digits say', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 239_999 }), (thousandths) => {
      const { numerator, denominator } = parse(frameRateSchema, (thousandths / 1000).toFixed(3));
      expect(numerator * 1000n).toBe(BigInt(thousandths) * denominator);
    }),
  );
});
