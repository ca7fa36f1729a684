import { BLACK_LUMA, NEUTRAL_CHROMA, WHITE_LUMA } from '../base/gray-format.ts';
import type { LevelsSettings, Palette } from '../config/config.ts';
import { CURVE_LENGTH } from './window.ts';

/** What the picture has for each index over the window: CURVE_LENGTH bytes each, in the limited range. */
export interface CurveTables {
  readonly luma: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

type ColouredPalette = Exclude<Palette, 'gray' | 'inverted'>;

interface Rgb {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/**
 * 0xRRGGBB at even distances from black to white; between them it is linear. Viridis and inferno are those of matplotlib
 * (Smith, van der Walt and Firing, CC0), at ten points. Iron is ours, after the ironbow that thermal cameras have: black,
 * blue, violet, magenta, red, orange, yellow, white, in steps of luma that are about even in its upper part.
 */
const COLOURS: Readonly<Record<ColouredPalette, readonly number[]>> = {
  iron: [0x000000, 0x180060, 0x4b0091, 0x8e009b, 0xbe1e82, 0xdc4a2c, 0xf07c00, 0xfcb000, 0xffe045, 0xfffcf0],
  viridis: [
    0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725,
  ],
  inferno: [
    0x000004, 0x1b0c42, 0x4b0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9a06, 0xf7d03c, 0xfcffa4,
  ],
};

/** Shares of red and blue in luma (ITU-R BT.709, 3.2). */
const RED_SHARE = 0.2126;
const BLUE_SHARE = 0.0722;
/** Chroma lies within half of this of the neutral one (ITU-R BT.709, 4.6). */
const CHROMA_RANGE = 224;

const LAST = CURVE_LENGTH - 1;

/** Whether the palette has colours, so that the picture's chroma is not constant. */
export function hasColours(palette: Palette): palette is ColouredPalette {
  return palette !== 'gray' && palette !== 'inverted';
}

/** Whether luma is no linear function of the sample within the window, or there is chroma. */
export function needsCurve({
  window,
  gamma,
  palette,
}: Pick<LevelsSettings, 'window' | 'gamma' | 'palette'>): boolean {
  return gamma !== 1 || window.kind === 'equalise' || hasColours(palette);
}

/** Fills the tables with what gamma and palette make of the index, which is a level from black to white. */
export function curveTables(
  { gamma, palette }: Pick<LevelsSettings, 'gamma' | 'palette'>,
  into: CurveTables,
): void {
  for (let index = 0; index < CURVE_LENGTH; index++) {
    const level = (index / LAST) ** (1 / gamma);
    if (hasColours(palette)) writeColour(COLOURS[palette], level, index, into);
    else writeGray(palette === 'inverted' ? 1 - level : level, index, into);
  }
}

/** Fills the tables with what `tables` have for the level that `curve` has for the index. Cheap: for every frame. */
export function equalisedTables(tables: CurveTables, curve: Float32Array, into: CurveTables): void {
  for (let index = 0; index < CURVE_LENGTH; index++) {
    const level = Math.round((curve[index] ?? 0) * LAST);
    into.luma[index] = tables.luma[level] ?? 0;
    into.u[index] = tables.u[level] ?? 0;
    into.v[index] = tables.v[level] ?? 0;
  }
}

function writeGray(level: number, index: number, into: CurveTables): void {
  into.luma[index] = lumaOf(level);
  into.u[index] = NEUTRAL_CHROMA;
  into.v[index] = NEUTRAL_CHROMA;
}

function writeColour(colours: readonly number[], level: number, index: number, into: CurveTables): void {
  const { red, green, blue } = colourAt(colours, level);
  const light = RED_SHARE * red + (1 - RED_SHARE - BLUE_SHARE) * green + BLUE_SHARE * blue;
  into.luma[index] = lumaOf(light);
  into.u[index] = chromaOf((blue - light) / (1 - BLUE_SHARE));
  into.v[index] = chromaOf((red - light) / (1 - RED_SHARE));
}

function colourAt(colours: readonly number[], level: number): Rgb {
  const position = level * (colours.length - 1);
  const point = Math.min(Math.trunc(position), colours.length - 2);
  const [from, to] = [rgb(colours[point] ?? 0), rgb(colours[point + 1] ?? 0)];
  const mix = (start: number, end: number): number => start + (end - start) * (position - point);
  return {
    red: mix(from.red, to.red),
    green: mix(from.green, to.green),
    blue: mix(from.blue, to.blue),
  };
}

/** Each from 0 to 1. */
function rgb(colour: number): Rgb {
  const [red, green, blue] = [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];
  return { red: red / 255, green: green / 255, blue: blue / 255 };
}

/** @param light from 0 to 1 */
function lumaOf(light: number): number {
  return BLACK_LUMA + Math.round(light * (WHITE_LUMA - BLACK_LUMA));
}

/** @param difference from -1 to 1 */
function chromaOf(difference: number): number {
  return NEUTRAL_CHROMA + Math.round((difference * CHROMA_RANGE) / 2);
}
