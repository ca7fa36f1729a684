import { existsSync } from 'node:fs';
import { Glob } from 'bun';
import { testCases } from './junit.ts';

// Prints the test files of which, by the JUnit report that the argument names, a test failed or none is known: one that
// cannot be loaded is in no report. A line each, as `bun test` takes them.

const [report = ''] = process.argv.slice(2);
const cases = existsSync(report) ? testCases(report) : [];
const known = new Set(cases.map(({ file }) => file));
const failed = new Set(cases.filter(({ outcome }) => outcome === 'failed').map(({ file }) => file));
for (const file of new Glob('test/**/*.test.ts').scanSync()) {
  if (failed.has(file) || !known.has(file)) process.stdout.write(`./${file}\n`);
}
