import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../support/folder.ts';

/** A test as bun's report has it; `words` of a failure. */
const reported = (name: string, words?: string) =>
  `<testcase name="${name}" classname="a &gt; b" file="test/a.test.ts" line="3"` +
  (words === undefined ? ' />' : `><failure type="Error" message="${words}">Error</failure></testcase>`);
const skipped = '<testcase name="s" classname="" file="f" line="1"><skipped /></testcase>';

async function summary(status: number, ...reports: (readonly string[])[]) {
  using folder = new Folder();
  const paths = reports.map((cases, index) => {
    const path = folder.file(`${index}.xml`);
    writeFileSync(path, `<testsuites>\n${cases.join('\n')}\n</testsuites>`);
    return path;
  });
  return await run([`${status}`, ...paths], folder.path);
}

async function run(args: readonly string[], cwd: string) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'summary.ts'), ...args], {
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

test('a runner that failed without a word in its report, a report that is missing, and no test at all are failures', async () => {
  expect((await summary(1, [reported('one')])).lines.at(-1)).toBe('1 passed, 1 failed');
  using folder = new Folder();
  expect(await run(['0', 'missing.xml'], folder.path)).toMatchObject({ code: 1 });
  expect(await summary(0, [])).toMatchObject({ lines: ['0 passed, 0 failed'], code: 1 });
});
