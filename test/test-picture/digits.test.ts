import { expect, test } from 'bun:test';
import { DIGIT_COLUMNS, DIGIT_ROWS, digitCells } from '../../src/test-picture/digits.ts';

test('every digit has its own shape in a cell grid of fixed size', () => {
  const shapes = Array.from('0123456789', (digit) => digitCells(digit));
  for (const rows of shapes) {
    expect(rows.map((row) => row.length)).toEqual(Array.from({ length: DIGIT_ROWS }, () => DIGIT_COLUMNS));
    expect(rows.join('')).toMatch(/^[#.]+$/);
  }
  expect(new Set(shapes.map((rows) => rows.join('\n'))).size).toBe(10);
});

test('an empty column parts two digits', () => {
  expect(digitCells('14')).toEqual([
    '..#......#.',
    '.##.....##.',
    '..#....#.#.',
    '..#...#..#.',
    '..#...#####',
    '..#......#.',
    '.###.....#.',
  ]);
});

test('anything but a digit is left out', () => {
  expect(digitCells('-1 x')).toEqual(digitCells('1'));
});
