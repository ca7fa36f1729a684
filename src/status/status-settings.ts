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
  /** In the form that may be shown. */
  readonly destination: string;
  readonly idleTimeoutMs: number;
  readonly frameRate: FrameRate;
  readonly method: ScalingMethod;
  readonly preset: Preset;
  readonly reportIntervalMs: number;
}
