import { grayFormat, type GrayFormat } from '../../src/base/gray-format.ts';

/** All gray formats by ffmpeg's names for them: every number of bits, both byte orders, with opacity and without. */
export const GRAY_FORMATS: readonly string[] = [
  'gray',
  'ya8',
  ...[9, 10, 12, 14, 16].flatMap((bits) => [`gray${bits}le`, `gray${bits}be`]),
  'ya16le',
  'ya16be',
];

/** The layout of a format that is gray. */
export function grayOf(pixelFormat: string): GrayFormat {
  const gray = grayFormat(pixelFormat);
  if (!gray) throw new Error(`${pixelFormat} is not gray`);
  return gray;
}
