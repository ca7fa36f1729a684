import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsTableMarkdown } from '../../src/cli/help.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';
import { documentAt, DOCUMENTS, ROOT, rowsOf, sectionOf, unknownIn } from './documents.ts';

const PAGE = 'docs/settings.md';
const [START, END] = ['<!-- settings -->', '<!-- /settings -->'];
/** Names files of settings, is accepted without an effect, and is the misspelt one of an example. */
const OTHERS = ['COSMOS_VIDEO_ENV_FILE', 'COSMOS_VIDEO_READER', 'COSMOS_VIDEO_FRAMERAT'];
const VARIABLE = /\b(COSMOS_VIDEO_\w+)/g;

if (process.env['UPDATE_DOCS']) writeFileSync(join(ROOT, PAGE), withTable(documentAt(PAGE).text));

test('the table of settings is that of the program', () => {
  const { text } = documentAt(PAGE);
  const isCurrent = text === withTable(text);
  expect(
    isCurrent || 'out of date: UPDATE_DOCS=1 node_modules/.bin/bun test test/docs/settings.test.ts writes it',
  ).toBe(true);
});

test('every variable that is named exists', () => {
  const variables = ALL_SETTINGS.flatMap(({ variable, formerVariables = [] }) => [
    variable,
    ...formerVariables,
  ]);
  const known = new Set([...variables, ...OTHERS]);
  expect(DOCUMENTS.flatMap((document) => unknownIn(document, [VARIABLE], known))).toEqual([]);
});

test('a variable that does not exist is noticed', () => {
  const document = { path: 'page.md', text: 'Set COSMOS_VIDEO_HOST, then `COSMOS_VIDEO_HOSTS=a`.' };
  expect(unknownIn(document, [VARIABLE], new Set(['COSMOS_VIDEO_HOST']))).toEqual([
    'page.md: COSMOS_VIDEO_HOSTS',
  ]);
});

test('the README has five settings, each with the default of the program', () => {
  const rows = rowsOf(sectionOf(documentAt('README.md').text, 'The five settings that matter'));
  expect(rows).toHaveLength(5);
  const defaults = new Map(
    ALL_SETTINGS.map(({ variable, defaultText }) => [
      `\`${variable}\``,
      defaultText === undefined ? 'none' : `\`${defaultText}\``,
    ]),
  );
  for (const [variable = '', value] of rows)
    expect([variable, value]).toEqual([variable, defaults.get(variable)]);
});

/** The page with the table as it should be. */
function withTable(text: string): string {
  const [before, after] = [text.indexOf(START), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no ${START} … ${END}`);
  return `${text.slice(0, before)}${START}\n\n${settingsTableMarkdown()}\n${text.slice(after)}`;
}
