/** What every frame of the stream looks like. */
export interface FrameFormat {
  /** ffmpeg's name, e.g. `gray16be`. */
  readonly pixelFormat: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Exact size of one frame, as ffmpeg counts it. */
  readonly sizeBytes: number;
}
