import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PALETTES, type Palette, type WindowSetting } from '../../src/config/config.ts';
import {
  curveTables,
  equalisedTables,
  hasColours,
  needsCurve,
  type CurveTables,
} from '../../src/levels/palette.ts';
import { CURVE_LENGTH } from '../../src/levels/window.ts';

const LAST = CURVE_LENGTH - 1;

function emptyTables(): CurveTables {
  return {
    luma: new Uint8Array(CURVE_LENGTH),
    u: new Uint8Array(CURVE_LENGTH),
    v: new Uint8Array(CURVE_LENGTH),
  };
}

function tablesOf(palette: Palette, gamma = 1): CurveTables {
  const tables = emptyTables();
  curveTables({ palette, gamma }, tables);
  return tables;
}

/** The colour that a player shows for an index, by the matrix of BT.709. */
function rgbOf({ luma, u, v }: CurveTables, index: number): number[] {
  const light = ((luma[index] ?? 0) - 16) / 219;
  const [blueness, redness] = [((u[index] ?? 0) - 128) / 224, ((v[index] ?? 0) - 128) / 224];
  const [red, blue] = [light + 1.5748 * redness, light + 1.8556 * blueness];
  const green = (light - 0.2126 * red - 0.0722 * blue) / 0.7152;
  return [red, green, blue].map((part) => Math.round(part * 255));
}

function expectColour(tables: CurveTables, index: number, colour: readonly number[]): void {
  for (const [part, value] of rgbOf(tables, index).entries()) {
    expect(value).toBeWithin((colour[part] ?? 0) - 3, (colour[part] ?? 0) + 4);
  }
}

describe('gray', () => {
  test('is linear from 16 to 235, without colour', () => {
    const { luma, u, v } = tablesOf('gray');
    for (let index = 0; index <= LAST; index++) {
      expect(luma[index]).toBe(16 + Math.round((219 * index) / LAST));
    }
    expect(u.every((chroma) => chroma === 128)).toBe(true);
    expect(v.every((chroma) => chroma === 128)).toBe(true);
  });

  test('inverted is the same from the other end', () => {
    const [gray, inverted] = [tablesOf('gray'), tablesOf('inverted')];
    expect(inverted.luma).toEqual(gray.luma.toReversed());
    expect([inverted.u, inverted.v]).toEqual([gray.u, gray.v]);
  });
});

describe('a palette with colours', () => {
  test.each(['iron', 'viridis', 'inferno'] as const)('%s gets brighter from end to end', (palette) => {
    const { luma } = tablesOf(palette);
    for (let index = 1; index <= LAST; index++) {
      expect((luma[index] ?? 0) - (luma[index - 1] ?? 0)).toBeWithin(0, 2);
    }
  });

  test.each([
    ['iron', 'black', 0, [0, 0, 0]],
    ['iron', 'nearly white', LAST, [0xff, 0xfc, 0xf0]],
    ['viridis', 'violet', 0, [0x44, 0x01, 0x54]],
    ['viridis', 'green', (LAST * 6) / 9, [0x35, 0xb7, 0x79]],
    ['viridis', 'yellow', LAST, [0xfd, 0xe7, 0x25]],
    ['inferno', 'black', 0, [0x00, 0x00, 0x04]],
    ['inferno', 'red', (LAST * 5) / 9, [0xcf, 0x44, 0x46]],
    ['inferno', 'light yellow', LAST, [0xfc, 0xff, 0xa4]],
  ] as const)('%s has %s at its place', (palette, _, index, colour) => {
    expectColour(tablesOf(palette), Math.round(index), colour);
  });

  test('is mixed evenly between two of its colours', () => {
    const middle = [(0x44 + 0x48) / 2, (0x01 + 0x28) / 2, (0x54 + 0x78) / 2];
    expectColour(tablesOf('viridis'), Math.round(LAST / 18), middle);
  });

  test('stays within the limited range', () => {
    for (const palette of PALETTES) {
      const { luma, u, v } = tablesOf(palette);
      expect(Math.min(...luma)).toBeGreaterThanOrEqual(16);
      expect(Math.max(...luma)).toBeLessThanOrEqual(235);
      for (const chroma of [u, v]) {
        expect(Math.min(...chroma)).toBeGreaterThanOrEqual(16);
        expect(Math.max(...chroma)).toBeLessThanOrEqual(240);
      }
    }
  });

  test('has the chroma of BT.709: a green of viridis, worked out by hand', () => {
    const { luma, u, v } = tablesOf('viridis');
    // 1F9E89 at 5/9: Y = 0.2126 * 31 + 0.7152 * 158 + 0.0722 * 137 = 129.48 of 255
    const index = Math.round((LAST * 5) / 9);
    expect(luma[index]).toBe(16 + Math.round((219 * 129.48) / 255));
    expect(u[index]).toBe(128 + Math.round((224 * (137 - 129.48)) / 1.8556 / 255));
    expect(v[index]).toBe(128 + Math.round((224 * (31 - 129.48)) / 1.5748 / 255));
  });
});

describe('gamma', () => {
  test('brightens the middle above 1, and keeps the ends', () => {
    for (const gamma of [0.2, 0.5, 2.2, 5]) {
      const { luma } = tablesOf('gray', gamma);
      const index = 1_000;
      expect(luma[index]).toBe(16 + Math.round(219 * (index / LAST) ** (1 / gamma)));
      expect([luma[0], luma[LAST]]).toEqual([16, 235]);
    }
  });

  test('comes before the palette', () => {
    const [curved, straight] = [tablesOf('inferno', 2), tablesOf('inferno')];
    expect(rgbOf(curved, Math.round(LAST / 4))).toEqual(rgbOf(straight, Math.round(LAST / 2)));
    const [inverted, gray] = [tablesOf('inverted', 2), tablesOf('gray', 2)];
    expect(inverted.luma).toEqual(gray.luma.map((luma) => 235 + 16 - luma));
  });
});

describe('an equalising curve', () => {
  test('changes nothing where it is straight', () => {
    const straight = Float32Array.from({ length: CURVE_LENGTH }, (_, index) => index / LAST);
    for (const palette of PALETTES) {
      const [tables, into] = [tablesOf(palette, 1.8), emptyTables()];
      equalisedTables(tables, straight, into);
      expect(into).toEqual(tables);
    }
  });

  test('says which level each index has', () => {
    const [tables, into] = [tablesOf('iron', 0.7), emptyTables()];
    const level = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LAST }), level, (index, to) => {
        const curve = new Float32Array(CURVE_LENGTH);
        curve[index] = to;
        equalisedTables(tables, curve, into);
        const from = Math.round(Math.fround(to) * LAST);
        expect(rgbOf(into, index)).toEqual(rgbOf(tables, from));
      }),
    );
  });
});

describe('a curve is needed', () => {
  const full: WindowSetting = { kind: 'full' };

  test('for gamma, colours and equalising alone', () => {
    expect(needsCurve({ window: full, gamma: 1, palette: 'gray' })).toBe(false);
    expect(needsCurve({ window: full, gamma: 1, palette: 'inverted' })).toBe(false);
    const auto: WindowSetting = { kind: 'auto', lowPercent: 0.5, highPercent: 99.5 };
    expect(needsCurve({ window: auto, gamma: 1, palette: 'gray' })).toBe(false);
    expect(needsCurve({ window: full, gamma: 1.1, palette: 'gray' })).toBe(true);
    expect(needsCurve({ window: full, gamma: 1, palette: 'iron' })).toBe(true);
    expect(needsCurve({ window: { kind: 'equalise' }, gamma: 1, palette: 'gray' })).toBe(true);
  });

  test('for chroma, by three of the palettes', () => {
    expect(PALETTES.filter((palette) => hasColours(palette))).toEqual(['iron', 'viridis', 'inferno']);
  });
});
