import type { CurveTables } from './palette.ts';

const LUMA_VALUES = 256;

/**
 * The chroma that belongs to each luma: palettes get lighter all the way, so that luma alone says which colour it is. Of places with
 * the same luma the one in the middle counts; a luma that no place has gets the chroma of the next lower one, or else of the lowest.
 * @param u and v are filled: 256 bytes each
 */
export function chromaOfLuma(tables: CurveTables, u: Uint8Array, v: Uint8Array): void {
  const first = new Int32Array(LUMA_VALUES).fill(-1);
  const last = new Int32Array(LUMA_VALUES).fill(-1);
  tables.luma.forEach((luma, place) => {
    if ((first[luma] ?? 0) < 0) first[luma] = place;
    last[luma] = place;
  });
  let place = 0;
  for (let luma = 0; luma < LUMA_VALUES; luma += 1) {
    const [from = -1, to = -1] = [first[luma], last[luma]];
    if (from >= 0) place = (from + to) >> 1;
    u[luma] = tables.u[place] ?? 0;
    v[luma] = tables.v[place] ?? 0;
  }
}
