import { describe, expect, test } from 'bun:test';
import { likelyFormats } from '../../src/cli/likely-formats.ts';

const WANTED = { pixelFormat: 'gray16be', widthPx: 1_280, heightPx: 720 };

describe('the formats that fit so many bytes', () => {
  test('are first those of the wanted size, then those of the wanted format, nearest first', () => {
    expect(likelyFormats(1_280 * 720, WANTED).slice(0, 2)).toEqual(['1280x720 gray', '1280x720 bayer_rggb8']);
    expect(likelyFormats(640 * 480 * 2, WANTED)[0]).toBe('640x480 gray16be');
    expect(likelyFormats(1_920 * 1_080 * 2, WANTED)[0]).toBe('1920x1080 gray16be');
    expect(likelyFormats(1_920 * 1_080 * 3, WANTED)).toContain('1920x1080 rgb24');
  });

  test('are at most five, and none where nothing common fits', () => {
    expect(likelyFormats(640 * 480 * 2, WANTED)).toHaveLength(5);
    expect(likelyFormats(12_345, WANTED)).toEqual([]);
    expect(likelyFormats(0, WANTED)).toEqual([]);
  });

  test('are found for a wanted format that is not in the table, too', () => {
    expect(likelyFormats(1_280 * 720 * 2, { ...WANTED, pixelFormat: 'gbrp16le' })[0]).toBe(
      '1280x720 gray16le',
    );
  });
});
