import { GLYPH_COLUMNS, GLYPH_ROWS, glyphRows } from '../../src/levels/marks/font.ts';
import { seeded } from '../levels/scene.ts';

export const SCENE = { widthPx: 320, heightPx: 240 } as const;

/** What a place of the scene gives off: light, and warmth, both from 0 to about 1. */
type Look = readonly [light: number, warmth: number];

/** What is at a place; undefined where what lies behind is seen. */
type Layer = (x: number, y: number) => Look | undefined;

/** A station in a landscape, from back to front. Made of what every machine calculates alike: no sine, no logarithm. */
const LAYERS: readonly Layer[] = [
  (x, y) => [0.62 + y / 500 + glow(x, y), 0.02 + y / 2600],
  where(
    (x, y) => y > 92 - 34 * ridge(x, 40, 1),
    (x, y) => [0.55 - y / 1200, 0.13 + ridge(x + y, 12, 2) / 60],
  ),
  where(
    (x, y) => y > 118 - 26 * ridge(x, 70, 3),
    (x, y) => [0.36 - y / 1500, 0.17 + ridge(x - y, 9, 4) / 50],
  ),
  where(
    (x, y) => y > 138 + x / 30,
    (x, y) => [0.2 + furrow(x, y), 0.22 + furrow(x, y) / 3],
  ),
  where(
    (x, y) => Math.abs(x - 205 + (y - 150) * 1.3) < (y - 146) / 3.2,
    () => [0.5, 0.29],
  ),
  box(52, 106, 92, 62, (x, y) => [(x + y) % 11 === 0 ? 0.55 : 0.62, 0.33 + (y - 106) / 1800]),
  where(
    (x, y) => y > 78 && y <= 106 && Math.abs(x - 98) < 24 + (y - 78) * 1.1,
    () => [0.16, 0.26],
  ),
  box(61, 132, 18, 16, pane),
  box(88, 132, 18, 16, pane),
  box(117, 138, 16, 30, () => [0.1, 0.3]),
  sign('STATION 7', 60, 110),
  box(121, 62, 11, 30, (x) => [0.3 - (x - 121) / 90, 0.5]),
  box(144, 150, 122, 9, (x, y) => [0.45 - (y - 150) / 40, 0.98 - (x - 144) / 260]),
  box(258, 96, 9, 58, (_, y) => [0.4, 0.55 + (y - 96) / 900]),
  where(
    (x, y) => (x - 263) ** 2 + ((y - 88) * 1.5) ** 2 < 440,
    () => [0.68, 0.46],
  ),
  where(
    (x, y) => y > 30 && y < 190 && Math.abs(x - 24) < Math.max(0.8, (y - 30) / 90),
    () => [0.12, 0.2],
  ),
  where(
    (x, y) => y > 30 && y < 100 && y % 16 === 0 && Math.abs(x - 24) < 9,
    () => [0.12, 0.2],
  ),
  fir(176, 196, 66),
  fir(292, 214, 82),
  fir(306, 226, 60),
];

/**
 * The scene as a sensor gives it, row by row.
 * @param sampleOf what the sensor makes of a look
 * @param noise how far a sample is off at the most
 */
export function sceneSamples(sampleOf: (...look: Look) => number, noise: number): Uint16Array {
  const random = seeded(7);
  return new Uint16Array(SCENE.widthPx * SCENE.heightPx).map((_, index) => {
    const x = index % SCENE.widthPx;
    const y = (index - x) / SCENE.widthPx;
    const look = LAYERS.reduce<Look>((behind, layer) => layer(x, y) ?? behind, [0, 0]);
    const off = (random() + random() + random()) / 1.5 - 1;
    return Math.round(sampleOf(...look) + off * noise);
  });
}

/** A height from 0 to 1 that goes up and down smoothly, about every `stepPx`. */
function ridge(x: number, stepPx: number, seed: number): number {
  const place = x / stepPx + 100;
  const whole = Math.floor(place);
  const part = place - whole;
  const [from, to] = [whole, whole + 1].map((at) => seeded(at * 7919 + seed)());
  return (from ?? 0) + ((to ?? 0) - (from ?? 0)) * part * part * (3 - 2 * part);
}

function glow(x: number, y: number): number {
  return 0.2 / (1 + ((x - 236) ** 2 + (y - 44) ** 2) / 700);
}

function furrow(x: number, y: number): number {
  const depth = y - 120;
  return 0.03 + ridge(((x - 160) * 90) / depth, 5, 5) / 14 + depth / 900;
}

function pane(x: number, y: number): Look {
  return x % 9 === 7 || y % 8 === 4 ? [0.7, 0.34] : [0.05, 0.5];
}

function where(isThere: (x: number, y: number) => boolean, look: (x: number, y: number) => Look): Layer {
  return (x, y) => (isThere(x, y) ? look(x, y) : undefined);
}

function box(left: number, top: number, width: number, height: number, look: (x: number, y: number) => Look) {
  return where((x, y) => x >= left && x < left + width && y >= top && y < top + height, look);
}

function fir(middle: number, foot: number, height: number): Layer {
  const isThere = (x: number, y: number) => {
    const down = y - foot + height;
    return down >= 0 && y <= foot && Math.abs(x - middle) < 1 + ((down % 14) + down / 3) / 2.2;
  };
  return where(isThere, (x, y) => [0.08 + ridge(x * 3 + y, 5, 6) / 12, 0.2]);
}

function sign(text: string, left: number, top: number): Layer {
  const glyphs = Array.from(text, glyphRows);
  return box(left, top, text.length * GLYPH_COLUMNS + 4, GLYPH_ROWS + 2, (x, y) => {
    const column = x - left - 2;
    const row = glyphs[Math.floor(column / GLYPH_COLUMNS)]?.[y - top - 1] ?? 0;
    return (row << (column % GLYPH_COLUMNS)) & 0x80 ? [0.04, 0.36] : [0.92, 0.3];
  });
}
