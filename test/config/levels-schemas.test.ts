import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse } from 'valibot';
import { MARKS, type SampleAmount, type WindowSetting } from '../../src/config/config.ts';
import { overlaySchema, spanSchema, windowSchema } from '../../src/config/levels-schemas.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';

const samples = (value: number): SampleAmount => ({ value, unit: 'samples' });
const percent = (value: number): SampleAmount => ({ value, unit: 'percent' });
const fixed = (low: SampleAmount, high: SampleAmount): WindowSetting => ({ kind: 'fixed', low, high });
const auto = (lowPercent: number, highPercent: number): WindowSetting => ({
  kind: 'auto',
  lowPercent,
  highPercent,
});

describe('levels', () => {
  test.each<[string, WindowSetting]>([
    ['full', { kind: 'full' }],
    ['512..3800', fixed(samples(512), samples(3800))],
    ['0..1', fixed(samples(0), samples(1))],
    ['0512..03800', fixed(samples(512), samples(3800))],
    ['2%..40%', fixed(percent(2), percent(40))],
    ['2..40%', fixed(percent(2), percent(40))],
    ['0.5%..12.5%', fixed(percent(0.5), percent(12.5))],
    ['0.5..12.5%', fixed(percent(0.5), percent(12.5))],
    ['0%..100%', fixed(percent(0), percent(100))],
    ['auto', auto(0.5, 99.5)],
    ['auto:1..99', auto(1, 99)],
    ['auto:0..100', auto(0, 100)],
    ['auto:0.05..99.95', auto(0.05, 99.95)],
    ['equalise', { kind: 'equalise' }],
    ['equalize', { kind: 'equalise' }],
  ])('%s', (text, window) => {
    expect(parse(windowSchema, text)).toEqual(window);
  });

  const ANY =
    'must be full, auto, equalise, or LOW..HIGH in samples or percent, e.g. 512..3800, 2%..40% or auto:1..99';
  const AUTO = 'must be auto or auto:LOW..HIGH in percentiles from 0 to 100, e.g. auto:1..99';
  const SAMPLES = 'must be whole numbers of samples, or percent with % behind, e.g. 0.5%..12.5%';
  const PERCENT = 'must be percent from 0 to 100, e.g. 2%..40%';
  test.each([
    ['FULL', ANY],
    ['Auto', ANY],
    ['fixed', ANY],
    ['512', ANY],
    ['512..', ANY],
    ['..3800', ANY],
    ['512.3800', ANY],
    ['512...3800', ANY],
    ['512 .. 3800', ANY],
    ['-1..3800', ANY],
    ['0x10..0x20', ANY],
    ['1e2..1e3', ANY],
    ['.5%..1%', ANY],
    ['1..2..3', ANY],
    ['NaN..Infinity', ANY],
    ['٢..٤', ANY],
    [`0..${'9'.repeat(100_000)}`, ANY],
    ['equalise:1..99', ANY],
    ['auto:', AUTO],
    ['auto:1', AUTO],
    ['auto:1%..99%', AUTO],
    ['auto:1..100.1', AUTO],
    ['auto:-1..99', AUTO],
    ['auto:99..1', 'LOW must be below HIGH, e.g. auto:1..99'],
    ['auto:50..50', 'LOW must be below HIGH, e.g. auto:1..99'],
    ['3800..512', 'LOW must be below HIGH, e.g. 512..3800'],
    ['512..512', 'LOW must be below HIGH, e.g. 512..3800'],
    ['40%..2%', 'LOW must be below HIGH, e.g. 2%..40%'],
    ['2%..2.0%', 'LOW must be below HIGH, e.g. 2%..40%'],
    ['2%..40', 'must have LOW and HIGH both in samples or both in percent, e.g. 2%..40%'],
    ['2%..101%', PERCENT],
    ['512..40%', PERCENT],
    ['0.5..12.5', SAMPLES],
    ['1..3.5', SAMPLES],
  ])('%p is refused with what is allowed', (text, fault) => {
    expect(faultsOfText(windowSchema, text)).toEqual([fault]);
  });

  const sample = fc.integer({ min: 0, max: 999_999_999 });
  const hundredths = fc.integer({ min: 0, max: 10_000 });

  test('any two samples of which the first is lower are a window, in the other order never', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        if (low < high)
          expect(parse(windowSchema, `${low}..${high}`)).toEqual(fixed(samples(low), samples(high)));
        expect(faultsOfText(windowSchema, `${high}..${low}`)).toEqual([expect.stringContaining('LOW must')]);
      }),
    );
  });

  test('the same holds for percent, with and without the first sign, and for percentiles', () => {
    fc.assert(
      fc.property(hundredths, hundredths, (a, b) => {
        const [low, high] = [Math.min(a, b) / 100, Math.max(a, b) / 100];
        for (const text of [`${high}%..${low}%`, `${high}..${low}%`, `auto:${high}..${low}`])
          expect(faultsOfText(windowSchema, text)).toEqual([expect.stringContaining('LOW must')]);
        if (low === high) return;
        for (const text of [`${low}%..${high}%`, `${low}..${high}%`])
          expect(parse(windowSchema, text)).toEqual(fixed(percent(low), percent(high)));
        expect(parse(windowSchema, `auto:${low}..${high}`)).toEqual(auto(low, high));
      }),
    );
  });

  test('any text is a window whose parts are in order, or has one fault in one sentence', () => {
    const like = fc.stringMatching(/^(auto:)?[0-9]{0,6}[.%]{0,2}[0-9]{0,6}[.%]{0,3}[0-9]{0,6}%?$/);
    fc.assert(
      fc.property(fc.oneof(like, fc.string()), (text) => {
        const faults = faultsOfText(windowSchema, text);
        if (faults.length > 0) return expect(faults).toEqual([expect.stringMatching(/^(LOW )?must [^\n]+$/)]);
        const window = parse(windowSchema, text);
        if (window.kind === 'auto') expect(window.lowPercent).toBeLessThan(window.highPercent);
        if (window.kind === 'fixed') expect(window.low.value).toBeLessThan(window.high.value);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('span', () => {
  test.each<[string, SampleAmount]>([
    ['1', samples(1)],
    ['64', samples(64)],
    ['65535', samples(65_535)],
    ['1%', percent(1)],
    ['0.1%', percent(0.1)],
    ['100%', percent(100)],
  ])('%s', (text, amount) => {
    expect(parse(spanSchema, text)).toEqual(amount);
  });

  test.each(['0', '0%', '0.0%', '100.1%', '1.5', '-1', '1 %', '%', '1%%', '1e2', 'x', '9'.repeat(400)])(
    '%p is refused with what is allowed',
    (text) => {
      expect(faultsOfText(spanSchema, text)).toEqual([
        'must be samples, a whole number from 1, or percent of the whole range, above 0 to 100%, e.g. 64 or 1%',
      ]);
    },
  );
});

describe('overlay', () => {
  test.each([
    ['none', []],
    ['standstill', ['standstill']],
    ['time', ['time', 'standstill']],
    ['name', ['name', 'standstill']],
    ['age', ['age', 'standstill']],
    ['age,time', ['time', 'age', 'standstill']],
    ['name, time', ['time', 'name', 'standstill']],
    ['age time standstill', ['time', 'age', 'standstill']],
    ['time,,  name ,age', ['time', 'name', 'age', 'standstill']],
    ['time,time', ['time', 'standstill']],
    ['none none', []],
  ] as const)('%s', (text, marks) => {
    expect(parse(overlaySchema, text)).toEqual([...marks]);
  });

  test.each(['off', 'clock', 'time,clock', 'TIME', 'time;name', 'time+name', ',', 'time,', ',time'])(
    '%p is refused with what is allowed',
    (text) => {
      expect(faultsOfText(overlaySchema, text)).toEqual([
        'must be none, standstill, or any of time, name and age, e.g. time,name',
      ]);
    },
  );

  test.each(['none,time', 'standstill none', 'none, standstill'])('%p is refused: none is alone', (text) => {
    expect(faultsOfText(overlaySchema, text)).toEqual([
      'must be none alone, or other words without it, e.g. time,name',
    ]);
  });

  test('any marks in any order are those, and standstill, in the order of all', () => {
    const some = fc.array(fc.constantFrom(...MARKS), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(some, fc.constantFrom(',', ' ', ', ', ' , '), (marks, between) => {
        const expected = MARKS.filter((mark) => mark === 'standstill' || marks.includes(mark));
        expect(parse(overlaySchema, marks.join(between))).toEqual(expected);
      }),
    );
  });
});
