import { existsSync } from 'node:fs';
import { testCases, type TestCase } from './junit.ts';

// Prints the end of a test run: what failed, once more, for it may stand far above; and as the last line what the JUnit
// reports count together. A test in more than one of them counts by the last.
// Arguments: the exit status of the runners, 0 if none failed, and the paths of their reports.

/** Of a long message the first and the last lines are shown, so many of each. */
const SHOWN_LINES = 4;

function shortened(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length <= 2 * SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), '[…]', ...lines.slice(-SHOWN_LINES)];
}

function print(headline: string, { name, place, words }: TestCase): void {
  const lines = [
    `${headline}: ${name}${place && ` (${place})`}`,
    ...shortened(words).map((line) => `    ${line}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const [status = '', ...paths] = process.argv.slice(2);
const missing = paths.filter((path) => !existsSync(path));
for (const path of missing) {
  process.stdout.write(`FAILED: there is no ${path}, what should have written it came to no end\n`);
}
const latest = new Map<string, TestCase>();
for (const path of paths.filter((each) => !missing.includes(each))) {
  const seen = new Map<string, number>();
  for (const test of testCases(path)) {
    const name = `${test.place} ${test.name}`;
    // Tests of one name and place are told apart by their order.
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    const key = `${name} ${nth}`;
    const before = latest.get(key);
    if (before?.outcome === 'failed' && test.outcome === 'passed')
      print('PASSED ONLY WHEN RUN AGAIN', before);
    // A test that was skipped the second time has shown nothing.
    if (before?.outcome !== 'failed' || test.outcome !== 'skipped') latest.set(key, test);
  }
}

const all = [...latest.values()];
const count = (outcome: TestCase['outcome']) => all.filter((test) => test.outcome === outcome).length;
for (const test of all) if (test.outcome === 'failed') print('FAILED', test);
let failed = count('failed') + missing.length;
if (failed === 0 && status !== '0') {
  process.stdout.write('FAILED: a runner, with an error that belongs to no test, see above\n');
  failed = 1;
}
if (count('skipped') > 0) process.stdout.write(`${count('skipped')} SKIPPED, see above\n`);
process.stdout.write(`${count('passed')} passed, ${failed} failed\n`);
process.exit(failed > 0 || count('passed') === 0 ? 1 : 0);
