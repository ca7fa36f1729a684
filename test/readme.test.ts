import { expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsTableMarkdown } from '../src/cli/help.ts';
import { ALL_SETTINGS } from '../src/config/settings.ts';
import { commandNamed, COMMANDS } from '../src/cli/commands.ts';
import { isPutTogether, messagesOf, piecesOf } from './readme-messages.ts';

const ROOT = join(import.meta.dir, '..');
const README = join(ROOT, 'README.md');
const [START, END] = ['<!-- settings -->', '<!-- /settings -->'];
const PROGRAM = 'cosmos-video-builder';
/** In the lists of messages, but not ours: the runtime's word for a certificate. */
const OF_OTHERS = ['self signed certificate'];

if (process.env['UPDATE_README']) writeFileSync(README, withTable(readFileSync(README, 'utf8')));
const readme = readFileSync(README, 'utf8');

test('the table of settings is that of the program', () => {
  const isCurrent = readme === withTable(readme);
  expect(
    isCurrent || 'out of date: UPDATE_README=1 node_modules/.bin/bun test test/readme.test.ts writes it',
  ).toBe(true);
});

test('every target of make that is named exists', () => {
  const targets = makefiles('Makefile').flatMap((text) =>
    [...text.matchAll(/^([a-z][a-z-]*):(?!=)/gm)].map(([, target = '']) => target),
  );
  expect(found(/(?:^|`)make ([a-z-]+)/gm)).not.toBeEmpty();
  expect(targets).toEqual(expect.arrayContaining(found(/(?:^|`)make ([a-z-]+)/gm)));
});

test('every variable that is named exists', () => {
  const variables = ALL_SETTINGS.flatMap(({ variable, formerVariables = [] }) => [
    variable,
    ...formerVariables,
  ]);
  // The second is the misspelt one of an example.
  const others = ['COSMOS_VIDEO_ENV_FILE', 'COSMOS_VIDEO_FRAMERAT'];
  expect([...variables, ...others]).toEqual(expect.arrayContaining(found(/\b(COSMOS_VIDEO_\w+)/g)));
});

test('every flag that is named exists', () => {
  const flags = [
    ...ALL_SETTINGS.flatMap((setting) => setting.flags),
    ...COMMANDS.flatMap(({ flags: own }) => own.map(({ flag }) => flag)),
    '--help',
    '--version',
  ];
  const named = [
    ...found(/`(--[\w-]+)/g),
    ...commandLines().flatMap((line) => matches(/ (--[\w-]+)/g, line)),
  ];
  expect(named).not.toBeEmpty();
  expect(flags.map(String)).toEqual(expect.arrayContaining(named));
});

test('every command that is named exists', () => {
  const words = commandLines().flatMap((line) => matches(/cosmos-video-builder ([a-z]+)/g, line));
  expect(words.filter((word) => !commandNamed(word))).toEqual([]);
});

test('every link leads to a heading or a file', () => {
  const headings = new Set(
    found(/^#+ (.+)$/gm).map((heading) => `#${heading.toLowerCase().replaceAll(' ', '-')}`),
  );
  const targets = found(/\]\(([^)]+)\)/g).filter((target) => !target.startsWith('https://'));
  const dead = targets.filter((target) => !headings.has(target) && !existsSync(join(ROOT, target)));
  expect(dead).toEqual([]);
});

test('every message in the tables of what happens when is one of the program', () => {
  const words = wordsOfSources('src', 'systemd');
  const quotes = rowsOf('What happens when').flatMap(([, journal = '']) => matches(/`([^`]+)`/g, journal));
  expect(quotes.length).toBeGreaterThan(30);
  const unknown = quotes.filter((quote) => !likeMessage(quote).test(words));
  expect(unknown).toEqual([]);
});

test('every message in the lists of what the log says is one of the program', () => {
  const pieces = piecesOf(wordsOfSources('src', 'systemd'));
  const section = sectionOf('What the log says');
  const messages = messagesOf(section.slice(section.indexOf('\n### Information\n')));
  expect(messages.length).toBeGreaterThan(50);
  expect(messages.filter((message) => !isPutTogether(message, pieces))).toEqual(OF_OTHERS);
});

test('a message with one word that is not the program’s is noticed', () => {
  const pieces = piecesOf("const a = `${name} cannot be run: ${reason}; install it`; const b = 'ffmpeg';");
  const wrong = [
    'ffmpeg cannot be started: 3; install it',
    'ffmpeg cannot be run',
    '… be ran: …; install it',
  ];
  expect(wrong.filter((message) => isPutTogether(message, pieces))).toEqual([]);
  const right = ['ffmpeg cannot be run: 3; install it', 'ffmpeg cannot be run…', '… run: …; install it'];
  expect(right.filter((message) => !isPutTogether(message, pieces))).toEqual([]);
});

test('every fault in them has all of its cells, and stands there once', () => {
  const rows = rowsOf('What happens when');
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([]);
  const faults = rows.map(([fault]) => fault);
  expect(faults.filter((fault, index) => faults.indexOf(fault) !== index)).toEqual([]);
});

/** The README with the table as it should be. */
function withTable(text: string): string {
  const [before, after] = [text.indexOf(START), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`README.md has no ${START} … ${END}`);
  return `${text.slice(0, before)}${START}\n\n${settingsTableMarkdown()}\n${text.slice(after)}`;
}

/** The makefile, and those that it includes. */
function makefiles(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [text, ...matches(/^-?include (\S+)$/gm, text).flatMap(makefiles)];
}

/** Lines of code, and code within text, that run the program. */
function commandLines(): string[] {
  const blocks = matches(/^ *```sh\n([^]*?)^ *```$/gm, readme).flatMap((block) => block.split('\n'));
  const lines = [...blocks, ...found(/`([^`\n]+)`/g)].map((line) => line.trim());
  return lines.filter((line) => new RegExp(`^(?:\\w+=\\S+ )*${PROGRAM} [a-z-]`).test(line));
}

function sectionOf(heading: string): string {
  const start = readme.indexOf(`\n## ${heading}\n`);
  return readme.slice(start, readme.indexOf('\n## ', start + 1));
}

/** The cells of all tables in a section, without their heads. */
function rowsOf(heading: string): string[][] {
  const tables = matches(/^\|.*\n\|[ :|-]+\n((?:\|.*\n)+)/gm, sectionOf(heading));
  return tables.flatMap((rows) => rows.trim().split('\n')).map((row) => cellsOf(row));
}

function cellsOf(row: string): string[] {
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim());
}

/** All that is written in these folders, comments apart; a text that is put together of several lines stands on one. */
function wordsOfSources(...folders: string[]): string {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const text = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
  return text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '').replaceAll(/['`] \+\s*['`]/g, '');
}

/** A message of the README as a pattern: … stands for what differs. */
function likeMessage(quote: string): RegExp {
  const parts = quote.split('…').map((part) => RegExp.escape(part));
  return new RegExp(parts.join('[^\n]*'));
}

/** What the group of the pattern is at each of its places in the README. */
function found(pattern: RegExp): string[] {
  return matches(pattern, readme);
}

function matches(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group);
}
