import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { GLYPH_COLUMNS, GLYPH_ROWS, glyphRows } from '../../../src/levels/marks/font.ts';
import { thirdPartyLicenses } from '../../../packaging/third-party-licenses.ts';

const PROJECT = join(import.meta.dir, '../../..');
const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));

/** A glyph as a person sees it. */
function picture(character: string): string[] {
  return Array.from(glyphRows(character), (bits) =>
    bits.toString(2).padStart(GLYPH_COLUMNS, '0').replaceAll('0', '.').replaceAll('1', '#'),
  );
}

/** A text without its line breaks, and without what stands for an empty line in a file of Debian's. */
function words(text: string): string {
  return text.replace(/^ \.$/gm, '').split(/\s+/).join(' ');
}

test('every printable character of ASCII has a shape of its own', () => {
  expect(PRINTABLE.map((character) => glyphRows(character).length)).toEqual(PRINTABLE.map(() => GLYPH_ROWS));
  expect(new Set(PRINTABLE.map((character) => picture(character).join('\n'))).size).toBe(PRINTABLE.length);
  expect(picture(' ').join('')).not.toContain('#');
});

test('the leftmost cell is the highest bit, and the first row the top', () => {
  expect(picture('F').slice(1, 13)).toEqual([
    '........',
    '.######.',
    '##......',
    '##......',
    '##......',
    '#####...',
    '##......',
    '##......',
    '##......',
    '##......',
    '##......',
    '........',
  ]);
});

test('the first and the last row of every glyph are left free for the border', () => {
  for (const character of PRINTABLE) {
    const rows = picture(character);
    expect([rows[0], rows.at(-1)]).toEqual(['........', '........']);
  }
});

test('any other character looks like a question mark', () => {
  for (const character of ['é', '\n', '\x7f', '', '😀']) expect(picture(character)).toEqual(picture('?'));
});

test('the licence of the font is in what the package carries', async () => {
  const licence = await Bun.file(join(PROJECT, 'src/levels/marks/spleen-LICENSE')).text();
  expect(licence).toStartWith('Copyright (c) 2018-2026, Frederic Cambus');
  expect(thirdPartyLicenses(PROJECT)).toContain(licence.trim());
  const copyright = await Bun.file(join(PROJECT, 'packaging/debian/copyright')).text();
  const [, conditions = ''] = licence.split('All rights reserved.');
  expect(words(copyright)).toContain(words(conditions.trim()));
});
