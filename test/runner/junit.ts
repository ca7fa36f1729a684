import { readFileSync } from 'node:fs';

/** One test in a JUnit report, as bun test and test/boot/report.ts write them. */
export interface TestCase {
  readonly name: string;
  /** Where it stands, as `file:line`; empty where the report does not say. */
  readonly place: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed. */
  readonly words: string;
}

/** The tests in the JUnit report of that path, in its order. Throws where there is none. */
export function testCases(path: string): TestCase[] {
  const elements = readFileSync(path, 'utf8').matchAll(
    /<testcase\b(?<head>[^>]*?)(?:\/>|>(?<body>.*?)<\/testcase>)/gs,
  );
  return [...elements].map(({ groups: { head = '', body = '' } = {} }) => {
    return {
      name: [attribute(head, 'classname'), attribute(head, 'name')].filter(Boolean).join(' > '),
      place: [attribute(head, 'file'), attribute(head, 'line')].filter(Boolean).join(':'),
      ...outcomeOf(body),
    };
  });
}

function outcomeOf(body: string): Pick<TestCase, 'outcome' | 'words'> {
  const failure = /<(?:failure|error)\b(?<head>[^>]*?)(?:\/>|>(?<text>[^<]*))/s.exec(body)?.groups;
  if (failure) {
    const { head = '', text = '' } = failure;
    return { outcome: 'failed', words: attribute(head, 'message') || unescaped(text) };
  }
  return { outcome: body.includes('<skipped') ? 'skipped' : 'passed', words: '' };
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
