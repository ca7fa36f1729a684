import { expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';

// The example unit that fetches recordings, with its own command line, from one folder of this machine into another.

const UNIT = join(import.meta.dir, '../../systemd/examples/cosmos-video-fetch.service');

/** The arguments of ExecStart, as systemd takes them apart: continued lines, quotes, and variables of the unit. */
function command(variables: Readonly<Record<string, string>>): string[] {
  const text = readFileSync(UNIT, 'utf8').replaceAll('\\\n', ' ');
  const [, line = ''] = /^ExecStart=(.*)$/m.exec(text) ?? [];
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) =>
    word.replaceAll("'", '').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? ''),
  );
}

/** Fetches once. @returns what the unit calls a success */
async function fetchOnce(from: string, to: string): Promise<boolean> {
  await using rsync = new Child(command({ FROM: `${from}/`, TO: `${to}/`, LIMIT: '100000' }));
  const status = await rsync.exit();
  return [0, Number(/^SuccessExitStatus=(\d+)$/m.exec(readFileSync(UNIT, 'utf8'))?.[1])].includes(status);
}

test('only finished segments are fetched, each once, and what the recorder has deleted since stays', async () => {
  using folder = new Folder();
  const [from, to] = [folder.file('from'), folder.file('to')];
  mkdirSync(join(from, 'folder'), { recursive: true });
  mkdirSync(to);
  const [first, second] = ['cam1-20261124T203300Z.ts', 'cam1-20261124T203400Z.ts'];
  writeFileSync(join(from, first), 'one');
  writeFileSync(join(from, `${second}.part`), 'half of tw');
  writeFileSync(join(from, 'folder', 'cam1-20261124T203200Z.ts'), 'of another recorder');
  writeFileSync(join(from, 'notes.txt'), 'of somebody');
  expect(await fetchOnce(from, to)).toBe(true);
  expect(readdirSync(to)).toEqual([first]);

  rmSync(join(from, first));
  rmSync(join(from, `${second}.part`));
  writeFileSync(join(from, second), 'two');
  expect(await fetchOnce(from, to)).toBe(true);
  expect(readdirSync(to).toSorted()).toEqual([first, second]);
  expect(readFileSync(join(to, second), 'utf8')).toBe('two');
});

test('what was cut off goes on, and has its name only when it is whole', async () => {
  using folder = new Folder();
  const [from, to] = [folder.file('from'), folder.file('to')];
  const name = 'cam1-20261124T203300Z.ts';
  mkdirSync(from);
  mkdirSync(join(to, '.unfinished'), { recursive: true });
  writeFileSync(join(from, name), 'a segment that is whole');
  writeFileSync(join(to, '.unfinished', name), 'a segment that is whole');
  truncateSync(join(to, '.unfinished', name), 9);
  expect(await fetchOnce(from, to)).toBe(true);
  expect(readFileSync(join(to, name), 'utf8')).toBe('a segment that is whole');
  expect(existsSync(join(to, '.unfinished'))).toBe(false);
});
