import { DIGIT_COLUMNS, DIGIT_ROWS, digitCells } from './digits.ts';
import { FRAME_NUMBER_COUNT, frameCodeBits, frameCodeGrid } from './frame-code.ts';
import { type Colour, type TestPicturePixelFormat, hasColour, pixelLayout } from './pixel-layout.ts';
import {
  type Area,
  type PixelRow,
  type Raster,
  copyRow,
  createRaster,
  createRow,
  repeatFirstLine,
} from './raster.ts';

/** What a test picture is to look like. A `FrameFormat` of a supported pixel format will do. */
export interface TestPictureFormat {
  readonly pixelFormat: TestPicturePixelFormat;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A moving picture that shows the number of each frame, to people in digits and to `readFrameNumber` in blocks. */
export interface TestPicture {
  /** Exact size of one frame, as ffmpeg counts it. */
  readonly sizeBytes: number;
  /**
   * Draws frame `frameNumber` over every byte of `into`; the same number gives the same bytes.
   * @param frameNumber a whole number from 0; from 2^24 on the number shown starts again at 0
   * @param into `sizeBytes` bytes, whatever they hold; a new array if none is given
   * @returns `into`
   * @throws RangeError if the number is not a whole one from 0 or `into` is of another size
   */
  draw(frameNumber: number, into?: Uint8Array): Uint8Array;
}

/** A pattern over the whole width that moves sideways and starts again after the picture's width. */
interface Band {
  /** The pattern twice over, so that any width of it can be copied in one piece. */
  readonly row: PixelRow;
  readonly area: Area;
  /** Movement a frame, to the right if above 0. */
  readonly stepPx: number;
}

/** All that stays the same from frame to frame, in the picture's own format. */
interface Parts {
  readonly raster: Raster;
  readonly bands: readonly Band[];
  readonly black: PixelRow;
  readonly white: PixelRow;
  readonly bar: PixelRow;
  readonly barWidthPx: number;
}

const LEVEL_MAX = 0xffff;
/** At 24 frames a second the ramp takes ten seconds for the picture's width and the bar four. */
const RAMP_STEPS = 240;
const BAR_STEPS = 96;
const BAR_PART = 1 / 48;
const STAIRS = 16;
/** The upper band's part of the room below the code. */
const UPPER_PART = 2 / 3;
/** Largest part that the digits' panel takes of the width, and of the height below the code. */
const PANEL_WIDTH_PART = 0.6;
const PANEL_HEIGHT_PART = 0.4;
const LEAST_DIGITS = 6;

/**
 * Makes the picture source for one format. All slow work is done here, so that drawing only copies memory.
 * @throws RangeError if width or height is not a whole number from 1
 */
export function createTestPicture(format: TestPictureFormat): TestPicture {
  const { widthPx, heightPx } = format;
  if (![widthPx, heightPx].every((px) => Number.isSafeInteger(px) && px > 0)) {
    throw new RangeError(`${widthPx}x${heightPx} is no size of a picture`);
  }
  const parts = createParts(format);
  const { sizeBytes } = parts.raster;
  return {
    sizeBytes,
    draw(frameNumber, into = new Uint8Array(sizeBytes)) {
      if (!Number.isSafeInteger(frameNumber) || frameNumber < 0)
        throw new RangeError(`no frame number: ${frameNumber}`);
      if (into.length !== sizeBytes)
        throw new RangeError(`a frame takes ${sizeBytes} bytes, not ${into.length}`);
      drawFrame(parts, into, frameNumber % FRAME_NUMBER_COUNT);
      return into;
    },
  };
}

function createParts({ pixelFormat, widthPx, heightPx }: TestPictureFormat): Parts {
  const layout = pixelLayout(pixelFormat);
  const raster = createRaster(layout, widthPx, heightPx);
  const barWidthPx = Math.min(widthPx, Math.max(4, Math.round(widthPx * BAR_PART)));
  const barEdgePx = Math.ceil(barWidthPx / 4);
  const inBar = (xPx: number): boolean => xPx >= barEdgePx && xPx < barWidthPx - barEdgePx;
  return {
    raster,
    bands: createBands(raster),
    black: createRow(layout, widthPx, () => gray(0)),
    white: createRow(layout, widthPx, () => gray(1)),
    bar: createRow(layout, barWidthPx, (xPx) => gray(inBar(xPx) ? 1 : 0)),
    barWidthPx,
  };
}

/** Colours over a gray ramp where the format has colours, else a gray ramp over stairs. */
function createBands(raster: Raster): Band[] {
  const { layout, widthPx, heightPx } = raster;
  const topPx = codeHeightPx(raster);
  const middlePx = topPx + Math.round((heightPx - topPx) * UPPER_PART);
  const stepPx = Math.max(1, Math.round(widthPx / RAMP_STEPS));
  const [upper, lower] = hasColour(layout) ? [rainbow, gray] : [gray, stairs];
  const row = (colourAt: (part: number) => Colour): PixelRow =>
    createRow(layout, widthPx * 2, (xPx) => colourAt((xPx % widthPx) / widthPx));
  return [
    { row: row(upper), area: { xPx: 0, yPx: topPx, widthPx, heightPx: middlePx - topPx }, stepPx },
    {
      row: row(lower),
      area: { xPx: 0, yPx: middlePx, widthPx, heightPx: heightPx - middlePx },
      stepPx: -stepPx,
    },
  ].filter(({ area }) => area.heightPx > 0);
}

function codeHeightPx({ widthPx, heightPx }: Raster): number {
  return frameCodeGrid(widthPx, heightPx).rowEdgesPx.at(-1) ?? 0;
}

function gray(part: number): Colour {
  const level = Math.round(part * LEVEL_MAX);
  return { red: level, green: level, blue: level };
}

function stairs(part: number): Colour {
  return gray(Math.floor(part * STAIRS) / (STAIRS - 1));
}

/** All hues once over, softened so that white and black stand out. */
function rainbow(part: number): Colour {
  const component = (shift: number): number =>
    Math.round(LEVEL_MAX * (0.5 + 0.35 * Math.cos(2 * Math.PI * (part - shift))));
  return { red: component(0), green: component(1 / 3), blue: component(2 / 3) };
}

function drawFrame(parts: Parts, picture: Uint8Array, frameNumber: number): void {
  for (const band of parts.bands) drawBand(parts, picture, band, frameNumber);
  drawCode(parts, picture, frameNumber);
  drawDigits(parts, picture, frameNumber);
}

function drawBand(parts: Parts, picture: Uint8Array, { row, area, stepPx }: Band, frameNumber: number): void {
  const { widthPx } = area;
  const fromPx = (((-stepPx * frameNumber) % widthPx) + widthPx) % widthPx;
  copyRow(parts.raster, picture, { row, fromPx, lengthPx: widthPx, xPx: 0, yPx: area.yPx });
  drawBarLine(parts, picture, area.yPx, frameNumber);
  repeatFirstLine(parts.raster, picture, area);
}

/** One line of the bar, which enters at the left, leaves at the right and enters again. */
function drawBarLine(parts: Parts, picture: Uint8Array, yPx: number, frameNumber: number): void {
  const { raster, bar, barWidthPx } = parts;
  const stepPx = Math.max(1, Math.round(raster.widthPx / BAR_STEPS));
  const leftPx = ((stepPx * frameNumber) % (raster.widthPx + barWidthPx)) - barWidthPx;
  const xPx = Math.max(0, leftPx);
  const lengthPx = Math.min(leftPx + barWidthPx, raster.widthPx) - xPx;
  copyRow(raster, picture, { row: bar, fromPx: xPx - leftPx, lengthPx, xPx, yPx });
}

function drawCode({ raster, black, white }: Parts, picture: Uint8Array, frameNumber: number): void {
  const { columnEdgesPx, rowEdgesPx } = frameCodeGrid(raster.widthPx, raster.heightPx);
  const columns = columnEdgesPx.length - 1;
  for (const [index, bit] of frameCodeBits(frameNumber).entries()) {
    const column = index % columns;
    const rowIndex = (index - column) / columns;
    const xPx = columnEdgesPx[column] ?? 0;
    const yPx = rowEdgesPx[rowIndex] ?? 0;
    const area = {
      xPx,
      yPx,
      widthPx: (columnEdgesPx[column + 1] ?? xPx) - xPx,
      heightPx: (rowEdgesPx[rowIndex + 1] ?? yPx) - yPx,
    };
    fillArea(raster, picture, bit ? white : black, area);
  }
}

/** The number in white on a black panel in the middle of the upper band; left out where there is no room for it. */
function drawDigits({ raster, black, white }: Parts, picture: Uint8Array, frameNumber: number): void {
  const text = String(frameNumber).padStart(LEAST_DIGITS, '0');
  const topPx = codeHeightPx(raster);
  const columns = text.length * (DIGIT_COLUMNS + 1) + 1;
  const rows = DIGIT_ROWS + 2;
  const cellPx = cellSizePx(raster.widthPx, raster.heightPx - topPx, columns, rows);
  if (cellPx === 0) return;
  const xPx = Math.floor((raster.widthPx - columns * cellPx) / 2);
  const roomPx = Math.max(rows * cellPx, Math.round((raster.heightPx - topPx) * UPPER_PART));
  const yPx = topPx + Math.floor((roomPx - rows * cellPx) / 2);
  fillArea(raster, picture, black, { xPx, yPx, widthPx: columns * cellPx, heightPx: rows * cellPx });
  for (const [rowIndex, cells] of digitCells(text).entries()) {
    const area = {
      xPx: xPx + cellPx,
      yPx: yPx + (rowIndex + 1) * cellPx,
      widthPx: cells.length * cellPx,
      heightPx: cellPx,
    };
    drawCells(raster, picture, white, { cells, area, cellPx });
  }
}

/** Side of a cell of the digits in whole pixels: 0 if not even single pixels fit. */
function cellSizePx(widthPx: number, heightPx: number, columns: number, rows: number): number {
  if (columns > widthPx || rows > heightPx) return 0;
  const wantedPx = Math.min((widthPx * PANEL_WIDTH_PART) / columns, (heightPx * PANEL_HEIGHT_PART) / rows);
  return Math.max(1, Math.floor(wantedPx));
}

function drawCells(
  raster: Raster,
  picture: Uint8Array,
  ink: PixelRow,
  { cells, area, cellPx }: { cells: string; area: Area; cellPx: number },
): void {
  for (let column = 0; column < cells.length; column += 1) {
    if (cells[column] !== '#') continue;
    const xPx = area.xPx + column * cellPx;
    copyRow(raster, picture, { row: ink, fromPx: 0, lengthPx: cellPx, xPx, yPx: area.yPx });
  }
  repeatFirstLine(raster, picture, area);
}

function fillArea(raster: Raster, picture: Uint8Array, row: PixelRow, area: Area): void {
  const { xPx, yPx, widthPx: lengthPx } = area;
  if (lengthPx === 0 || area.heightPx === 0) return;
  copyRow(raster, picture, { row, fromPx: 0, lengthPx, xPx, yPx });
  repeatFirstLine(raster, picture, area);
}
