import { PRESETS, type Preset } from '../config/config.ts';
import { framesPerSecond, NS_PER_SECOND, type FrameRate } from '../pacing/frame-rate.ts';

/** A slowness is spoken of once it has gone on for this long. */
const WINDOW_NS = 10n * NS_PER_SECOND;
/** Below this part of the frame rate ffmpeg does not keep up; what is above is the unevenness of counting frames. */
const ENOUGH = 0.98;
/** Frames that may be missing in a window however low the rate is: one at each end of it. */
const TOLERATED_FRAMES = 2;
/** How much faster each preset is than the one after it, about, in live encoding with zerolatency. */
const PRESET_STEP = 1.35;

interface Sample {
  readonly atNs: bigint;
  readonly frames: number;
}

/** Watches whether ffmpeg takes as many frames as are due. */
export class KeepUpMonitor {
  #samples: Sample[] = [];
  #hasWarned = false;

  constructor(private readonly rate: FrameRate) {}

  /** A stream has begun: what was before it says nothing about it. */
  restart(): void {
    this.#samples = [];
    this.#hasWarned = false;
  }

  /**
   * Takes the number of frames handed over so far, about once a second while a stream runs.
   * @returns frames a second over the last 10 s, if that is too few and was not yet said; once for each slowness
   */
  sample(frames: number, nowNs: bigint): number | undefined {
    this.#samples.push({ atNs: nowNs, frames });
    while (this.#samples[1] && nowNs - this.#samples[1].atNs >= WINDOW_NS) this.#samples.shift();
    const first = this.#samples[0];
    if (!first || nowNs - first.atNs < WINDOW_NS) return undefined;
    const seconds = Number(nowNs - first.atNs) / Number(NS_PER_SECOND);
    const due = framesPerSecond(this.rate) * seconds;
    const taken = frames - first.frames;
    const isSlow = taken < Math.min(due * ENOUGH, due - TOLERATED_FRAMES);
    const isNews = isSlow && !this.#hasWarned;
    if (isSlow) this.#hasWarned = true;
    // One that hovers about the limit is not news each time.
    if (taken >= due - TOLERATED_FRAMES) this.#hasWarned = false;
    return isNews ? taken / seconds : undefined;
  }
}

/** The warning: by how much ffmpeg is too slow, and which preset should do. */
export function tooSlowInWords(actualFps: number, rate: FrameRate, preset: Preset): string {
  const wantedFps = framesPerSecond(rate);
  const percent = Math.round((1 - actualFps / wantedFps) * 100);
  const slow = `ffmpeg cannot keep up: ${actualFps.toFixed(1)} of ${wantedFps.toFixed(2)} frames a second in the last 10 s (${percent} % too slow)`;
  const faster = fasterPreset(preset, wantedFps / Math.max(actualFps, 0.1));
  return faster === undefined
    ? `${slow}; ${preset} is the fastest preset there is: lower COSMOS_VIDEO_FRAMERATE or the resolution, or give it more CPU`
    : `${slow}; try COSMOS_VIDEO_CODEC_PRESET=${faster} instead of ${preset}`;
}

/** The slowest preset that is about `factor` times as fast as `preset`; undefined if there is no faster one at all. */
function fasterPreset(preset: Preset, factor: number): Preset | undefined {
  const steps = Math.max(1, Math.ceil(Math.log(factor) / Math.log(PRESET_STEP)));
  const index = PRESETS.indexOf(preset);
  return index === 0 ? undefined : PRESETS[Math.max(0, index - steps)];
}
