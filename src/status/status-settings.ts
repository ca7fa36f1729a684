import type { FrameFormat } from '../base/frame-format.ts';
import type { FrameRate } from '../base/frame-rate.ts';
import type { Preset, ScalingMethod } from '../config/config.ts';

/** What of the settings the messages name, or judge by. */
export interface StatusSettings {
  /** Redis as it is named in messages. */
  readonly redis: string;
  readonly stream: string;
  readonly key: string;
  readonly format: FrameFormat;
  /** COSMOS_VIDEO_LEVELS=full: the format's whole range is shown, as opposed to a window in it. */
  readonly isFullRange: boolean;
  /** In the form that may be shown, in their order; none where there is only a recorder. */
  readonly destinations: readonly string[];
  /** The recorder, by the name that it has as an output; absent where there is none. */
  readonly recorder?: string;
  /** 0 = never: the last picture is repeated for as long as it takes. */
  readonly idleTimeoutMs: number;
  readonly frameRate: FrameRate;
  readonly method: ScalingMethod;
  readonly preset: Preset;
  /** Ceiling of the video bit rate, bits a second; absent = none. */
  readonly maxBitrateBps: number | undefined;
  readonly reportIntervalMs: number;
}

/** Whether the frames come from another place, or look otherwise: what is known of those from before says nothing of them. */
export function areOtherFrames(before: StatusSettings, after: StatusSettings): boolean {
  const { stream, key, format } = after;
  return stream !== before.stream || key !== before.key || !Bun.deepEquals(format, before.format);
}
