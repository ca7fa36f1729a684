import { GLYPH_COLUMNS, GLYPH_ROWS, glyphRows } from './font.ts';

/** Cells of border on each side of a glyph. */
export const BORDER_CELLS = 1;

/** The cells of a glyph that are written, as runs within its rows. */
export interface GlyphRuns {
  /** Three numbers a run: the row, the first column, and the column behind the last one. Column 0 is the border's. */
  readonly ink: Uint8Array;
  /** The same for the ink with all cells that touch it: what is left of them once the ink is written is the border. */
  readonly inkAndBorder: Uint8Array;
}

/** Made when a character is first wanted: most never are. At most as many as a code unit of 8 bits has values. */
const cache: (GlyphRuns | undefined)[] = [];
const LARGEST_CACHED = 0xff;

/** The runs of the character with this code (UTF-16). */
export function glyphRuns(code: number): GlyphRuns {
  const known = cache[code];
  if (known) return known;
  const runs = makeRuns(glyphRows(String.fromCharCode(code)));
  if (code <= LARGEST_CACHED) cache[code] = runs;
  return runs;
}

function makeRuns(rows: Uint8Array): GlyphRuns {
  const ink = Array.from(rows, (bits) => bits << BORDER_CELLS);
  const tall = ink.map((bits, row) => bits | (ink[row - 1] ?? 0) | (ink[row + 1] ?? 0));
  const wide = tall.map((bits) => bits | (bits << 1) | (bits >> 1));
  return { ink: runsOf(ink), inkAndBorder: runsOf(wide) };
}

const COLUMNS = GLYPH_COLUMNS + 2 * BORDER_CELLS;

function runsOf(rows: readonly number[]): Uint8Array {
  const runs: number[] = [];
  for (let row = 0; row < GLYPH_ROWS; row += 1) {
    const cells = (rows[row] ?? 0).toString(2).padStart(COLUMNS, '0');
    for (const { 0: run, index } of cells.matchAll(/1+/g)) runs.push(row, index, index + run.length);
  }
  return Uint8Array.from(runs);
}
