/** Width of a digit in cells, without the empty column that follows it. */
export const DIGIT_COLUMNS = 5;

/** Height of a digit in cells. */
export const DIGIT_ROWS = 7;

const glyphs: readonly (readonly string[])[] = [
  ['.###.', '#...#', '#..##', '#.#.#', '##..#', '#...#', '.###.'],
  ['..#..', '.##..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  ['.###.', '#...#', '....#', '...#.', '..#..', '.#...', '#####'],
  ['.###.', '#...#', '....#', '..##.', '....#', '#...#', '.###.'],
  ['...#.', '..##.', '.#.#.', '#..#.', '#####', '...#.', '...#.'],
  ['#####', '#....', '####.', '....#', '....#', '#...#', '.###.'],
  ['..##.', '.#...', '#....', '####.', '#...#', '#...#', '.###.'],
  ['#####', '....#', '...#.', '..#..', '.#...', '.#...', '.#...'],
  ['.###.', '#...#', '#...#', '.###.', '#...#', '#...#', '.###.'],
  ['.###.', '#...#', '#...#', '.####', '....#', '...#.', '.##..'],
];

/**
 * A text of decimal digits as rows of cells, `#` for ink and `.` for none, one empty column between two digits.
 * Anything but a digit is left out.
 * @returns `DIGIT_ROWS` rows of equal length
 */
export function digitCells(text: string): string[] {
  const wanted = Array.from(text, (digit) => glyphs[Number.parseInt(digit, 10)] ?? []);
  const shown = wanted.filter((glyph) => glyph.length > 0);
  return Array.from({ length: DIGIT_ROWS }, (_, row) => shown.map((glyph) => glyph[row] ?? '').join('.'));
}
