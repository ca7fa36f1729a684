import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import {
  FRAME_NUMBER_COUNT,
  frameCodeBits,
  frameCodeGrid,
  readFrameNumber,
} from '../../src/test-picture/frame-code.ts';

interface Look {
  readonly black: number;
  readonly white: number;
}

/** A luma picture with the code in two given levels on a gray ground. */
function codePicture(frameNumber: number, widthPx: number, heightPx: number, look: Look): Uint8Array {
  return blockPicture(frameCodeBits(frameNumber), widthPx, heightPx, look);
}

function blockPicture(bits: readonly boolean[], widthPx: number, heightPx: number, look: Look): Uint8Array {
  const luma = new Uint8Array(widthPx * heightPx).fill((look.black + look.white) >> 1);
  const { columnEdgesPx, rowEdgesPx } = frameCodeGrid(widthPx, heightPx);
  const columns = columnEdgesPx.length - 1;
  for (const [index, bit] of bits.entries()) {
    const row = Math.floor(index / columns);
    const fromPx = columnEdgesPx[index % columns] ?? 0;
    const toPx = columnEdgesPx[(index % columns) + 1] ?? 0;
    for (let yPx = rowEdgesPx[row] ?? 0; yPx < (rowEdgesPx[row + 1] ?? 0); yPx += 1) {
      luma.fill(bit ? look.white : look.black, yPx * widthPx + fromPx, yPx * widthPx + toPx);
    }
  }
  return luma;
}

const FULL: Look = { black: 0, white: 255 };
const numbers = fc.integer({ min: 0, max: FRAME_NUMBER_COUNT - 1 });

describe('frameCodeGrid', () => {
  test.each([
    [80, 64],
    [160, 96],
    [320, 240],
    [1920, 1080],
  ])('blocks at %dx%d are at least 8x8', (widthPx, heightPx) => {
    for (const edgesPx of Object.values(frameCodeGrid(widthPx, heightPx)) as readonly number[][]) {
      for (const [index, edgePx] of edgesPx.slice(1).entries()) {
        expect(edgePx - (edgesPx[index] ?? 0)).toBeGreaterThanOrEqual(8);
      }
    }
  });

  test('covers the whole width and at most half the height', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 16_384 }),
        fc.integer({ min: 16, max: 16_384 }),
        (width, height) => {
          const { columnEdgesPx, rowEdgesPx } = frameCodeGrid(width, height);
          expect((columnEdgesPx.length - 1) * (rowEdgesPx.length - 1)).toBe(40);
          expect([columnEdgesPx[0], columnEdgesPx.at(-1), rowEdgesPx[0]]).toEqual([0, width, 0]);
          expect(rowEdgesPx.at(-1)).toBeLessThanOrEqual(Math.ceil(height / 2));
        },
      ),
    );
  });
});

describe('readFrameNumber', () => {
  test('reads every number at every size from 64x48', () => {
    const sizes = fc.tuple(fc.integer({ min: 64, max: 400 }), fc.integer({ min: 48, max: 300 }));
    fc.assert(
      fc.property(numbers, sizes, (frameNumber, [widthPx, heightPx]) => {
        const luma = codePicture(frameNumber, widthPx, heightPx, FULL);
        expect(readFrameNumber(luma, widthPx, heightPx)).toBe(frameNumber);
      }),
    );
  });

  test.each([FULL, { black: 16, white: 235 }, { black: 16, white: 30 }])('reads a range of %p', (look) => {
    for (const frameNumber of [0, 1, 0x55_aa_55, FRAME_NUMBER_COUNT - 1]) {
      expect(readFrameNumber(codePicture(frameNumber, 320, 240, look), 320, 240)).toBe(frameNumber);
    }
  });

  test('any one or two wrong blocks give undefined', () => {
    const positions = fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(numbers, positions, (frameNumber, wrong) => {
        const bits = frameCodeBits(frameNumber).map((bit, index) => bit !== wrong.includes(index));
        expect(readFrameNumber(blockPicture(bits, 160, 120, FULL), 160, 120)).toBeUndefined();
      }),
    );
  });

  test('a gray block gives undefined', () => {
    const luma = codePicture(77, 320, 240, FULL);
    for (let yPx = 20; yPx < 40; yPx += 1) luma.fill(128, yPx * 320 + 32, yPx * 320 + 48);
    expect(readFrameNumber(luma, 320, 240)).toBeUndefined();
  });

  test.each([0, 16, 128, 255])('a picture all of level %d gives undefined', (level) => {
    expect(readFrameNumber(new Uint8Array(320 * 240).fill(level), 320, 240)).toBeUndefined();
  });

  test('a picture too small for the code gives undefined', () => {
    expect(readFrameNumber(new Uint8Array(16), 4, 4)).toBeUndefined();
    expect(readFrameNumber(new Uint8Array(0), 0, 0)).toBeUndefined();
  });

  test('what follows the luma is not looked at', () => {
    const luma = codePicture(4711, 64, 48, FULL);
    expect(readFrameNumber(new Uint8Array([...luma, ...new Uint8Array(1536)]), 64, 48)).toBe(4711);
  });

  test('too few bytes are refused', () => {
    expect(() => readFrameNumber(new Uint8Array(64 * 48 - 1), 64, 48)).toThrow(RangeError);
  });
});
