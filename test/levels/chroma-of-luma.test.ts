import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { chromaOfLuma } from '../../src/levels/chroma-of-luma.ts';
import type { CurveTables } from '../../src/levels/palette.ts';
import { tablesOf } from './curve-tables.ts';

function chromaOf(tables: CurveTables) {
  const [u, v] = [new Uint8Array(256), new Uint8Array(256)];
  chromaOfLuma(tables, u, v);
  return { u, v };
}

/** The places with a luma, or where it has none, with the next lower one. */
function placesOf(luma: number, tables: CurveTables): number[] {
  const places = Array.from(tables.luma.keys()).filter((place) => tables.luma[place] === luma);
  return places.length > 0 ? places : placesOf(luma - 1, tables);
}

test.each(['gray', 'iron', 'viridis', 'inferno'] as const)(
  'each luma of %s has the chroma of the middle one of its places, at any gamma',
  (palette) => {
    const gammas = fc.double({ min: 0.2, max: 5, noNaN: true });
    fc.assert(
      fc.property(gammas, (gamma) => {
        const tables = tablesOf({ palette, gamma });
        const { u, v } = chromaOf(tables);
        for (let luma = tables.luma[0] ?? 0; luma < 256; luma += 7) {
          const places = placesOf(luma, tables);
          const middle = places[(places.length - 1) >> 1] ?? -1;
          expect([u[luma], v[luma]]).toEqual([tables.u[middle], tables.v[middle]]);
        }
      }),
      { numRuns: 20 },
    );
  },
);

test('without colours all chroma is neutral', () => {
  for (const palette of ['gray', 'inverted'] as const) {
    const { u, v } = chromaOf(tablesOf({ palette }));
    expect([...u, ...v].every((chroma) => chroma === 128)).toBe(true);
  }
});

test.each(['iron', 'viridis', 'inferno'] as const)(
  'the chroma of %s is near that of all places with its luma',
  (palette) => {
    const tables = tablesOf({ palette });
    const { u, v } = chromaOf(tables);
    const distances = Array.from(tables.luma, (luma, place) =>
      Math.max(
        Math.abs((u[luma] ?? 0) - (tables.u[place] ?? 0)),
        Math.abs((v[luma] ?? 0) - (tables.v[place] ?? 0)),
      ),
    );
    expect(Math.max(...distances)).toBeLessThanOrEqual(2);
  },
);
