import { GLYPH_COLUMNS, GLYPH_ROWS } from './font.ts';
import { BORDER_CELLS } from './glyph-runs.ts';

/** Where on a picture its marks are written. */
export interface MarkArea {
  /** The rows of the picture that are written to, all of them inside it. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** What the marks may not reach beyond. */
  readonly widthPx: number;
  /** Pixels of a cell of the font, both ways. */
  readonly scale: number;
  /** Where the first line begins, from the left end of `firstRow`; below zero, which is above it, where not all lines fit. */
  readonly leftPx: number;
  readonly topPx: number;
  readonly lines: readonly string[];
}

/** A picture and what is to be written on it. */
export interface MarkedPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly lines: readonly string[];
}

/** The font grows by its own size with every so many rows of the picture, so that a large one seen as a whole can be read. */
const ROWS_A_SCALE = 720;

/** Cells between the text and the edges of the picture, where there is room. */
const MARGIN_CELLS = 4;

/**
 * The place of the marks in the lower left corner. Where a picture is too small for them, the lines at the bottom and the
 * beginnings of all lines are what is kept. Undefined when there is nothing to write.
 */
export function markArea({ widthPx, heightPx, lines }: MarkedPicture): MarkArea | undefined {
  if (lines.length === 0) return undefined;
  const columns = Math.max(...lines.map((line) => line.length)) * GLYPH_COLUMNS + 2 * BORDER_CELLS;
  const scale = scaleFor(widthPx, heightPx, columns);
  const marginPx = MARGIN_CELLS * scale;
  const textRows = lines.length * GLYPH_ROWS * scale;
  const endRow = Math.max(heightPx - marginPx, Math.min(heightPx, textRows));
  const firstRow = Math.max(0, endRow - textRows);
  return {
    firstRow,
    rowCount: endRow - firstRow,
    widthPx,
    scale,
    leftPx: Math.min(marginPx, Math.max(0, widthPx - columns * scale)),
    topPx: endRow - textRows - firstRow,
    lines,
  };
}

/** The rows that marks of so many lines take at the most. */
export function mostMarkRows(heightPx: number, lineCount: number): number {
  return Math.min(heightPx, lineCount * GLYPH_ROWS * wantedScale(heightPx));
}

/** As large as the height asks for and the width allows, and no smaller than the font is. */
function scaleFor(widthPx: number, heightPx: number, columns: number): number {
  return Math.max(1, Math.min(wantedScale(heightPx), Math.floor(widthPx / columns)));
}

function wantedScale(heightPx: number): number {
  return 1 + Math.floor(heightPx / ROWS_A_SCALE);
}
