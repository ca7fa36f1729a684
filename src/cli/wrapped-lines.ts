/** A space at which a line may break: none of those in `0 = never` and `default: 0`. */
const BREAKABLE_SPACE = /(?<!=|default:) (?!=)/;

/** The text in lines of at most so many columns; a longer word has a line to itself. */
export function wrappedLines(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAKABLE_SPACE)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
