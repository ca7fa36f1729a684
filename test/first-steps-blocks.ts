/** What a person is to type, and what the page says comes of it. */
export interface Block {
  readonly commands: string;
  /** The lines that are to come, in their order, others between them; none where the page shows none. */
  readonly output: readonly string[];
}

const FENCED = /^(?<indent> *)```(?<language>sh|text)\n(?<text>[^]*?)^\k<indent>```$/gm;

/**
 * The shell blocks of a section, each with the block of text that follows it.
 * @throws Error if there is no such section
 */
export function blocksOf(markdown: string, heading: string): Block[] {
  const fenced = [...sectionOf(markdown, heading).matchAll(FENCED)].map(({ groups }) => ({
    language: groups?.['language'],
    lines: (groups?.['text'] ?? '')
      .trimEnd()
      .split('\n')
      .map(withoutIndent(groups?.['indent'] ?? '')),
  }));
  return fenced.flatMap(({ language, lines }, index) => {
    if (language !== 'sh') return [];
    const next = fenced[index + 1];
    return [{ commands: lines.join('\n'), output: next?.language === 'text' ? next.lines : [] }];
  });
}

/** A line of the page as a pattern: what has a digit in it (a time, a version, an amount) may be another one. */
export function likeLine(line: string): RegExp {
  const words = line.split(/\s+/).map((word) => (/\d/.test(word) ? '\\S+' : RegExp.escape(word)));
  return new RegExp(`^${words.join('\\s+')}$`);
}

/** Whether there is a line for each of the patterns, in the same order. */
export function isInOrder(lines: readonly string[], patterns: readonly RegExp[]): boolean {
  let found = 0;
  for (const line of lines) if (patterns[found]?.test(line)) found += 1;
  return found === patterns.length;
}

function sectionOf(markdown: string, heading: string): string {
  const start = markdown.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`there is no section ${heading}`);
  const end = markdown.indexOf('\n## ', start + 1);
  return markdown.slice(start, end < 0 ? undefined : end);
}

function withoutIndent(indent: string) {
  return (line: string) => (line.startsWith(indent) ? line.slice(indent.length) : line);
}
