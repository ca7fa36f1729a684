import { readFileSync, writeFileSync } from 'node:fs';

// Turns lines "ok - WHAT", "not ok - WHAT" and "ok - WHAT # SKIP REASON" of the file named by the first argument into a
// JUnit report in the second, and prints their count.
const [linesPath = '', reportPath = ''] = process.argv.slice(2);

interface Suite {
  readonly name: string;
  readonly cases: Case[];
}
interface Case {
  readonly what: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What a failed check printed, or why one was skipped. */
  readonly words: string[];
}

const suites: Suite[] = [];
for (const line of readFileSync(linesPath, 'utf8').split('\n')) addLine(line);
writeFileSync(reportPath, report());
const all = suites.flatMap((suite) => suite.cases);
const skipped = count(all, 'skipped');
process.stdout.write(
  `boot tests: ${count(all, 'passed')} passed, ${count(all, 'failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exit(count(all, 'failed') > 0 || all.length === 0 ? 1 : 0);

function addLine(line: string): void {
  const name = /^# suite (.+)$/.exec(line)?.[1];
  if (name !== undefined) suites.push({ name, cases: [] });
  const cases = suites.at(-1)?.cases;
  const result = /^(?<not>not )?ok - (?<what>.*?)(?: # SKIP (?<reason>.*))?$/.exec(line)?.groups;
  if (result) {
    const { not, what = '', reason } = result;
    const outcome = not ? 'failed' : reason === undefined ? 'passed' : 'skipped';
    cases?.push({ what, outcome, words: reason === undefined ? [] : [reason] });
  } else if (line.startsWith('  # ')) {
    cases?.at(-1)?.words.push(line.slice(4));
  }
}

function report(): string {
  const parts = suites.map(
    ({ name, cases }) =>
      `<testsuite name="${escaped(name)}" ${totals(cases)}>\n${cases.map((one) => caseText(name, one)).join('')}</testsuite>\n`,
  );
  const counts = totals(suites.flatMap((suite) => suite.cases));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="boot" ${counts}>\n${parts.join('')}</testsuites>\n`;
}

function totals(cases: readonly Case[]): string {
  return `tests="${cases.length}" failures="${count(cases, 'failed')}" skipped="${count(cases, 'skipped')}"`;
}

function caseText(suite: string, { what, outcome, words }: Case): string {
  const head = `<testcase name="${escaped(what)}" classname="boot ${escaped(suite)}"`;
  const text = escaped(words.join('\n'));
  if (outcome === 'passed') return `${head}/>\n`;
  const element = outcome === 'failed' ? `<failure>${text}</failure>` : `<skipped message="${text}"/>`;
  return `${head}>${element}</testcase>\n`;
}

function count(cases: readonly Case[], outcome: Case['outcome']): number {
  return cases.filter((one) => one.outcome === outcome).length;
}

function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // Control characters have no place in XML, not even escaped.
      .replaceAll(/[^\P{Cc}\n\t]/gu, '')
  );
}
