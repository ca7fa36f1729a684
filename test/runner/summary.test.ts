import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../support/folder.ts';

/** A test as bun's report has it; `words` of a failure. */
const reported = (name: string, words?: string, file = 'test/a.test.ts') =>
  `<testcase name="${name}" classname="a &gt; b" file="${file}" line="3"` +
  (words === undefined ? ' />' : `><failure type="Error" message="${words}">Error</failure></testcase>`);
const skipped = '<testcase name="s" classname="" file="f" line="1"><skipped /></testcase>';

async function summary(status: number, ...reports: (readonly string[])[]) {
  using folder = new Folder();
  const paths = reports.map((cases, index) => {
    const path = folder.file(`${index}.xml`);
    writeFileSync(path, `<testsuites>\n${cases.join('\n')}\n</testsuites>`);
    return path;
  });
  return await run(['summary.ts', `${status}`, ...paths], folder.path);
}

async function run([script = '', ...args]: readonly string[], cwd: string) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, script), ...args], {
    cwd,
    stdout: 'pipe',
  });
  const lines = (await child.stdout.text()).trim().split('\n');
  return { lines, code: await child.exited };
}

test('all reports count together', async () => {
  const { lines, code } = await summary(0, [reported('one'), reported('one'), skipped], [reported('two')]);
  expect(lines).toEqual(['1 SKIPPED, see above', '3 passed, 0 failed']);
  expect(code).toBe(0);
});

test('what failed is said again, with its words, and the run has failed', async () => {
  const words = Array.from({ length: 12 }, (_, index) => `line ${index} &lt;&amp;&quot;`).join('&#10;');
  const { lines, code } = await summary(1, [reported('one', words), reported('two')]);
  expect(lines[0]).toBe('FAILED: a > b > one (test/a.test.ts:3)');
  expect(lines[1]).toBe('    line 0 <&"');
  expect(lines.at(-2)).toBe('    line 11 <&"');
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(code).toBe(1);
});

test('what passed when it ran again has passed, and is named', async () => {
  const first = [reported('one', 'no line'), reported('two', 'no frame'), reported('three')];
  const { lines, code } = await summary(1, first, [reported('one'), reported('two', 'no frame again')]);
  expect(lines).toEqual([
    'PASSED ONLY WHEN RUN AGAIN: a > b > one (test/a.test.ts:3)',
    '    no line',
    'FAILED: a > b > two (test/a.test.ts:3)',
    '    no frame again',
    '2 passed, 1 failed',
  ]);
  expect(code).toBe(1);
});

test('a runner that failed without a word in its report, a report that is missing, and no test at all are failures', async () => {
  expect((await summary(1, [reported('one')])).lines.at(-1)).toBe('1 passed, 1 failed');
  using folder = new Folder();
  expect(await run(['summary.ts', '0', 'missing.xml'], folder.path)).toMatchObject({ code: 1 });
  expect(await summary(0, [])).toMatchObject({ lines: ['0 passed, 0 failed'], code: 1 });
});

test('a failure that is skipped when it runs again stays one', async () => {
  const again =
    '<testcase name="one" classname="a &gt; b" file="test/a.test.ts" line="3"><skipped /></testcase>';
  const { lines } = await summary(0, [reported('one', 'no line'), reported('two')], [again]);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
});

test('files run again are those of failed tests', async () => {
  using folder = new Folder();
  const cases = [reported('one', undefined, 'test/good.test.ts'), reported('two', 'x', 'test/bad.test.ts')];
  writeFileSync(folder.file('r.xml'), [...cases, cases[1]].join(''));
  const { lines } = await run(['failed-files.ts', 'r.xml'], folder.path);
  expect(lines).toEqual(['./test/bad.test.ts']);
});
