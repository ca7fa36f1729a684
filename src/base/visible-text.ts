/** What a reader does not see, but a terminal or a log viewer obeys: controls, format characters, line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const NAMED: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/**
 * The text with every control character, every mark that changes the direction of writing, and every other character that
 * is not seen written out: ESC as `\x1b`, U+202E as `\u202e`. What comes from outside can so neither forge a line nor move
 * the cursor of a terminal.
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, writtenOut);
}

/** The same for a message of several lines, whose line breaks stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

function writtenOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code > 0xffff) return `\\u{${hex}}`;
  return NAMED[character] ?? (code > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`);
}
