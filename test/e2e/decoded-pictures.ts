import { readFrameNumber } from '../../src/test-picture/frame-code.ts';
import { SMALL } from '../support/builder.ts';
import { output } from '../support/video.ts';

/** A test picture of the small size as a decoder gives it. */
export interface DecodedPicture {
  /** Undefined where it cannot be read, also with white for black. */
  readonly number: number | undefined;
  readonly isInverted: boolean;
  readonly luma: Uint8Array;
  /** Both planes. */
  readonly chroma: Uint8Array;
}

const { widthPx, heightPx } = SMALL;
const LUMA_BYTES = widthPx * heightPx;
const PICTURE_BYTES = (LUMA_BYTES * 3) / 2;

/** A row of the test picture's upper band, above the digits: in gray formats the ramp. */
const RAMP_ROW = 60;
/** A row of the lower band, of which all rows are the same; marks are below it. */
const BAND_ROW = 180;
/** Where the text of up to two marks lies. */
const MARKS = { topRow: heightPx - 36, endRow: heightPx - 4, leftPx: 4, endPx: widthPx / 2 } as const;
/** From a pixel of a mark to what would be there without it; an encoder's errors are far below. */
const CLEAR_DIFFERENCE = 60;
const LEAST_MARK_PIXELS = 100;

/** All pictures of a video of the small size. */
export async function decodedPictures(path: string): Promise<DecodedPicture[]> {
  const raw = ['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'];
  const bytes = await output('ffmpeg', '-v', 'error', '-i', path, ...raw);
  return Array.from({ length: Math.floor(bytes.length / PICTURE_BYTES) }, (_, index) =>
    decodedPicture(bytes.subarray(index * PICTURE_BYTES, (index + 1) * PICTURE_BYTES)),
  );
}

function decodedPicture(bytes: Uint8Array): DecodedPicture {
  const luma = bytes.subarray(0, LUMA_BYTES);
  const chroma = bytes.subarray(LUMA_BYTES);
  const number = readFrameNumber(luma, widthPx, heightPx);
  if (number !== undefined) return { number, isInverted: false, luma, chroma };
  const inverted = readFrameNumber(
    luma.map((level) => 255 - level),
    widthPx,
    heightPx,
  );
  return { number: inverted, isInverted: inverted !== undefined, luma, chroma };
}

/** The luma of the ramp at some of its pixels, counted from the darkest on: 0 to 1. */
export function rampLuma({ luma }: DecodedPicture, part: number): number {
  const ramp = luma.slice(RAMP_ROW * widthPx, (RAMP_ROW + 1) * widthPx).toSorted();
  return ramp[Math.floor(part * (widthPx - 1))] ?? Number.NaN;
}

/** How far its colours are from gray at the most. */
export function colourOf({ chroma }: DecodedPicture): number {
  return chroma.reduce((most, value) => Math.max(most, Math.abs(value - 128)), 0);
}

/** Whether something is written in the lower left corner: many pixels there are unlike the band that they lie on. */
export function isMarked({ luma }: DecodedPicture): boolean {
  let count = 0;
  for (let row = MARKS.topRow; row < MARKS.endRow; row += 1) {
    for (let xPx = MARKS.leftPx; xPx < MARKS.endPx; xPx += 1) {
      const difference = (luma[row * widthPx + xPx] ?? 0) - (luma[BAND_ROW * widthPx + xPx] ?? 0);
      if (Math.abs(difference) > CLEAR_DIFFERENCE) count += 1;
    }
  }
  return count >= LEAST_MARK_PIXELS;
}
