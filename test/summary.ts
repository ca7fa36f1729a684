import { existsSync, readFileSync } from 'node:fs';

// Prints the last line of a test run: what the JUnit reports in the files named by the arguments count together.

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The count of one report. One that is not there is a failure: its runner came to no end. */
function countOf(path: string): Count {
  if (!existsSync(path)) {
    process.stdout.write(`there is no ${path}: what should have written it came to no end\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const root = /<testsuites\b[^>]*>/.exec(readFileSync(path, 'utf8'))?.[0] ?? '';
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped');
  return { passed: count('tests') - failed - skipped, failed, skipped };
}

const counts = process.argv.slice(2).map((path) => countOf(path));
const sum = (name: keyof Count) => counts.reduce((total, count) => total + count[name], 0);
if (sum('skipped') > 0) process.stdout.write(`${sum('skipped')} SKIPPED, see above\n`);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exit(sum('failed') > 0 || sum('passed') === 0 ? 1 : 0);
