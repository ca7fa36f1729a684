import { readFileSync } from 'node:fs';

// Prints the last line of a test run: what the JUnit report in the file named by the first argument counts.
const [path = ''] = process.argv.slice(2);
const report = readFileSync(path, 'utf8');
const root = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? '';

function count(name: string): number {
  return Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
}

const failed = count('failures') + count('errors');
const skipped = count('skipped');
const passed = count('tests') - failed - skipped;
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
