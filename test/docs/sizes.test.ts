import { expect, test } from 'bun:test';
import { DOCUMENTS } from './documents.ts';

/** Ten minutes of reading; a page that is longer is not read when something is wrong. */
const MOST_BYTES = 8 * 1024;
/** Pages that are searched, not read, and why all of it has to be in one place. */
const LARGER: Readonly<Record<string, string>> = {
  'docs/log.md': 'whoever has a message looks for it on one page',
  'docs/faults.md': 'whoever plans for faults goes through all of them; a row each',
};

test('the README can be read in a minute or two', () => {
  const [readme] = DOCUMENTS;
  expect(readme?.path).toBe('README.md');
  expect(Buffer.byteLength(readme?.text ?? '')).toBeLessThanOrEqual(MOST_BYTES);
});

test('every page is short, but for those that have a reason', () => {
  const larger = DOCUMENTS.filter(({ text }) => Buffer.byteLength(text) > MOST_BYTES);
  expect(larger.map(({ path }) => path)).toEqual(Object.keys(LARGER).toSorted());
});
