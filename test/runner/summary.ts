import { existsSync } from 'node:fs';
import { testCases, type TestCase } from './junit.ts';

// Prints the end of a test run: what failed, once more, for it may stand far above; and as the last line what the JUnit
// reports count together. Arguments: the exit status of the runners, 0 if none failed, and the paths of their reports.

/** Of a long message the first and the last lines are shown, so many of each. */
const SHOWN_LINES = 4;

function shortened(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length <= 2 * SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), '[…]', ...lines.slice(-SHOWN_LINES)];
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

const [status = '', ...paths] = process.argv.slice(2);
const missing = paths.filter((path) => !existsSync(path));
const all = paths.filter((path) => !missing.includes(path)).flatMap((path) => testCases(path));
const count = (outcome: TestCase['outcome']) => all.filter((test) => test.outcome === outcome).length;

for (const path of missing) print(`FAILED: there is no ${path}, what should have written it came to no end`);
for (const { outcome, name, place, words } of all) {
  if (outcome !== 'failed') continue;
  print(`FAILED: ${name}${place && ` (${place})`}`, ...shortened(words).map((line) => `    ${line}`));
}
let failed = count('failed') + missing.length;
if (failed === 0 && status !== '0') {
  print('FAILED: a runner, with an error that belongs to no test, see above');
  failed = 1;
}
if (count('skipped') > 0) print(`${count('skipped')} SKIPPED, see above`);
print(`${count('passed')} passed, ${failed} failed`);
process.exit(failed > 0 || count('passed') === 0 ? 1 : 0);
