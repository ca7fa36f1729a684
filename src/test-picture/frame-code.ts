/**
 * The frame number as a strip of black and white blocks over the whole width at the top of a picture.
 *
 * Forty blocks, row by row, the most significant bit of each part first, white is 1:
 * 8 bits of fixed mark, 24 bits of number, 8 bits of CRC over the number. The mark shows what black and white
 * have become on the way, so that the code is read from a limited, full or darkened range alike.
 */

/** Frame numbers are below this; counting goes on from 0 after the last. */
export const FRAME_NUMBER_COUNT = 2 ** 24;

const MARK = 0b1100_1010;
const MARK_BITS = 8;
const NUMBER_BITS = 24;
const CRC_BITS = 8;
const CODE_BITS = MARK_BITS + NUMBER_BITS + CRC_BITS;

/** From this width on a block of twenty a row is 8 pixels wide; below it, ten a row are larger. */
const WIDE_FROM_PX = 160;
const MIN_BLOCK_PX = 8;
/** The strip takes a sixth of the picture, more where blocks would get smaller than 8 pixels, never over half. */
const STRIP_PART = 1 / 6;
const MAX_STRIP_PART = 1 / 2;

/** Least distance of white from black, in 8-bit luma levels, for a code to be read. */
const MIN_CONTRAST = 8;
/** A block is read if it is nearer to black or white than this part of their distance; grayer ones are damage. */
const MAX_DEVIATION = 0.35;

/** Where the blocks of the code lie in a picture of a certain size. */
export interface FrameCodeGrid {
  /** Left edge of each column of blocks in pixels, then the picture's width. */
  readonly columnEdgesPx: readonly number[];
  /** Upper edge of each row of blocks in pixels, then the lower edge of the last. */
  readonly rowEdgesPx: readonly number[];
}

/**
 * The grid of the code for a picture size. From 160x96 on it scales with the picture, so that the code can be read
 * after scaling too. Below 64x48 blocks may be too small to survive an encoder.
 */
export function frameCodeGrid(widthPx: number, heightPx: number): FrameCodeGrid {
  const columns = widthPx >= WIDE_FROM_PX ? 20 : 10;
  const rows = CODE_BITS / columns;
  const stripPx = Math.max(heightPx * STRIP_PART, Math.min(rows * MIN_BLOCK_PX, heightPx * MAX_STRIP_PART));
  return { columnEdgesPx: edges(widthPx, columns), rowEdgesPx: edges(stripPx, rows) };
}

function edges(lengthPx: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, index) => Math.round((index * lengthPx) / parts));
}

/**
 * The code's blocks from left to right and from top to bottom, true for white.
 * @param frameNumber a whole number from 0 to 2^24 - 1
 */
export function frameCodeBits(frameNumber: number): boolean[] {
  return [
    ...bitsOf(MARK, MARK_BITS),
    ...bitsOf(frameNumber, NUMBER_BITS),
    ...bitsOf(crc8(frameNumber), CRC_BITS),
  ];
}

function bitsOf(value: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, index) => ((value >>> (count - 1 - index)) & 1) === 1);
}

function numberOf(bits: readonly boolean[]): number {
  return bits.reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
}

/** CRC-8 with polynomial 0x07 and start 0xff over the 24 bits of the number. */
function crc8(frameNumber: number): number {
  let crc = 0xff;
  for (const bit of bitsOf(frameNumber, NUMBER_BITS)) {
    const feedback = bit !== crc >= 0x80;
    crc = ((crc << 1) & 0xff) ^ (feedback ? 0x07 : 0);
  }
  return crc;
}

/**
 * Reads the frame number back out of a picture.
 * @param luma one byte a pixel, rows without padding, in limited or full range: ffmpeg's `gray`, or the first
 *   plane of `yuv420p` (what follows the first `widthPx * heightPx` bytes is not looked at)
 * @returns the number, or undefined if there is no code or it is damaged: the mark is not there, a block is neither
 *   black nor white, or the CRC does not match
 * @throws RangeError if `luma` is shorter than a picture of that size
 */
export function readFrameNumber(luma: Uint8Array, widthPx: number, heightPx: number): number | undefined {
  if (luma.length < widthPx * heightPx) {
    throw new RangeError(`${luma.length} bytes are no ${widthPx}x${heightPx} luma picture`);
  }
  const bits = bitsOfLevels(blockLevels(luma, widthPx, heightPx));
  if (bits === undefined) return undefined;
  const frameNumber = numberOf(bits.slice(MARK_BITS, MARK_BITS + NUMBER_BITS));
  const expected = frameCodeBits(frameNumber);
  return bits.every((bit, index) => bit === expected[index]) ? frameNumber : undefined;
}

/** Mean luma of the middle of each block; NaN for a block without pixels. */
function blockLevels(luma: Uint8Array, widthPx: number, heightPx: number): number[] {
  const grid = frameCodeGrid(widthPx, heightPx);
  const columns = middles(grid.columnEdgesPx);
  return middles(grid.rowEdgesPx).flatMap((row) =>
    columns.map((column) => meanLevel(luma, widthPx, column, row)),
  );
}

interface Span {
  readonly fromPx: number;
  readonly toPx: number;
}

/** The middle half of each interval between two edges. */
function middles(edgesPx: readonly number[]): Span[] {
  return edgesPx.slice(1).map((endPx, index) => {
    const startPx = edgesPx[index] ?? endPx;
    const marginPx = Math.floor((endPx - startPx) / 4);
    return { fromPx: startPx + marginPx, toPx: endPx - marginPx };
  });
}

function meanLevel(luma: Uint8Array, widthPx: number, column: Span, row: Span): number {
  let sum = 0;
  for (let yPx = row.fromPx; yPx < row.toPx; yPx += 1) {
    for (let xPx = column.fromPx; xPx < column.toPx; xPx += 1) sum += luma[yPx * widthPx + xPx] ?? 0;
  }
  return sum / ((row.toPx - row.fromPx) * (column.toPx - column.fromPx));
}

/** Black or white for each level, measured against the mark's; undefined if the picture is too flat or unclear. */
function bitsOfLevels(levels: readonly number[]): boolean[] | undefined {
  const mark = bitsOf(MARK, MARK_BITS);
  const white = mean(levels.filter((_, index) => mark[index] === true));
  const black = mean(levels.filter((_, index) => mark[index] === false));
  if (!(white - black >= MIN_CONTRAST)) return undefined;
  const brightness = levels.map((level) => (level - black) / (white - black));
  const clear = brightness.every((part) => Math.min(Math.abs(part), Math.abs(part - 1)) <= MAX_DEVIATION);
  return clear ? brightness.map((part) => part > 0.5) : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
