import { type Colour, type PixelLayout, encodePixels } from './pixel-layout.ts';

/** A run of pixels stored as the picture stores them: one byte array for each plane. */
export type PixelRow = readonly Uint8Array[];

/** A rectangle in pixels from the top left corner. It must lie inside the picture. */
export interface Area {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

interface Plane {
  readonly offsetBytes: number;
  readonly pixelBytes: number;
  readonly strideBytes: number;
}

/** Geometry of a raw picture: where its pixels lie. It holds no pixels itself. */
export interface Raster {
  readonly layout: PixelLayout;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Exact size of one picture, as ffmpeg counts it. */
  readonly sizeBytes: number;
  readonly planes: readonly Plane[];
}

/** Rows are repeated in pieces of at most this size, so that what is copied stays in the processor's cache. */
const REPEAT_BYTES = 64 * 1024;

/** The raster of a picture of the given layout and size. */
export function createRaster(layout: PixelLayout, widthPx: number, heightPx: number): Raster {
  const planes: Plane[] = [];
  let sizeBytes = 0;
  for (const channels of layout.planes) {
    const pixelBytes = channels.length * layout.sampleBytes;
    const strideBytes = widthPx * pixelBytes;
    planes.push({ offsetBytes: sizeBytes, pixelBytes, strideBytes });
    sizeBytes += strideBytes * heightPx;
  }
  return { layout, widthPx, heightPx, sizeBytes, planes };
}

/** A row of `lengthPx` pixels whose colour at x is `colourAt(x)`. Slow: for rows made once and copied often. */
export function createRow(
  layout: PixelLayout,
  lengthPx: number,
  colourAt: (xPx: number) => Colour,
): PixelRow {
  const colours = Array.from({ length: lengthPx }, (_, xPx) => colourAt(xPx));
  return layout.planes.map((channels) => encodePixels(layout, channels, colours));
}

/** Copies `lengthPx` pixels of `row`, from `fromPx` on, into the picture at (`xPx`, `yPx`). */
export function copyRow(
  raster: Raster,
  picture: Uint8Array,
  {
    row,
    fromPx,
    lengthPx,
    xPx,
    yPx,
  }: { row: PixelRow; fromPx: number; lengthPx: number; xPx: number; yPx: number },
): void {
  for (const [index, plane] of raster.planes.entries()) {
    const fromByte = fromPx * plane.pixelBytes;
    const run = row[index]?.subarray(fromByte, fromByte + lengthPx * plane.pixelBytes);
    if (run) picture.set(run, plane.offsetBytes + yPx * plane.strideBytes + xPx * plane.pixelBytes);
  }
}

/** Repeats the first line of `area`, which is already in the picture, down to the area's last line. */
export function repeatFirstLine(raster: Raster, picture: Uint8Array, area: Area): void {
  for (const plane of raster.planes) {
    const startByte = plane.offsetBytes + area.yPx * plane.strideBytes + area.xPx * plane.pixelBytes;
    if (area.widthPx === raster.widthPx) {
      repeatBytes(picture, startByte, plane.strideBytes, area.heightPx * plane.strideBytes);
    } else {
      repeatSegment(picture, startByte, area.widthPx * plane.pixelBytes, plane.strideBytes, area.heightPx);
    }
  }
}

/** Fills `totalBytes` from `startByte` with repetitions of the first `unitBytes` of them. */
function repeatBytes(picture: Uint8Array, startByte: number, unitBytes: number, totalBytes: number): void {
  const largestBytes = Math.max(unitBytes, REPEAT_BYTES - (REPEAT_BYTES % unitBytes));
  let doneBytes = unitBytes;
  while (doneBytes < totalBytes) {
    const copyBytes = Math.min(doneBytes, largestBytes, totalBytes - doneBytes);
    picture.copyWithin(startByte + doneBytes, startByte, startByte + copyBytes);
    doneBytes += copyBytes;
  }
}

function repeatSegment(
  picture: Uint8Array,
  startByte: number,
  lengthBytes: number,
  strideBytes: number,
  lines: number,
): void {
  for (let line = 1; line < lines; line += 1) {
    picture.copyWithin(startByte + line * strideBytes, startByte, startByte + lengthBytes);
  }
}
