/** How a pixel of a gray sensor is stored; its sample is the number that it stands for. */
export interface GrayFormat {
  /** Significant bits of a sample, at the low end of its one or two bytes. */
  readonly bits: 8 | 9 | 10 | 12 | 14 | 16;
  readonly sampleBytes: 1 | 2;
  /** From one sample to the next: that of a format with opacity has another one behind it. */
  readonly pixelBytes: 1 | 2 | 4;
  /** Byte order of two-byte samples. */
  readonly isBigEndian: boolean;
}

/** What gray frames have become when ffmpeg gets them, by its name: 4:2:0 with 8 bits. */
export const PICTURE_FORMAT = 'yuv420p';

/** The ends of a picture's luma in the limited range of television (ITU-R BT.709, 4.6). */
export const BLACK_LUMA = 16;
export const WHITE_LUMA = 235;

/** Chroma of a picture without colours. */
export const NEUTRAL_CHROMA = 128;

const BYTES = /^(?:gray8?|y8)$/;
const BYTES_WITH_ALPHA = /^(?:ya8|gray8a)$/;
/** Without a byte order ffmpeg takes that of the machine, which is little-endian on all that this runs on. */
const WORDS = /^(?:gray|y)(9|10|12|14|16)(le|be)?$/;
const WORDS_WITH_ALPHA = /^ya16(le|be)?$/;

/**
 * The layout of a gray pixel format, by ffmpeg's names for it (`ffmpeg -pix_fmts` and the aliases in libavutil/pixdesc.c);
 * undefined for one that has colours, or whose samples are no whole numbers of 8 to 16 bits.
 */
export function grayFormat(pixelFormat: string): GrayFormat | undefined {
  if (BYTES.test(pixelFormat)) return { bits: 8, sampleBytes: 1, pixelBytes: 1, isBigEndian: false };
  if (BYTES_WITH_ALPHA.test(pixelFormat))
    return { bits: 8, sampleBytes: 1, pixelBytes: 2, isBigEndian: false };
  const [, bits, order] = WORDS.exec(pixelFormat) ?? [];
  if (bits !== undefined) return words(bits, 2, order);
  const alpha = WORDS_WITH_ALPHA.exec(pixelFormat);
  return alpha ? words('16', 4, alpha[1]) : undefined;
}

/** The largest sample that the format has room for; the smallest is 0. */
export function maxSample({ bits }: Pick<GrayFormat, 'bits'>): number {
  return 2 ** bits - 1;
}

const WORD_BITS: Readonly<Record<string, GrayFormat['bits']>> = { 9: 9, 10: 10, 12: 12, 14: 14, 16: 16 };

function words(bits: string, pixelBytes: 2 | 4, order: string | undefined): GrayFormat {
  return { bits: WORD_BITS[bits] ?? 16, sampleBytes: 2, pixelBytes, isBigEndian: order === 'be' };
}
