import { SPLEEN_8X16 } from './spleen-8x16.ts';

/** Size of a glyph in cells. */
export const GLYPH_COLUMNS = 8;
export const GLYPH_ROWS = 16;

/** Stands for every character that the font does not have. */
const REPLACEMENT = '?';

const glyphs: ReadonlyMap<string, Uint8Array> = new Map(SPLEEN_8X16.trim().split('\n').map(parseGlyph));

/**
 * The rows of a character's glyph from the top, a bit a cell, the leftmost cell the highest bit. The font has the printable
 * characters of ASCII; any other one looks like a question mark.
 */
export function glyphRows(character: string): Uint8Array {
  return glyphs.get(character) ?? glyphs.get(REPLACEMENT) ?? new Uint8Array(GLYPH_ROWS);
}

function parseGlyph(line: string): [string, Uint8Array] {
  const [code = '', rows = ''] = line.split(' ');
  return [String.fromCharCode(Number.parseInt(code, 16)), Uint8Array.fromHex(rows)];
}
