import type { FrameFormat } from '../base/frame-format.ts';

/** More than these are no help. */
const MOST = 5;

/** Sizes of sensors and of video, in pixels. */
const SIZES: readonly (readonly [widthPx: number, heightPx: number])[] = [
  [160, 120],
  [320, 240],
  [320, 256],
  [384, 288],
  [640, 360],
  [640, 480],
  [640, 512],
  [720, 480],
  [720, 576],
  [800, 600],
  [1024, 768],
  [1280, 720],
  [1280, 800],
  [1280, 960],
  [1280, 1024],
  [1440, 1080],
  [1600, 1200],
  [1920, 1080],
  [1920, 1200],
  [2048, 1536],
  [2048, 2048],
  [2448, 2048],
  [2560, 1440],
  [2592, 1944],
  [3840, 2160],
  [4096, 3000],
];

/** How many bytes there are for each pixel, and how many for each 2x2 or 2x1 of them. */
interface Layout {
  readonly bytesAPixel: number;
  readonly shared?: { readonly bytes: number; readonly widthPx: 2; readonly heightPx: 1 | 2 };
}

const PACKED_422 = { bytesAPixel: 0, shared: { bytes: 4, widthPx: 2, heightPx: 1 } } as const;
const PLANAR_422 = { bytesAPixel: 1, shared: { bytes: 2, widthPx: 2, heightPx: 1 } } as const;
const PLANAR_420 = { bytesAPixel: 1, shared: { bytes: 2, widthPx: 2, heightPx: 2 } } as const;

/** What cameras and their software write, by ffmpeg's names, the likeliest of those that look alike first. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  gray: { bytesAPixel: 1 },
  gray16le: { bytesAPixel: 2 },
  gray16be: { bytesAPixel: 2 },
  gray12le: { bytesAPixel: 2 },
  gray10le: { bytesAPixel: 2 },
  rgb24: { bytesAPixel: 3 },
  bgr24: { bytesAPixel: 3 },
  yuyv422: PACKED_422,
  uyvy422: PACKED_422,
  yuv420p: PLANAR_420,
  nv12: PLANAR_420,
  yuv422p: PLANAR_422,
  rgba: { bytesAPixel: 4 },
  bgra: { bytesAPixel: 4 },
  bayer_rggb8: { bytesAPixel: 1 },
  rgb48le: { bytesAPixel: 6 },
};

/**
 * The common sizes and pixel formats of which a frame has so many bytes, as `1280x720 gray16be`, at most five: first those of
 * the wanted size in another format, and those of the wanted format in another size.
 */
export function likelyFormats(
  sizeBytes: number,
  wanted: Pick<FrameFormat, 'pixelFormat' | 'widthPx' | 'heightPx'>,
): string[] {
  const isWantedSize = ([widthPx, heightPx]: readonly [number, number]) =>
    widthPx === wanted.widthPx && heightPx === wanted.heightPx;
  const others = SIZES.filter((size) => !isWantedSize(size)).toSorted(
    (a, b) => howFar(a, wanted) - howFar(b, wanted),
  );
  const sizes = [[wanted.widthPx, wanted.heightPx] as const, ...others];
  const names = Object.keys(LAYOUTS);
  // One that is not in the table has a layout that is not known either.
  const formats = [...names.filter((name) => name === wanted.pixelFormat), ...names];
  const found = sizes.flatMap((size) =>
    [...new Set(formats)]
      .filter((name) => bytesOf(LAYOUTS[name], size) === sizeBytes)
      .map((name) => ({ size, name, isNear: isWantedSize(size) || name === wanted.pixelFormat })),
  );
  return [...found.filter(({ isNear }) => isNear), ...found.filter(({ isNear }) => !isNear)]
    .slice(0, MOST)
    .map(({ size: [widthPx, heightPx], name }) => `${widthPx}x${heightPx} ${name}`);
}

function bytesOf(layout: Layout | undefined, [widthPx, heightPx]: readonly [number, number]): number {
  if (!layout) return 0;
  const { bytesAPixel, shared } = layout;
  const own = widthPx * heightPx * bytesAPixel;
  if (!shared) return own;
  // A part of one at the edge counts as one (AV_CEIL_RSHIFT in libavutil).
  return own + shared.bytes * Math.ceil(widthPx / shared.widthPx) * Math.ceil(heightPx / shared.heightPx);
}

/** By how much the number of pixels differs, as a factor. */
function howFar(
  [widthPx, heightPx]: readonly [number, number],
  wanted: Pick<FrameFormat, 'widthPx' | 'heightPx'>,
): number {
  return Math.abs(Math.log((widthPx * heightPx) / (wanted.widthPx * wanted.heightPx)));
}
