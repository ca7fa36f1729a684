import { encodedSize } from '../../src/base/frame-format.ts';
import { BLACK_LUMA, NEUTRAL_CHROMA, type GrayFormat } from '../../src/base/gray-format.ts';
import { chromaOfLuma } from '../../src/levels/chroma-of-luma.ts';
import { curveFactors, linearFactors } from '../../src/levels/factors.ts';
import type { CurveTables } from '../../src/levels/palette.ts';
import type { Window } from '../../src/levels/window.ts';
import { ReferenceKernel } from './reference.ts';

/** How the samples of a frame lie. */
interface FrameLayout {
  readonly gray: GrayFormat;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How they become luma. */
interface Mapping {
  readonly window: Window;
  readonly isInverted?: boolean;
  /** For each place in the window, where it is not linear. */
  readonly curve?: Uint8Array;
  /** The palette, where it has colours. */
  readonly colours?: CurveTables;
}

/** The picture that has to become of a frame, by the reference and a line at a time: luma, then both planes of chroma. */
export function expectedPicture(frame: Uint8Array, layout: FrameLayout, mapping: Mapping): Uint8Array {
  const { widthPx: strideBytes, heightPx: lines } = encodedSize(layout);
  const lumaBytes = strideBytes * lines;
  const curve = frame.length;
  const [uOfLuma, vOfLuma, luma] = [curve + 4_096, curve + 4_352, curve + 4_608];
  const memory = new Uint8Array(luma + (lumaBytes * 3) / 2);
  memory.set(frame);
  if (mapping.curve) memory.set(mapping.curve, curve);
  memory.fill(BLACK_LUMA, luma, luma + lumaBytes).fill(NEUTRAL_CHROMA, luma + lumaBytes);
  const kernel = new ReferenceKernel(memory, layout.gray);
  mapLines(kernel, layout, mapping, { curve, luma, strideBytes });
  if (mapping.colours) {
    chromaOfLuma(mapping.colours, memory.subarray(uOfLuma, vOfLuma), memory.subarray(vOfLuma, luma));
    const u = luma + lumaBytes;
    const { widthPx, heightPx } = layout;
    kernel.mapChroma({ luma, strideBytes, widthPx, heightPx, u, v: u + lumaBytes / 4, uOfLuma, vOfLuma });
  }
  return memory.subarray(luma);
}

interface Places {
  readonly curve: number;
  readonly luma: number;
  readonly strideBytes: number;
}

function mapLines(
  kernel: ReferenceKernel,
  { gray, widthPx, heightPx }: FrameLayout,
  { window, isInverted = false, curve: isCurved }: Mapping,
  { curve, luma, strideBytes }: Places,
): void {
  for (let y = 0; y < heightPx; y += 1) {
    const run = { source: y * widthPx * gray.pixelBytes, target: luma + y * strideBytes, count: widthPx };
    if (isCurved) kernel.mapCurve(run, curveFactors(window), curve);
    else kernel.mapLinear(run, linearFactors(window, isInverted));
  }
}
