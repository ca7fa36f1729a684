import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentAt, DOCUMENTS, matches, ROOT, withoutBlocks, type Document } from './documents.ts';

const LINK = /\]\(([^)]+)\)/g;
const LINKED = [...DOCUMENTS, documentAt('CHANGELOG.md')];

test('every link leads to a file, and to a heading in it', () => {
  const links = LINKED.flatMap((document) => linksOf(document));
  expect(links.length).toBeGreaterThan(60);
  expect(LINKED.flatMap((document) => deadLinksOf(document))).toEqual([]);
});

test('a link that leads nowhere is noticed', () => {
  const text = '# A\n[a](#a) [b](#b) [c](README.md#install) [d](docs/no.md) [e](README.md#no)';
  expect(deadLinksOf({ path: 'page.md', text })).toEqual([
    'page.md: #b',
    'page.md: docs/no.md',
    'page.md: README.md#no',
  ]);
});

test('no heading stands twice on a page, so that a link can mean only one', () => {
  for (const { path, text } of DOCUMENTS) {
    const anchors = anchorsOf(text);
    expect({ path, twice: anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index) }).toEqual({
      path,
      twice: [],
    });
  }
});

test('the README leads to every page', () => {
  const [readme, ...pages] = DOCUMENTS;
  const targets = readme ? linksOf(readme).map((target) => target.replace(/#.*/, '')) : [];
  expect(targets).toEqual(expect.arrayContaining(pages.map(({ path }) => path)));
});

/** Where the links of a document lead, but for those into the web. */
function linksOf({ text }: Document): string[] {
  return matches(LINK, withoutBlocks(text)).filter((target) => !/^https?:/.test(target));
}

function deadLinksOf(document: Document): string[] {
  const dead = linksOf(document).filter((target) => !leadsSomewhere(document, target));
  return dead.map((target) => `${document.path}: ${target}`);
}

function leadsSomewhere({ path, text }: Document, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const filePath = join(dirname(path), file);
  if (file !== '' && !existsSync(join(ROOT, filePath))) return false;
  if (anchor === undefined) return true;
  return anchorsOf(file === '' ? text : documentAt(filePath).text).includes(anchor);
}

/** By which a heading is reached, as GitHub makes them: small letters, no punctuation, a dash for each space. */
function anchorsOf(text: string): string[] {
  return matches(/^#+ (.+)$/gm, withoutBlocks(text)).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
