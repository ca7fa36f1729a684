/** How a mark is written into the first plane of a picture. */
export interface MarkPlane {
  /** From one pixel to the next in its row. */
  readonly pixelBytes: number;
  /** Where in a pixel the bytes begin that are written. */
  readonly offsetBytes: number;
  /** The bytes of white. */
  readonly ink: readonly number[];
  /** The bytes of black, as many. */
  readonly border: readonly number[];
}

/**
 * How a mark is written in a pixel format, by ffmpeg's name for it; undefined for one whose first plane does not have all
 * that makes a pixel white, or not a pixel at a time. Names of gray formats are not known: their pictures are yuv420p.
 */
export function markPlane(pixelFormat: string): MarkPlane | undefined {
  return (
    lumaPlane(pixelFormat) ?? packedLuma(pixelFormat) ?? packedBytes(pixelFormat) ?? packedWords(pixelFormat)
  );
}

/** From one row of the first plane to the next. */
export function markedRowBytes(pixelFormat: string, { pixelBytes }: MarkPlane, widthPx: number): number {
  // Pixels that share chroma come in pairs, also the last one.
  const pixels = packedLuma(pixelFormat) ? widthPx + (widthPx % 2) : widthPx;
  return pixels * pixelBytes;
}

interface Sample {
  readonly bits: number;
  /** Unused bits below it. */
  readonly lowBits: number;
  readonly isBigEndian: boolean;
}

/** White and black in eight bits. */
const LIMITED_RANGE = { white: 235, black: 16 } as const;
const FULL_RANGE = { white: 255, black: 0 } as const;

// Without a byte order ffmpeg takes that of the machine, which is little-endian on all that this runs on.
const FULL_RANGE_BYTES = /^yuvj(?:411|420|422|440|444)p$/;
const LUMA_BYTES = /^(?:yuva?(?:410|411|420|422|440|444)p|nv(?:12|16|21|24|42))$/;
const LUMA_WORDS = /^yuva?(?:420|422|440|444)p(9|10|12|14|16)(le|be)?$/;
const HIGH_LUMA_WORDS = /^p[024](10|12|16)(le|be)?$/;

function lumaPlane(pixelFormat: string): MarkPlane | undefined {
  if (FULL_RANGE_BYTES.test(pixelFormat)) return plane(1, 0, FULL_RANGE);
  if (LUMA_BYTES.test(pixelFormat)) return plane(1, 0, LIMITED_RANGE);
  const [, bits, order] = LUMA_WORDS.exec(pixelFormat) ?? [];
  if (bits !== undefined) return lumaWords({ bits: Number(bits), lowBits: 0, isBigEndian: order === 'be' });
  const [, highBits, highOrder] = HIGH_LUMA_WORDS.exec(pixelFormat) ?? [];
  if (highBits === undefined) return undefined;
  const lowBits = 16 - Number(highBits);
  return lumaWords({ bits: Number(highBits), lowBits, isBigEndian: highOrder === 'be' });
}

function plane(
  pixelBytes: number,
  offsetBytes: number,
  { white, black }: { readonly white: number; readonly black: number },
): MarkPlane {
  return { pixelBytes, offsetBytes, ink: [white], border: [black] };
}

function lumaWords(sample: Sample): MarkPlane {
  const [ink, border] = [LIMITED_RANGE.white, LIMITED_RANGE.black].map((level) => sampleBytes(level, sample));
  return { pixelBytes: 2, offsetBytes: 0, ink: ink ?? [], border: border ?? [] };
}

function sampleBytes(level: number, { bits, lowBits, isBigEndian }: Sample): number[] {
  const word = level << (bits - 8 + lowBits);
  const bytes = [word & 0xff, word >> 8];
  return isBigEndian ? bytes.toReversed() : bytes;
}

/** Two pixels share a pair of chroma samples, which stay. */
function packedLuma(pixelFormat: string): MarkPlane | undefined {
  if (/^(?:yuyv|yvyu)422$/.test(pixelFormat)) return plane(2, 0, LIMITED_RANGE);
  return pixelFormat === 'uyvy422' ? plane(2, 1, LIMITED_RANGE) : undefined;
}

const PACKED_BYTES = /^(?:(rgb|bgr)24|rgba|bgra|argb|abgr|rgb0|bgr0|0rgb|0bgr)$/;

function packedBytes(pixelFormat: string): MarkPlane | undefined {
  const match = PACKED_BYTES.exec(pixelFormat);
  return match ? packed(match[1] ?? pixelFormat, 1) : undefined;
}

const PACKED_WORDS = /^(?:(rgb|bgr)48|(rgba|bgra)64|(?:rgb|bgr)5[56]5)(?:le|be)?$/;

/** White and black look the same in both byte orders, and so do 15 or 16 bits that hold all three colours. */
function packedWords(pixelFormat: string): MarkPlane | undefined {
  const match = PACKED_WORDS.exec(pixelFormat);
  if (!match) return undefined;
  const channels = match[1] ?? match[2];
  return channels === undefined ? packed('0', 2) : packed(channels, 2);
}

/** Opacity stays full, in the border as well. */
function packed(channels: string, channelBytes: 1 | 2): MarkPlane {
  const border = Array.from(channels).flatMap((channel) =>
    Array.from({ length: channelBytes }, () => (channel === 'a' ? 0xff : 0)),
  );
  return { pixelBytes: border.length, offsetBytes: 0, ink: border.map(() => 0xff), border };
}
