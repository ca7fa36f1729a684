import { expect, test } from 'bun:test';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentAt, matches, ROOT } from './documents.ts';
import { PICTURES, rendered } from './pictures.ts';
import { png, unpacked } from './png.ts';

const FOLDER = join(ROOT, 'docs/pictures');
const MOST_BYTES = 48 * 1024;
const NAMES = Object.keys(PICTURES);

if (process.env['UPDATE_DOCS']) {
  for (const [name, shown] of Object.entries(PICTURES))
    writeFileSync(pathOf(name), png(await rendered(shown)));
}

test.each(Object.entries(PICTURES))('%s shows what the program makes of the scene', async (name, shown) => {
  const isCurrent = Bun.deepEquals(
    unpacked(readFileSync(pathOf(name))),
    unpacked(png(await rendered(shown))),
  );
  expect(
    isCurrent || 'out of date: UPDATE_DOCS=1 node_modules/.bin/bun test test/docs/pictures.test.ts writes it',
  ).toBe(true);
});

test('every picture is small', () => {
  expect(NAMES.filter((name) => statSync(pathOf(name)).size > MOST_BYTES)).toEqual([]);
});

test('there is no picture that no page shows', () => {
  const shown = matches(/!\[[^\]]+\]\(pictures\/([^)]+)\)/g, documentAt('docs/quality.md').text);
  expect(readdirSync(FOLDER).toSorted()).toEqual(NAMES.toSorted());
  expect(shown.toSorted()).toEqual(NAMES.toSorted());
});

function pathOf(name: string): string {
  return join(FOLDER, name);
}
