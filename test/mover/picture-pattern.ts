import { encodedSize, type FrameFormat } from '../../src/base/frame-format.ts';
import { NEUTRAL_CHROMA } from '../../src/base/gray-format.ts';
import { MARKS, type Palette } from '../../src/config/config.ts';
import { chromaOfLuma } from '../../src/levels/chroma-of-luma.ts';
import { drawMarks } from '../../src/levels/marks/draw-marks.ts';
import { markArea } from '../../src/levels/marks/mark-area.ts';
import { markLines } from '../../src/levels/marks/mark-lines.ts';
import { markPlane } from '../../src/levels/marks/mark-plane.ts';
import { curveTables, hasColours } from '../../src/levels/palette.ts';
import { CURVE_LENGTH } from '../../src/levels/window.ts';

/** What a run of pictures is like. */
export interface PictureRun {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly palette: Palette;
}

const STREAM = 'imagestream';
/** Frames have the time of their number in milliseconds, from here on; ages are told from zero on. */
const FIRST_MS = 1_700_000_000_000;
const GRAY_LEVELS = 220;

/** Three frames are four pictures: each third frame is sent twice. */
export function frameNumberOf(picture: number): number {
  return Math.floor(picture / 4) * 3 + Math.min(picture % 4, 2);
}

export function idOf(frame: number): string {
  return `${FIRST_MS + frame}-0`;
}

/** The format of the frames. */
export function formatOf({ widthPx, heightPx }: PictureRun): FrameFormat {
  return { pixelFormat: 'gray16be', widthPx, heightPx, sizeBytes: widthPx * heightPx * 2 };
}

/** All samples of a frame are the same, and those of the frames next to it far from them. */
export function grayFrame(frame: number, run: PictureRun): Uint8Array {
  const sample = Math.round(levelOf(frame) * 65_535);
  const bytes = Buffer.alloc(formatOf(run).sizeBytes);
  return bytes.fill(Uint8Array.of(sample >> 8, sample & 0xff));
}

/** What has to become of a picture, with all marks on it; it is so many milliseconds old as its number says. */
export function fillPicture(bytes: Uint8Array, run: PictureRun, picture: number): void {
  const { widthPx: rowBytes, heightPx: rows } = encodedSize(run);
  const frame = frameNumberOf(picture);
  const [luma, u, v] = coloursOf(levelOf(frame), run.palette);
  const [lumaBytes, chromaBytes] = [rowBytes * rows, (rowBytes * rows) / 4];
  bytes.fill(luma, 0, lumaBytes);
  bytes.fill(u, lumaBytes, lumaBytes + chromaBytes).fill(v, lumaBytes + chromaBytes);
  blackenPadding(bytes.subarray(0, lumaBytes), run, rowBytes);
  const facts = { overlay: MARKS, name: STREAM, frameTimeMs: FIRST_MS + frame, ageMs: picture, stillMs: 0 };
  const area = markArea({ ...run, lines: markLines(facts) });
  const plane = markPlane('yuv420p');
  if (!area || !plane) throw new Error('there is nothing to draw');
  const from = area.firstRow * rowBytes;
  drawMarks(bytes.subarray(from, from + area.rowCount * rowBytes), rowBytes, plane, area);
}

/** From 0 to 1. */
function levelOf(frame: number): number {
  return ((frame * 97) % GRAY_LEVELS) / (GRAY_LEVELS - 1);
}

function coloursOf(level: number, palette: Palette): readonly [luma: number, u: number, v: number] {
  if (!hasColours(palette)) return [16 + Math.round(219 * level), NEUTRAL_CHROMA, NEUTRAL_CHROMA];
  const [luma, u, v] = [
    new Uint8Array(CURVE_LENGTH),
    new Uint8Array(CURVE_LENGTH),
    new Uint8Array(CURVE_LENGTH),
  ];
  curveTables({ palette, gamma: 1 }, { luma, u, v });
  const [uOfLuma, vOfLuma] = [new Uint8Array(256), new Uint8Array(256)];
  chromaOfLuma({ luma, u, v }, uOfLuma, vOfLuma);
  const found = luma[Math.round(level * (CURVE_LENGTH - 1))] ?? 0;
  return [found, uOfLuma[found] ?? 0, vOfLuma[found] ?? 0];
}

function blackenPadding(luma: Uint8Array, { widthPx, heightPx }: PictureRun, rowBytes: number): void {
  luma.fill(16, heightPx * rowBytes);
  if (widthPx === rowBytes) return;
  for (let at = widthPx; at < luma.length; at += rowBytes) luma[at] = 16;
}
