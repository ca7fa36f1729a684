/** What every frame of the stream looks like. */
export interface FrameFormat {
  /** ffmpeg's name, e.g. `gray16be`. */
  readonly pixelFormat: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Exact size of one frame, as ffmpeg counts it. */
  readonly sizeBytes: number;
}

/** The size of the picture as it is encoded: 4:2:0 has one chroma sample for two lines and columns, so both are even. */
export function encodedSize(format: Pick<FrameFormat, 'widthPx' | 'heightPx'>): {
  readonly widthPx: number;
  readonly heightPx: number;
} {
  return {
    widthPx: format.widthPx + (format.widthPx % 2),
    heightPx: format.heightPx + (format.heightPx % 2),
  };
}
