import type { LevelsSettings } from '../../src/config/config.ts';
import { curveTables, equalisedTables, type CurveTables } from '../../src/levels/palette.ts';
import { CURVE_LENGTH } from '../../src/levels/window.ts';

/** What a gamma and a palette make of each place in the window. */
export function tablesOf(settings: Partial<Pick<LevelsSettings, 'gamma' | 'palette'>>): CurveTables {
  const tables = newTables();
  curveTables({ gamma: 1, palette: 'gray', ...settings }, tables);
  return tables;
}

/** The luma of each place where a curve is in front of the tables. */
export function bentLuma(curve: Float32Array, tables = tablesOf({})): Uint8Array {
  const into = newTables();
  equalisedTables(tables, curve, into);
  return into.luma;
}

function newTables(): CurveTables {
  return {
    luma: new Uint8Array(CURVE_LENGTH),
    u: new Uint8Array(CURVE_LENGTH),
    v: new Uint8Array(CURVE_LENGTH),
  };
}
