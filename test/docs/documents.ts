import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the repository. */
export const ROOT = join(import.meta.dir, '../..');

export interface Document {
  /** From the folder of the repository on. */
  readonly path: string;
  readonly text: string;
}

const PAGES = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .toSorted();

/** Every document that says how things are, which the changelog does not: it says how they were, too. */
export const DOCUMENTS: readonly Document[] = ['README.md', 'CONTRIBUTING.md', ...PAGES].map(documentAt);

/** The document at this path from the folder of the repository on. */
export function documentAt(path: string): Document {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** What the group of the pattern is at each of its places in the text. */
export function matches(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group);
}

/** The document's places where the group of the pattern is not among what is known, each as `path: group`. */
export function unknownIn(
  { path, text }: Document,
  patterns: readonly RegExp[],
  known: ReadonlySet<string>,
): string[] {
  const named = patterns.flatMap((pattern) => matches(pattern, text));
  return named.filter((name) => !known.has(name)).map((name) => `${path}: ${name}`);
}

/** The text without blocks of code, in which a # begins no heading. */
export function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```$/gm, '');
}

/** Lines of code, and code within text, that run this program. */
export function commandLinesOf(text: string, program: string): string[] {
  const blocks = matches(/^ *```sh\n([^]*?)^ *```$/gm, text).flatMap((block) => block.split('\n'));
  const lines = [...blocks, ...matches(/`([^`\n]+)`/g, text)].map((line) => line.trim());
  return lines.filter((line) => new RegExp(`^(?:\\w+=\\S+ )*${program} [a-z-]`).test(line));
}

/** The part of the text under this heading of the second level. Throws where there is none. */
export function sectionOf(text: string, heading: string): string {
  const start = text.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`there is no section ${heading}`);
  const end = text.indexOf('\n## ', start + 1);
  return text.slice(start, end < 0 ? undefined : end);
}

/** The cells of all tables in the text, without their heads. */
export function rowsOf(text: string): string[][] {
  const tables = matches(/^\|.*\n\|[ :|-]+\n((?:\|.*\n)+)/gm, text);
  return tables.flatMap((rows) => rows.trim().split('\n')).map((row) => cellsOf(row));
}

function cellsOf(row: string): string[] {
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim());
}
