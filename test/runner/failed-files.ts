import { existsSync } from 'node:fs';
import { testCases } from './junit.ts';

// Prints the test files in which, by the JUnit report that the argument names, a test failed: a line each, as `bun test`
// takes them.

const [report = ''] = process.argv.slice(2);
const cases = existsSync(report) ? testCases(report) : [];
const failed = cases.filter(({ outcome }) => outcome === 'failed').map(({ file }) => file);
for (const file of new Set(failed)) process.stdout.write(`./${file}\n`);
