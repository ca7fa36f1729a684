import * as v from 'valibot';
import { MARKS, USUAL_PERCENTILES, type Mark, type SampleAmount, type WindowSetting } from './config.ts';
import type { TextSchema } from './setting.ts';
import { lineSchema } from './text-schemas.ts';

/** What a text comes to: a value, or what is allowed instead. */
type Reading<T> = { readonly value: T } | { readonly fault: string };

/** A number of at most nine digits, so that it is kept as it is written. */
const NUMBER = String.raw`(\d{1,9}(?:\.\d{1,9})?)`;
const BOUNDS = new RegExp(`^${NUMBER}(%?)\\.\\.${NUMBER}(%?)$`);
const PERCENTILES = new RegExp(`^auto:${NUMBER}\\.\\.${NUMBER}$`);
const AMOUNT = new RegExp(`^${NUMBER}(%?)$`);
/** What may stand in the list of marks; each brings `standstill` with it, and `none` takes it away. */
const WORDS: readonly string[] = ['none', ...MARKS];

const WINDOW_ALLOWED =
  'must be full, auto, equalise, or LOW..HIGH in samples or percent, e.g. 512..3800, 2%..40% or auto:1..99';
const AMOUNT_ALLOWED =
  'must be samples, a whole number from 1, or percent of the whole range, above 0 to 100%, e.g. 64 or 1%';
const MARKS_ALLOWED = 'must be none, standstill, or any of time, name and age, e.g. time,name';

/** `full`, `LOW..HIGH` in samples or percent, `auto`, `auto:LOW..HIGH` in percentiles, or `equalise`. */
export const windowSchema: TextSchema<WindowSetting> = readBy(windowFrom);

/** Samples, at least 1, or percent, above 0 to 100: `64` or `1%`. */
export const spanSchema: TextSchema<SampleAmount> = readBy(spanFrom);

/** `none`, or words with commas or spaces between: `time,name`. The marks are in the order of `MARKS`, each once. */
export const overlaySchema: TextSchema<readonly Mark[]> = readBy(marksFrom);

function readBy<T>(read: (text: string) => Reading<T>): TextSchema<T> {
  return v.pipe(
    lineSchema,
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const reading = read(dataset.value);
      if ('value' in reading) return reading.value;
      addIssue({ message: reading.fault });
      return NEVER;
    }),
  );
}

function windowFrom(text: string): Reading<WindowSetting> {
  switch (text) {
    case 'full':
      return { value: { kind: 'full' } };
    case 'auto':
      return { value: { kind: 'auto', ...USUAL_PERCENTILES } };
    case 'equalise':
    case 'equalize':
      return { value: { kind: 'equalise' } };
  }
  return text.startsWith('auto:') ? autoFrom(text) : fixedFrom(text);
}

function autoFrom(text: string): Reading<WindowSetting> {
  const [, low, high] = PERCENTILES.exec(text) ?? [];
  const [lowPercent, highPercent] = [Number(low), Number(high)];
  if (!arePercent(lowPercent, highPercent))
    return { fault: 'must be auto or auto:LOW..HIGH in percentiles from 0 to 100, e.g. auto:1..99' };
  if (lowPercent >= highPercent) return { fault: 'LOW must be below HIGH, e.g. auto:1..99' };
  return { value: { kind: 'auto', lowPercent, highPercent } };
}

function fixedFrom(text: string): Reading<WindowSetting> {
  const [, low, lowSign, high, highSign] = BOUNDS.exec(text) ?? [];
  if (low === undefined) return { fault: WINDOW_ALLOWED };
  const unit = highSign === '%' ? 'percent' : 'samples';
  if (lowSign === '%' && unit === 'samples')
    return { fault: 'must have LOW and HIGH both in samples or both in percent, e.g. 2%..40%' };
  const bounds = { low: { value: Number(low), unit }, high: { value: Number(high), unit } } as const;
  const fault = boundsFault(bounds.low.value, bounds.high.value, unit);
  return fault === undefined ? { value: { kind: 'fixed', ...bounds } } : { fault };
}

function boundsFault(low: number, high: number, unit: SampleAmount['unit']): string | undefined {
  const isPercent = unit === 'percent';
  if (isPercent && !arePercent(low, high)) return 'must be percent from 0 to 100, e.g. 2%..40%';
  if (!isPercent && !(Number.isInteger(low) && Number.isInteger(high)))
    return 'must be whole numbers of samples, or percent with % behind, e.g. 0.5%..12.5%';
  return low < high ? undefined : `LOW must be below HIGH, e.g. ${isPercent ? '2%..40%' : '512..3800'}`;
}

function spanFrom(text: string): Reading<SampleAmount> {
  const [, digits, sign] = AMOUNT.exec(text) ?? [];
  const [value, unit] = [Number(digits), sign === '%' ? 'percent' : 'samples'] as const;
  const isGood = unit === 'percent' ? value > 0 && value <= 100 : Number.isInteger(value) && value >= 1;
  return isGood ? { value: { value, unit } } : { fault: AMOUNT_ALLOWED };
}

function marksFrom(text: string): Reading<readonly Mark[]> {
  const words = new Set(text.split(/[ ,]+/));
  if (!words.isSubsetOf(new Set(WORDS))) return { fault: MARKS_ALLOWED };
  if (!words.has('none')) return { value: MARKS.filter((mark) => mark === 'standstill' || words.has(mark)) };
  return words.size === 1
    ? { value: [] }
    : { fault: 'must be none alone, or other words without it, e.g. time,name' };
}

function arePercent(...values: readonly number[]): boolean {
  return values.every((value) => value >= 0 && value <= 100);
}
