/** What the samples of a gray sensor are like, and what is made of them. */
export interface LevelsReport {
  /** The largest that the format has room for. */
  readonly maxSample: number;
  /** What is black and what is white in the newest frame, in samples. */
  readonly window: { readonly low: number; readonly high: number };
  /** 99 % of the samples of each frame since the last report lie between these (percentiles 0.5 and 99.5). */
  readonly seen: { readonly low: number; readonly high: number };
  /** Of the newest frame: how many of the samples that were looked at lie in each 256th of the format's whole range. */
  readonly histogram: readonly number[];
  /** Shares, 0 to 1, of the newest frame's samples that lie below and above the window. */
  readonly clipped: { readonly low: number; readonly high: number };
  /**
   * How rough the newest frame is, 0 for smooth, about 1 for noise: as it is read, and with the bytes of each
   * sample swapped. Absent for samples of one byte.
   */
  readonly roughness?: { readonly asRead: number; readonly swapped: number };
}
