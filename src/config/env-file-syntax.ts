const NEWLINES = '\n\r';
const WHITE_SPACE = ' \t\n\r';
const COMMENT_SIGNS = '#;';
/** What a backslash takes the meaning from between double quotes; before any other sign it stands for itself. */
const ESCAPED_IN_QUOTES = '"\\`$';

type State =
  'before name' | 'name' | 'before value' | 'value' | 'single quotes' | 'double quotes' | 'comment';

/**
 * Variables of a file as systemd reads it for EnvironmentFile=, so that a reload finds what the start found: comments with
 * `#` or `;`, pieces in single or double quotes that are joined, backslashes, lines that go on. What has no valid name is
 * passed over. Follows parse_env_file_internal() in systemd's src/basic/env-file.c (version 252).
 */
export function parseEnvFile(text: string): Record<string, string> {
  const parser = new Parser();
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\' && parser.takesEscapes) {
      index += 1;
      parser.takeEscaped(text.charAt(index));
    } else {
      parser.take(character);
    }
  }
  parser.endLine();
  return parser.variables;
}

class Parser {
  readonly variables: Record<string, string> = {};
  #state: State = 'before name';
  #name = '';
  #value = '';
  /** Length of the value without the white space at its end that no quotes protect. */
  #keptChars = 0;

  /** Whether a backslash means anything here. */
  get takesEscapes(): boolean {
    return ['before value', 'value', 'double quotes', 'comment'].includes(this.#state);
  }

  /** The character behind a backslash; an escaped end of line is nothing at all. */
  takeEscaped(character: string): void {
    if (this.#state === 'comment') return;
    if (this.#state === 'double quotes') {
      if (character !== '\n')
        this.#keep(ESCAPED_IN_QUOTES.includes(character) ? character : `\\${character}`);
      return;
    }
    this.#state = 'value';
    if (!NEWLINES.includes(character)) this.#keep(character);
  }

  /** The next character, which no backslash precedes. */
  take(character: string): void {
    switch (this.#state) {
      case 'before name':
        if (COMMENT_SIGNS.includes(character)) this.#state = 'comment';
        else if (!WHITE_SPACE.includes(character)) this.#beginName(character);
        return;
      case 'name':
        if (NEWLINES.includes(character)) this.#state = 'before name';
        else if (character === '=') this.#state = 'before value';
        else this.#name += character;
        return;
      case 'before value':
      case 'value':
        this.#takeInValue(character);
        return;
      case 'single quotes':
      case 'double quotes':
        if (character === (this.#state === 'single quotes' ? "'" : '"')) this.#state = 'before value';
        else this.#keep(character);
        return;
      case 'comment':
        if (NEWLINES.includes(character)) this.#state = 'before name';
    }
  }

  /** Ends the variable that is being read, if there is one. */
  endLine(): void {
    const isName = this.#state === 'before name' || this.#state === 'name' || this.#state === 'comment';
    const name = this.#name.trimEnd();
    if (!isName && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      this.variables[name] = this.#value.slice(0, this.#keptChars);
    }
    this.#state = 'before name';
  }

  #beginName(character: string): void {
    this.#state = 'name';
    this.#name = character;
    this.#value = '';
    this.#keptChars = 0;
  }

  /** Quotes open only where no unquoted piece has begun: in the middle of one they stand for themselves. */
  #takeInValue(character: string): void {
    const isBefore = this.#state === 'before value';
    if (NEWLINES.includes(character)) this.endLine();
    else if (isBefore && character === "'") this.#state = 'single quotes';
    else if (isBefore && character === '"') this.#state = 'double quotes';
    else if (!WHITE_SPACE.includes(character)) {
      this.#state = 'value';
      this.#keep(character);
    } else if (!isBefore) this.#value += character;
  }

  #keep(text: string): void {
    this.#value += text;
    this.#keptChars = this.#value.length;
  }
}
