import { framesPerSecond, NS_PER_SECOND, type FrameRate } from '../base/frame-rate.ts';
import { dueBetween, fpsBetween, slide, TOLERATED_FRAMES, type Sample } from './frame-window.ts';

/** A source that is faster is logged once it has been so for this long. */
const WINDOW_NS = 30n * NS_PER_SECOND;
/** In each of these parts of it, so that neither a backlog that comes in at once nor 20 s of haste count. */
const PARTS = 6;
/** Two clocks that should run alike differ by far less. */
const FASTER_BY = 0.02;
/** It is over when it is no longer faster by this much: less, so that one that hovers is no news each time. */
const OVER_BY = 0.01;

/** Watches whether more frames come in than the video can show. */
export class SourcePace {
  #samples: Sample[] = [];
  #hasWarned = false;

  constructor(private readonly rate: FrameRate) {}

  /** What was counted so far says nothing of what comes: another session has begun, or the program itself stood still. */
  discard(): void {
    this.#samples = [];
  }

  /**
   * Takes the number of frames that have come so far, about once a second while a session streams.
   * @returns frames a second over the last 30 s, if those are too many and that was not yet returned; once until it was over
   */
  sample(frames: number, nowNs: bigint): number | undefined {
    const now = { atNs: nowNs, frames };
    const first = slide(this.#samples, now, WINDOW_NS);
    if (!first) return undefined;
    const arrived = frames - first.frames;
    const due = dueBetween(first, now, this.rate);
    if (arrived <= due * (1 + OVER_BY)) this.#hasWarned = false;
    const isFaster = arrived > Math.max(due * (1 + FASTER_BY), due + TOLERATED_FRAMES);
    if (!isFaster || !this.#isSteady() || this.#hasWarned) return undefined;
    this.#hasWarned = true;
    return fpsBetween(first, now);
  }

  /** Whether too many have come in every part of the window, not in one alone. */
  #isSteady(): boolean {
    const step = (this.#samples.length - 1) / PARTS;
    return Array.from({ length: PARTS }, (_, part) => {
      const from = this.#samples[Math.round(part * step)];
      const to = this.#samples[Math.round((part + 1) * step)];
      return from && to && to.frames - from.frames > dueBetween(from, to, this.rate);
    }).every(Boolean);
  }
}

/** The warning: both rates, what becomes of the frames, and the ways out. */
export function tooFastInWords(stream: string, sourceFps: number, rate: FrameRate): string {
  const videoFps = framesPerSecond(rate);
  return (
    `${stream} gets ${sourceFps.toFixed(1)} frames a second, the video shows ${videoFps.toFixed(2)}: ` +
    `${(sourceFps - videoFps).toFixed(1)} of them are dropped every second, and the others are shown late; ` +
    'raise COSMOS_VIDEO_FRAMERATE, or slow the sensor down, ' +
    'or set COSMOS_VIDEO_FRAMERATE_SCALING=skip where only the newest frame matters'
  );
}
