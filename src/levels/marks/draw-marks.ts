import { GLYPH_COLUMNS, GLYPH_ROWS } from './font.ts';
import { type GlyphRuns, glyphRuns } from './glyph-runs.ts';
import type { MarkArea } from './mark-area.ts';
import type { MarkPlane } from './mark-plane.ts';

/** What is written on, and how. */
interface Canvas {
  readonly strip: Uint8Array;
  readonly rowBytes: number;
  readonly plane: MarkPlane;
  readonly area: MarkArea;
}

/**
 * Writes the lines of `area` into a copy of its rows: white glyphs with a black border. All other bytes stay as they are.
 * @param strip the rows of the picture's first plane from `area.firstRow` on, `area.rowCount` of them
 * @param rowBytes from one row to the next, padding included
 */
export function drawMarks(strip: Uint8Array, rowBytes: number, plane: MarkPlane, area: MarkArea): void {
  const canvas = { strip, rowBytes, plane, area };
  // The border of a glyph reaches into the glyph beside it, whose ink must stay: first all borders, then all ink.
  drawLines(canvas, 'inkAndBorder', plane.border);
  drawLines(canvas, 'ink', plane.ink);
}

function drawLines(canvas: Canvas, layer: keyof GlyphRuns, bytes: readonly number[]): void {
  const { lines, leftPx, topPx, widthPx, scale } = canvas.area;
  let yPx = topPx;
  for (const line of lines) {
    let xPx = leftPx;
    for (let index = 0; index < line.length && xPx < widthPx; index += 1) {
      drawRuns(canvas, glyphRuns(line.charCodeAt(index))[layer], bytes, xPx, yPx);
      xPx += GLYPH_COLUMNS * scale;
    }
    yPx += GLYPH_ROWS * scale;
  }
}

/** The runs of one glyph, which begins at (`xPx`, `yPx`), as far as they lie within the area. */
function drawRuns(
  { strip, rowBytes, plane, area }: Canvas,
  runs: Uint8Array,
  bytes: readonly number[],
  xPx: number,
  yPx: number,
): void {
  const { scale, widthPx, rowCount } = area;
  for (let run = 0; run < runs.length; run += 3) {
    const topPx = yPx + (runs[run] ?? 0) * scale;
    const fromPx = xPx + (runs[run + 1] ?? 0) * scale;
    const toPx = Math.min(widthPx, xPx + (runs[run + 2] ?? 0) * scale);
    const endPx = Math.min(rowCount, topPx + scale);
    for (let row = Math.max(0, topPx); row < endPx; row += 1) {
      fillPixels(strip, row * rowBytes + fromPx * plane.pixelBytes, toPx - fromPx, plane, bytes);
    }
  }
}

function fillPixels(
  strip: Uint8Array,
  fromByte: number,
  pixels: number,
  { pixelBytes, offsetBytes }: MarkPlane,
  bytes: readonly number[],
): void {
  let at = fromByte + offsetBytes;
  for (let pixel = 0; pixel < pixels; pixel += 1, at += pixelBytes) {
    for (let index = 0; index < bytes.length; index += 1) strip[at + index] = bytes[index] ?? 0;
  }
}
