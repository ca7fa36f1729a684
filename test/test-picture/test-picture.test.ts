import { describe, expect, test } from 'bun:test';
import { FRAME_NUMBER_COUNT, readFrameNumber } from '../../src/test-picture/frame-code.ts';
import { createTestPicture } from '../../src/test-picture/test-picture.ts';

describe('createTestPicture', () => {
  test.each([0, -1, 1.5, Number.NaN, Infinity])('refuses a width or height of %d', (px) => {
    expect(() => createTestPicture({ pixelFormat: 'gray', widthPx: px, heightPx: 48 })).toThrow(RangeError);
    expect(() => createTestPicture({ pixelFormat: 'gray', widthPx: 64, heightPx: px })).toThrow(RangeError);
  });

  test('draws at every small size, over every byte', () => {
    for (let widthPx = 1; widthPx <= 66; widthPx += 5) {
      for (let heightPx = 1; heightPx <= 50; heightPx += 1) {
        const picture = createTestPicture({ pixelFormat: 'rgb24', widthPx, heightPx });
        expect(picture.sizeBytes).toBe(widthPx * heightPx * 3);
        const overOnes = picture.draw(5, new Uint8Array(picture.sizeBytes).fill(255));
        expect(overOnes).toEqual(picture.draw(5));
      }
    }
  });
});

/** A gray picture of 320x240 without the strip of the code. */
function belowCode(drawn: Uint8Array): Uint8Array {
  return drawn.subarray(320 * 40);
}

describe('draw', () => {
  const picture = createTestPicture({ pixelFormat: 'gray', widthPx: 320, heightPx: 240 });

  test('gives back the array it was given, and the same bytes for the same number', () => {
    const into = picture.draw(99, new Uint8Array(picture.sizeBytes));
    expect(picture.draw(7, into)).toBe(into);
    expect(into).toEqual(picture.draw(7));
  });

  test('moves the bands and the bar: consecutive pictures differ below the code too', () => {
    for (const frameNumber of [0, 1, 95, 96, 239, 240, 1000]) {
      expect(belowCode(picture.draw(frameNumber))).not.toEqual(belowCode(picture.draw(frameNumber + 1)));
    }
  });

  test('keeps the bar in the picture wherever it is', () => {
    for (let frameNumber = 0; frameNumber < 250; frameNumber += 1) {
      expect(readFrameNumber(picture.draw(frameNumber), 320, 240)).toBe(frameNumber);
    }
  });

  test('starts again at 0 after the last number', () => {
    expect(picture.draw(FRAME_NUMBER_COUNT)).toEqual(picture.draw(0));
    expect(readFrameNumber(picture.draw(FRAME_NUMBER_COUNT - 1), 320, 240)).toBe(FRAME_NUMBER_COUNT - 1);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the frame number %d', (frameNumber) => {
    expect(() => picture.draw(frameNumber)).toThrow(RangeError);
  });

  test('refuses an array of another size', () => {
    expect(() => picture.draw(0, new Uint8Array(picture.sizeBytes + 1))).toThrow(RangeError);
  });
});
