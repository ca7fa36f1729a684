/** A colour as full-range RGB, each component 0 to 65535 whatever depth it is stored in later. */
export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** What one sample of a pixel holds: luma, a colour component, opacity, or nothing (`0`, always zero). */
export type Channel = 'y' | 'r' | 'g' | 'b' | 'a' | '0';

/** How a raw ffmpeg pixel format stores a pixel. Rows are packed without padding, planes follow one another. */
export interface PixelLayout {
  /** For each plane, the channels of one pixel in the order in which they are stored. */
  readonly planes: readonly (readonly Channel[])[];
  /** Significant bits of a sample, 8 to 16, at the low end of its one or two bytes. */
  readonly bitDepth: number;
  /** Bytes a sample takes: 1 or 2. */
  readonly sampleBytes: 1 | 2;
  /** Byte order of two-byte samples. */
  readonly littleEndian: boolean;
}

function bytes(...channels: readonly Channel[]): PixelLayout {
  return { planes: [channels], bitDepth: 8, sampleBytes: 1, littleEndian: false };
}

function words(bitDepth: number, order: 'le' | 'be', ...channels: readonly Channel[]): PixelLayout {
  return { planes: [channels], bitDepth, sampleBytes: 2, littleEndian: order === 'le' };
}

function bytePlanes(...channels: readonly Channel[]): PixelLayout {
  return { ...bytes(), planes: channels.map((channel) => [channel]) };
}

const layouts = {
  gray: bytes('y'),
  gray10le: words(10, 'le', 'y'),
  gray10be: words(10, 'be', 'y'),
  gray12le: words(12, 'le', 'y'),
  gray12be: words(12, 'be', 'y'),
  gray14le: words(14, 'le', 'y'),
  gray14be: words(14, 'be', 'y'),
  gray16le: words(16, 'le', 'y'),
  gray16be: words(16, 'be', 'y'),
  rgb24: bytes('r', 'g', 'b'),
  bgr24: bytes('b', 'g', 'r'),
  rgba: bytes('r', 'g', 'b', 'a'),
  bgra: bytes('b', 'g', 'r', 'a'),
  argb: bytes('a', 'r', 'g', 'b'),
  abgr: bytes('a', 'b', 'g', 'r'),
  rgb0: bytes('r', 'g', 'b', '0'),
  bgr0: bytes('b', 'g', 'r', '0'),
  '0rgb': bytes('0', 'r', 'g', 'b'),
  '0bgr': bytes('0', 'b', 'g', 'r'),
  rgb48le: words(16, 'le', 'r', 'g', 'b'),
  rgb48be: words(16, 'be', 'r', 'g', 'b'),
  bgr48le: words(16, 'le', 'b', 'g', 'r'),
  bgr48be: words(16, 'be', 'b', 'g', 'r'),
  rgba64le: words(16, 'le', 'r', 'g', 'b', 'a'),
  rgba64be: words(16, 'be', 'r', 'g', 'b', 'a'),
  bgra64le: words(16, 'le', 'b', 'g', 'r', 'a'),
  bgra64be: words(16, 'be', 'b', 'g', 'r', 'a'),
  gbrp: bytePlanes('g', 'b', 'r'),
} as const satisfies Record<string, PixelLayout>;

/** ffmpeg's name of a pixel format in which a test picture can be drawn. */
export type TestPicturePixelFormat = keyof typeof layouts;

/** Whether `name` is, letter for letter, a pixel format in which a test picture can be drawn. */
export function isTestPicturePixelFormat(name: string): name is TestPicturePixelFormat {
  return Object.hasOwn(layouts, name);
}

/** Every pixel format in which a test picture can be drawn, gray ones first: for messages and help texts. */
export const TEST_PICTURE_PIXEL_FORMATS: readonly TestPicturePixelFormat[] =
  Object.keys(layouts).filter(isTestPicturePixelFormat);

/** The layout of a supported pixel format. */
export function pixelLayout(pixelFormat: TestPicturePixelFormat): PixelLayout {
  return layouts[pixelFormat];
}

/** Whether the layout can show colours; where not, a colour is stored as its luma. */
export function hasColour(layout: PixelLayout): boolean {
  return layout.planes.some((channels) => channels.includes('r'));
}

const sampleOf: Readonly<Record<Channel, (colour: Colour) => number>> = {
  y: ({ red, green, blue }) => Math.round(0.299 * red + 0.587 * green + 0.114 * blue),
  r: ({ red }) => red,
  g: ({ green }) => green,
  b: ({ blue }) => blue,
  a: () => 0xffff,
  '0': () => 0,
};

/**
 * A run of pixels in one plane of the layout, ready to be copied into a picture.
 * @returns `colours.length` pixels of `channels.length * layout.sampleBytes` bytes each
 */
export function encodePixels(
  layout: PixelLayout,
  channels: readonly Channel[],
  colours: readonly Colour[],
): Uint8Array {
  const samples = colours.flatMap((colour) =>
    channels.map((channel) => sampleOf[channel](colour) >> (16 - layout.bitDepth)),
  );
  if (layout.sampleBytes === 1) return Uint8Array.from(samples);
  const encoded = new DataView(new ArrayBuffer(samples.length * 2));
  for (const [index, sample] of samples.entries()) encoded.setUint16(index * 2, sample, layout.littleEndian);
  return new Uint8Array(encoded.buffer);
}
