import { existsSync, readFileSync } from 'node:fs';

// Prints the end of a test run from the JUnit reports in the files named by the arguments: what failed, once more, for
// it may stand far above; and as the last line what the reports count together.

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Of a long message the first and the last lines are shown, so many of each. */
const SHOWN_LINES = 4;

/** The count of one report. One that is not there is a failure: its runner came to no end. */
function countOf(path: string): Count {
  if (!existsSync(path)) {
    process.stdout.write(`there is no ${path}: what should have written it came to no end\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const report = readFileSync(path, 'utf8');
  process.stdout.write(failuresIn(report).join(''));
  const root = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? '';
  const count = (name: string) => Number(attribute(root, name) || 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped');
  return { passed: count('tests') - failed - skipped, failed, skipped };
}

function failuresIn(report: string): string[] {
  const cases = report.matchAll(/(<testcase\b[^>]*[^/]>)\s*<(?:failure|error)\b([^>]*)>([^<]*)/g);
  return [...cases].map(([, head = '', element = '', body]) => {
    const place = attribute(head, 'file') && ` (${attribute(head, 'file')}:${attribute(head, 'line')})`;
    const name = [attribute(head, 'classname'), attribute(head, 'name')].filter(Boolean).join(' > ');
    const words = shortened(attribute(element, 'message') || unescaped(body ?? ''));
    return `FAILED ${name}${place}\n${words.map((line) => `    ${line}\n`).join('')}`;
  });
}

function shortened(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length <= 2 * SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), '[…]', ...lines.slice(-SHOWN_LINES)];
}

function attribute(tag: string, name: string): string {
  return unescaped(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

function unescaped(text: string): string {
  return text
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

const counts = process.argv.slice(2).map((path) => countOf(path));
const sum = (name: keyof Count) => counts.reduce((total, count) => total + count[name], 0);
if (sum('skipped') > 0) process.stdout.write(`${sum('skipped')} SKIPPED, see above\n`);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exit(sum('failed') > 0 || sum('passed') === 0 ? 1 : 0);
