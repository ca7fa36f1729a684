import { GLYPH_COLUMNS, GLYPH_ROWS, glyphRows } from '../../../src/levels/marks/font.ts';
import type { MarkArea } from '../../../src/levels/marks/mark-area.ts';

/** What a pixel of a picture with marks is. */
export type MarkedPixel = 'ink' | 'border' | 'picture';

/** What the pixel `row` rows below the first one of `area` has to be: the plainest way to say it. */
export function expectedPixel(area: MarkArea, xPx: number, row: number): MarkedPixel {
  const column = Math.floor((xPx - area.leftPx) / area.scale) - 1;
  const cellRow = Math.floor((row - area.topPx) / area.scale);
  if (isInk(area.lines, column, cellRow)) return 'ink';
  const isBorder = [-1, 0, 1].some((dy) =>
    [-1, 0, 1].some((dx) => isInk(area.lines, column + dx, cellRow + dy)),
  );
  return isBorder ? 'border' : 'picture';
}

/** Whether the cell has ink, counted from the first column and row of the first glyph. */
function isInk(lines: readonly string[], column: number, row: number): boolean {
  const character = lines[Math.floor(row / GLYPH_ROWS)]?.[Math.floor(column / GLYPH_COLUMNS)];
  if (character === undefined) return false;
  const bits = glyphRows(character)[row % GLYPH_ROWS] ?? 0;
  return ((bits << (column % GLYPH_COLUMNS)) & 0x80) !== 0;
}
