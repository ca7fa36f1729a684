import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { drawMarks } from '../../../src/levels/marks/draw-marks.ts';
import { GLYPH_COLUMNS, GLYPH_ROWS, glyphRows } from '../../../src/levels/marks/font.ts';
import { type MarkArea, type MarkedPicture, markArea } from '../../../src/levels/marks/mark-area.ts';
import { type MarkPlane, markPlane } from '../../../src/levels/marks/mark-plane.ts';
import { type MarkedPixel, expectedPixel } from './expected-marks.ts';

const MARKS = ['2026-11-24 20:33:00.123 UTC', 'imagestream', 'age 43 ms', 'NO NEW FRAME 00:12'];
const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)).join(
  '',
);

/** Bytes in front of the strip and behind it, which nobody may touch. */
const GUARD_BYTES = 64;

interface Drawn {
  readonly area: MarkArea;
  readonly plane: MarkPlane;
  readonly rowBytes: number;
  /** The strip with its guards, before and after. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Draws on a strip of noise, whose bytes are neither white nor black in any format. */
function draw(picture: MarkedPicture, pixelFormat = 'yuv420p', paddingBytes = 0): Drawn {
  const area = markArea(picture);
  const plane = markPlane(pixelFormat);
  if (!area || !plane) throw new Error(`nothing can be drawn in ${pixelFormat}`);
  const rowBytes = picture.widthPx * plane.pixelBytes + paddingBytes;
  const stripBytes = rowBytes * area.rowCount;
  const before = Uint8Array.from(
    { length: stripBytes + 2 * GUARD_BYTES },
    (_, index) => 50 + ((index * 7) % 97),
  );
  const after = before.slice();
  drawMarks(after.subarray(GUARD_BYTES, GUARD_BYTES + stripBytes), rowBytes, plane, area);
  return { area, plane, rowBytes, before, after };
}

/** What a strip must hold, byte by byte. */
function expectedBytes({ area, plane, rowBytes, before }: Drawn): Uint8Array {
  const expected = before.slice();
  for (let row = 0; row < area.rowCount; row += 1) {
    for (let xPx = 0; xPx < area.widthPx; xPx += 1) {
      const pixel = expectedPixel(area, xPx, row);
      const at = GUARD_BYTES + row * rowBytes + xPx * plane.pixelBytes + plane.offsetBytes;
      if (pixel !== 'picture') expected.set(plane[pixel], at);
    }
  }
  return expected;
}

/** What a pixel of a picture in yuv420p has become. */
function pixelAt(
  { area, rowBytes, before, after }: Drawn,
  xPx: number,
  row: number,
): MarkedPixel | 'outside' {
  if (xPx >= area.widthPx || row >= area.rowCount) return 'outside';
  const at = GUARD_BYTES + row * rowBytes + xPx;
  if (after[at] === before[at]) return 'picture';
  return after[at] === 235 ? 'ink' : 'border';
}

/** The characters that stand in the strip, read from the pixels in the middle of the cells. */
function textOf(drawn: Drawn): string[] {
  const { lines, leftPx, topPx, scale } = drawn.area;
  const known = new Map(Array.from(PRINTABLE, (character) => [glyphRows(character).join(), character]));
  return lines.map((line, lineIndex) =>
    Array.from(line, (_, index) => {
      const rows = Array.from({ length: GLYPH_ROWS }, (_row, row) => {
        const cells = Array.from({ length: GLYPH_COLUMNS }, (_cell, column) => {
          const xPx = leftPx + (index * GLYPH_COLUMNS + 1 + column) * scale + (scale >> 1);
          const yPx = topPx + (lineIndex * GLYPH_ROWS + row) * scale + (scale >> 1);
          return pixelAt(drawn, xPx, yPx) === 'ink' ? '1' : '0';
        });
        return Number.parseInt(cells.join(''), 2);
      });
      return known.get(rows.join()) ?? '';
    }).join(''),
  );
}

describe('the text can be read back', () => {
  test.each([
    [640, 480, 1],
    [1280, 720, 2],
    [2560, 1440, 3],
  ])('at %dx%d', (widthPx, heightPx, scale) => {
    const drawn = draw({ widthPx, heightPx, lines: MARKS });
    expect(drawn.area.scale).toBe(scale);
    expect(textOf(drawn)).toEqual(MARKS);
  });

  test('in every character', () => {
    expect(textOf(draw({ widthPx: 1000, heightPx: 200, lines: [PRINTABLE] }))).toEqual([PRINTABLE]);
  });

  test('with a question mark for what the font does not have', () => {
    expect(textOf(draw({ widthPx: 100, heightPx: 100, lines: ['aé\n'] }))).toEqual(['a??']);
  });
});

test('a glyph has a border all round it, and nothing else is touched', () => {
  const drawn = draw({ widthPx: 40, heightPx: 40, lines: ['-'] });
  const shown = { ink: '#', border: 'o', picture: '.', outside: ' ' } as const;
  const rows = Array.from({ length: 16 }, (_, row) =>
    Array.from({ length: 16 }, (_column, xPx) => shown[pixelAt(drawn, xPx, row)]).join(''),
  );
  expect(rows.slice(5, 10)).toEqual([
    '................',
    '.....oooooooo...',
    '.....o######o...',
    '.....oooooooo...',
    '................',
  ]);
  expect([...rows.slice(0, 6), ...rows.slice(9)].join('')).toMatch(/^\.+$/);
});

describe('a picture that is too small shows what fits', () => {
  test.each([
    [16, 16],
    [17, 33],
    [33, 17],
    [16, 719],
    [1000, 16],
  ])('at %dx%d', (widthPx, heightPx) => {
    for (const lines of [['NO NEW FRAME 00:12'], MARKS]) {
      const drawn = draw({ widthPx, heightPx, lines });
      expect(drawn.after).toEqual(expectedBytes(drawn));
      expect(drawn.after).toContain(235);
    }
  });
});

describe('every byte is as it has to be', () => {
  test.each([
    'yuv420p',
    'yuvj422p',
    'yuv444p10be',
    'p010le',
    'yuyv422',
    'uyvy422',
    'rgb24',
    'argb',
    'bgra64le',
    'rgb565le',
  ])('in %s', (pixelFormat) => {
    const drawn = draw({ widthPx: 181, heightPx: 720, lines: ['jQ_|%TT', 'x'] }, pixelFormat, 3);
    expect(drawn.area.scale).toBe(2);
    expect(drawn.after).toEqual(expectedBytes(drawn));
  });

  test('at every size, with any lines', () => {
    const pictures = fc.record({
      widthPx: fc.integer({ min: 16, max: 160 }),
      heightPx: fc.integer({ min: 16, max: 2200 }),
      lines: fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 3 }),
    });
    const formats = fc.constantFrom('yuv420p', 'uyvy422', 'yuv420p12le', 'bgr24');
    fc.assert(
      fc.property(pictures, formats, fc.nat(4), (picture, pixelFormat, paddingBytes) => {
        const drawn = draw(picture, pixelFormat, paddingBytes);
        expect(Buffer.compare(drawn.after, expectedBytes(drawn))).toBe(0);
      }),
    );
  });
});
