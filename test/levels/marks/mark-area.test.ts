import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { GLYPH_COLUMNS, GLYPH_ROWS } from '../../../src/levels/marks/font.ts';
import { type MarkArea, type MarkedPicture, markArea } from '../../../src/levels/marks/mark-area.ts';

const STANDSTILL = 'NO NEW FRAME 00:12';

function areaOf(widthPx: number, heightPx: number, ...lines: string[]): MarkArea {
  const area = markArea({ widthPx, heightPx, lines });
  if (!area) throw new Error('there is nothing to write');
  return area;
}

test('without lines there is no area', () => {
  expect(markArea({ widthPx: 640, heightPx: 480, lines: [] })).toBeUndefined();
});

test('the block stands in the lower left corner, a little away from its edges', () => {
  expect(areaOf(640, 480, 'one', STANDSTILL)).toEqual({
    firstRow: 444,
    rowCount: 32,
    widthPx: 640,
    scale: 1,
    leftPx: 4,
    topPx: 0,
    lines: ['one', STANDSTILL],
  });
  expect(areaOf(1920, 1080, STANDSTILL)).toMatchObject({ firstRow: 1040, rowCount: 32, scale: 2, leftPx: 8 });
});

describe('the size of the letters', () => {
  test.each([
    [640, 480, 1],
    [1280, 719, 1],
    [1280, 720, 2],
    [1920, 1439, 2],
    [2560, 1440, 3],
    [3840, 2160, 4],
    [16_384, 16_384, 23],
  ])('at %dx%d is %d', (widthPx, heightPx, scale) => {
    expect(areaOf(widthPx, heightPx, STANDSTILL).scale).toBe(scale);
  });

  test('is smaller where the longest line would not fit', () => {
    const widthPx = (STANDSTILL.length * GLYPH_COLUMNS + 2) * 2;
    expect(areaOf(widthPx, 2160, 'a', STANDSTILL)).toMatchObject({ scale: 2, leftPx: 0 });
    expect(areaOf(widthPx - 1, 2160, STANDSTILL, 'a')).toMatchObject({ scale: 1, leftPx: 4 });
    expect(areaOf(100, 2160, STANDSTILL)).toMatchObject({ scale: 1, leftPx: 0 });
  });
});

describe('a picture that is too small', () => {
  test('loses the margin first', () => {
    expect(areaOf(16, 16, STANDSTILL)).toMatchObject({ firstRow: 0, rowCount: 16, leftPx: 0, topPx: 0 });
    expect(areaOf(17, 33, 'a', STANDSTILL)).toMatchObject({ firstRow: 0, rowCount: 32, leftPx: 0, topPx: 0 });
  });

  test('keeps the lines at the bottom', () => {
    expect(areaOf(17, 33, 'a', 'b', 'c', 'd')).toMatchObject({ firstRow: 0, rowCount: 33, topPx: -31 });
  });
});

const pictures: fc.Arbitrary<MarkedPicture> = fc.record({
  widthPx: fc.integer({ min: 16, max: 16_384 }),
  heightPx: fc.integer({ min: 16, max: 16_384 }),
  lines: fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 6 }),
});

test('the area lies inside every picture and is as large as what is written', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      const area = areaOf(picture.widthPx, picture.heightPx, ...picture.lines);
      expect(area.firstRow).toBeGreaterThanOrEqual(0);
      expect(area.rowCount).toBeGreaterThan(0);
      expect(area.firstRow + area.rowCount).toBeLessThanOrEqual(picture.heightPx);
      expect(area.leftPx).toBeGreaterThanOrEqual(0);
      expect(area.leftPx).toBeLessThan(picture.widthPx);
      expect(area.topPx).toBeLessThanOrEqual(0);
      expect(area.rowCount - area.topPx).toBe(picture.lines.length * GLYPH_ROWS * area.scale);
    }),
    { numRuns: 1000 },
  );
});

test('the letters are never so large that a line is cut off which would fit in smaller ones', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      const { scale, leftPx } = areaOf(picture.widthPx, picture.heightPx, ...picture.lines);
      const columns = Math.max(...picture.lines.map((line) => line.length)) * GLYPH_COLUMNS + 2;
      if (columns <= picture.widthPx) expect(leftPx + columns * scale).toBeLessThanOrEqual(picture.widthPx);
      else expect(scale).toBe(1);
    }),
    { numRuns: 1000 },
  );
});
