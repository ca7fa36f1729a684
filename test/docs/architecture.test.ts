import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../support/folder.ts';
import { documentAt, matches, ROOT } from './documents.ts';

interface Override {
  readonly files: readonly string[];
  readonly rules: {
    readonly 'no-restricted-imports': readonly [
      string,
      { readonly patterns: readonly { readonly group: readonly string[] }[] },
    ];
  };
}

const FOLDERS = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What each folder may import, by the table of the page. */
function allowedByPage(): Record<string, string[]> {
  const rows = matches(/^(\| `[a-z-]+` \|.*)$/gm, documentAt('docs/architecture.md').text);
  return Object.fromEntries(
    rows.map((row) => {
      const [, folder = '', , imports = ''] = row.split('|').map((cell) => cell.trim());
      return [folder.replaceAll('`', ''), matches(/`([a-z-]+)`/g, imports).toSorted()];
    }),
  );
}

/** The same by the linter: what is taken out again of all that is forbidden. */
function allowedByLint(): Record<string, string[]> {
  // The linter checks the form of its own settings.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { overrides } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as {
    overrides: readonly Override[];
  };
  return Object.fromEntries(
    overrides.map(({ files: [glob = ''], rules }) => {
      const groups = rules['no-restricted-imports'][1].patterns.flatMap(({ group }) => group);
      expect(groups).toContain('../*/**');
      const allowed = groups.flatMap((group) => matches(/^!(?:\.\.\/)+([a-z-]+)\/\*\*$/g, group));
      return [glob.replace(/^src\/(.*)\/\*\*$/, '$1'), [...new Set(allowed)].toSorted()];
    }),
  );
}

test('the table of folders is what the linter holds the imports to, folder by folder', () => {
  const page = allowedByPage();
  expect(Object.keys(page).toSorted()).toEqual(FOLDERS.toSorted());
  expect(allowedByLint()).toEqual(page);
});

test('no folder imports in a circle', () => {
  const allowed = allowedByPage();
  const order: string[] = [];
  const visit = (folder: string, path: readonly string[]) => {
    expect(path).not.toContain(folder);
    for (const next of allowed[folder] ?? []) if (!order.includes(next)) visit(next, [...path, folder]);
    if (!order.includes(folder)) order.push(folder);
  };
  for (const folder of FOLDERS) visit(folder, []);
  expect(order).toHaveLength(FOLDERS.length);
});

test('the linter finds an import that the table does not have', async () => {
  using folder = new Folder();
  await Bun.write(folder.file('.oxlintrc.json'), Bun.file(join(ROOT, '.oxlintrc.json')));
  await Bun.write(folder.file('src/pacing/upstream.ts'), "export { serve } from '../service/serve.ts';\n");
  await Bun.write(folder.file('src/pacing/below.ts'), "export { systemClock } from '../base/clock.ts';\n");
  const { stdout } = Bun.spawnSync([join(ROOT, 'node_modules/.bin/oxlint'), '--format=unix', '.'], {
    cwd: folder.file('.'),
  });
  const found = stdout
    .toString()
    .split('\n')
    .filter((line) => line.includes('no-restricted-imports'));
  expect(found.map((line) => line.split(':')[0])).toEqual(['src/pacing/upstream.ts']);
});
