import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandsPage } from '../../packaging/man-pages.ts';
import { commandNamed, COMMANDS } from '../../src/cli/commands.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';
import { commandLinesOf, documentAt, DOCUMENTS, matches, ROOT, unknownIn } from './documents.ts';

const PROGRAM = 'cosmos-video-builder';
const TARGET = /(?:^|`)make ([a-z-]+)/gm;
const FLAG_IN_TEXT = /`(--[\w-]+)/g;
const FLAG_OF_COMMAND = / (--[\w-]+)/g;

test('every target of make that is named exists', () => {
  const targets = makefiles('Makefile').flatMap((text) => matches(/^([a-z][a-z-]*):(?!=)/gm, text));
  const unknown = DOCUMENTS.flatMap((document) => unknownIn(document, [TARGET], new Set(targets)));
  expect(unknown).toEqual([]);
  expect(namedIn('README.md', TARGET)).toContain('test');
  expect(namedIn('CONTRIBUTING.md', TARGET).length).toBeGreaterThan(10);
});

test('every target that make help lists is in the table of targets', () => {
  const listed = makefiles('Makefile').flatMap((text) => matches(/^([a-z-]+):.*##/gm, text));
  expect(namedIn('CONTRIBUTING.md', TARGET)).toEqual(expect.arrayContaining(listed));
});

test('every flag that is named exists', () => {
  const flags: ReadonlySet<string> = new Set([
    ...ALL_SETTINGS.flatMap((setting) => setting.flags),
    ...COMMANDS.flatMap((command) => command.flags.map(({ flag }) => flag)),
    '--help',
    '--version',
  ]);
  const unknown = DOCUMENTS.flatMap(({ path, text }) => [
    ...unknownIn({ path, text }, [FLAG_IN_TEXT], flags),
    ...unknownIn({ path, text: commandLinesOf(text, PROGRAM).join('\n') }, [FLAG_OF_COMMAND], flags),
  ]);
  expect(unknown).toEqual([]);
  const commands = commandLinesOf(documentAt('docs/first-steps.md').text, PROGRAM).join('\n');
  expect(matches(FLAG_OF_COMMAND, commands)).toContain('--jitter');
});

test('every command that is named exists', () => {
  const words = DOCUMENTS.flatMap(({ text }) => commandLinesOf(text, PROGRAM)).flatMap((line) =>
    matches(/cosmos-video-builder ([a-z]+)/g, line),
  );
  expect(words).toEqual(expect.arrayContaining(['run', 'check', 'source']));
  expect(words.filter((word) => !commandNamed(word))).toEqual([]);
});

test('every file and folder of the repository that is named exists', () => {
  const named = DOCUMENTS.flatMap(({ text }) =>
    matches(/((?:src|test|packaging|systemd|docs)\/[\w./-]+)/g, matches(/`([^`\n]+)`/g, text).join('\n')),
  );
  expect(named).toContain('src/config/settings.ts');
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the check with the rights of the service is one command wherever it is named, and the one that is tried', () => {
  const pages = ['README.md', 'docs/appliance.md', 'docs/troubleshooting.md', 'test/boot/several.sh'];
  const texts = [...pages.map((path) => documentAt(path).text), commandsPage().markdown];
  const commands = texts.map((text) => {
    const inOneLine = text.replaceAll(/\\\n */g, '').replaceAll('$env_file', '/etc/cosmos-video.env');
    return matches(/(systemd-run .* cosmos-video-builder check)\b/g, inOneLine);
  });
  expect(commands[0]).toHaveLength(1);
  for (const found of commands) expect(found).toEqual(commands[0] ?? []);
});

/** The makefile, and those that it includes. */
function makefiles(path: string): string[] {
  const { text } = documentAt(path);
  return [text, ...matches(/^-?include (\S+)$/gm, text).flatMap(makefiles)];
}

function namedIn(path: string, pattern: RegExp): string[] {
  return matches(pattern, documentAt(path).text);
}
