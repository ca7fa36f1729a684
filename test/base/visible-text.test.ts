import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { visibleLines, visibleText } from '../../src/base/visible-text.ts';

describe('a character that is not seen', () => {
  test.each([
    ['\u001B[2J', String.raw`\x1b[2J`],
    ['\u0000\u0007\u0008\u007F', String.raw`\x00\x07\x08\x7f`],
    ['\n\r\t', String.raw`\n\r\t`],
    ['\u0085\u009B31m', String.raw`\x85\x9b31m`],
    ['\u2028\u2029', String.raw`\u2028\u2029`],
    ['\u061C\u200E\u200F', String.raw`\u061c\u200e\u200f`],
    ['\u202A\u202B\u202C\u202D\u202E', String.raw`\u202a\u202b\u202c\u202d\u202e`],
    ['\u2066\u2067\u2068\u2069', String.raw`\u2066\u2067\u2068\u2069`],
    ['\u200B\u2060\uFEFF\u00AD', String.raw`\u200b\u2060\ufeff\xad`],
    ['\u{E0041}', String.raw`\u{e0041}`],
    ['\uD800', String.raw`\ud800`],
  ])('is written out (%j)', (text, expected) => {
    expect(visibleText(text)).toBe(expected);
  });

  test('leaves everything that is seen as it is', () => {
    const text = 'Röntgen 24 fps → srt://video:9000 – “ok” \\ 画像 😀 שלום';
    expect(visibleText(text)).toBe(text);
  });

  test('is never left over, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});

test('a message of several lines keeps its line breaks, and nothing else', () => {
  expect(visibleLines('one\r\ntwo\u001B\n')).toBe('one\\r\ntwo\\x1b\n');
});
