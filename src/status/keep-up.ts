import { framesPerSecond, NS_PER_SECOND, type FrameRate } from '../base/frame-rate.ts';
import { PRESETS, type Preset } from '../config/config.ts';
import { dueBetween, fpsBetween, slide, TOLERATED_FRAMES, type Sample } from './frame-window.ts';

/** A slowness is logged once it has gone on for this long. */
const WINDOW_NS = 10n * NS_PER_SECOND;
/** Below this part of the frame rate ffmpeg does not keep up; what is above is the unevenness of counting frames. */
const ENOUGH = 0.98;
/** Looks that a hitch may spoil: one that lasts shorter than a standstill is spread over so many at most. */
const HITCH_LOOKS = 3;
/** Without those, so much of what is due has to be there, but for a frame. */
const ENOUGH_BETWEEN = 0.99;
/** Shorter than this it is a hitch, and said as ticks that were given up. */
const STANDSTILL_S = 2;
const STANDSTILL_LOOKS = 2;
/** How much faster each preset is than the one after it, about, in live encoding with zerolatency. */
const PRESET_STEP = 1.35;

/** ffmpeg is slow all the time, by frames a second over the last 10 s; or it took none for a while, and goes on. */
export type KeepUpNews =
  { readonly kind: 'slow'; readonly fps: number } | { readonly kind: 'standstill'; readonly seconds: number };

/** Watches whether ffmpeg takes as many frames as are due. */
export class KeepUpMonitor {
  #samples: Sample[] = [];
  /** The last look at which there were more frames than before, and the look before it. */
  #progress: { readonly before: Sample; readonly at: Sample } | undefined;
  #emptyLooks = 0;
  #standstillEndNs: bigint | undefined;
  #hasWarned = false;

  constructor(private readonly rate: FrameRate) {}

  /** A session has begun: what was before it says nothing about it. */
  restart(): void {
    this.discard();
    this.#standstillEndNs = undefined;
    this.#hasWarned = false;
  }

  /** What was counted so far says nothing of ffmpeg: the program itself stood still. */
  discard(): void {
    this.#samples = [];
    this.#progress = undefined;
    this.#emptyLooks = 0;
  }

  /**
   * Takes the number of frames handed over so far, about once a second while a session streams.
   * @returns what is to be logged; once for each slowness, and for each standstill when it is over
   */
  sample(frames: number, nowNs: bigint): KeepUpNews | undefined {
    const now = { atNs: nowNs, frames };
    const standstillS = this.#standstill(now);
    if (standstillS !== undefined) {
      this.#samples = [now];
      return { kind: 'standstill', seconds: standstillS };
    }
    const first = slide(this.#samples, now, WINDOW_NS);
    // One that takes nothing at all is not slow: it goes on, or is ended.
    if (!first || this.#emptyLooks >= STANDSTILL_LOOKS) return undefined;
    const due = dueBetween(first, now, this.rate);
    const taken = frames - first.frames;
    const isSlow = taken < Math.min(due * ENOUGH, due - TOLERATED_FRAMES) && this.#isSteady();
    const isNews = isSlow && !this.#hasWarned;
    if (isSlow) this.#hasWarned = true;
    // One that hovers about the limit is not news each time.
    if (taken >= due - TOLERATED_FRAMES) this.#hasWarned = false;
    return isNews ? { kind: 'slow', fps: fpsBetween(first, now) } : undefined;
  }

  /**
   * @returns for how many seconds ffmpeg took no frame, where that has just ended. One after the other is no standstill, but
   * an ffmpeg that is far too slow.
   */
  #standstill(now: Sample): number | undefined {
    const { at, before } = (this.#progress ??= { before: now, at: now });
    if (now.frames === at.frames) {
      if (now !== at) this.#emptyLooks += 1;
      return undefined;
    }
    const emptyLooks = this.#emptyLooks;
    this.#emptyLooks = 0;
    this.#progress = { before: this.#samples.at(-1) ?? at, at: now };
    // It may have begun in the look before those without a frame.
    const missing = dueBetween(before, now, this.rate) - (now.frames - before.frames);
    const seconds = missing / framesPerSecond(this.rate);
    const isOne = emptyLooks >= STANDSTILL_LOOKS && seconds >= STANDSTILL_S && missing >= TOLERATED_FRAMES;
    if (!isOne) return undefined;
    const lastEndNs = this.#standstillEndNs;
    this.#standstillEndNs = now.atNs;
    return lastEndNs !== undefined && now.atNs - lastEndNs < WINDOW_NS ? undefined : seconds;
  }

  /** Whether too few were taken also without the worst looks, which one hitch may have spoilt. */
  #isSteady(): boolean {
    const looks = this.#samples.slice(1).map((now, index) => {
      const before = this.#samples[index] ?? now;
      return { due: dueBetween(before, now, this.rate), taken: now.frames - before.frames };
    });
    const others = looks.toSorted((a, b) => b.due - b.taken - (a.due - a.taken)).slice(HITCH_LOOKS);
    const due = others.reduce((sum, look) => sum + look.due, 0);
    const taken = others.reduce((sum, look) => sum + look.taken, 0);
    return taken < Math.min(due * ENOUGH_BETWEEN, due - 1);
  }
}

/** What a standstill that is over may have been; a faster preset would not have helped. */
export function standstillInWords(seconds: number): string {
  return (
    `ffmpeg took no frame for ${seconds.toFixed(0)} s: it was stopped, or what it writes to was blocked; ` +
    'it goes on now'
  );
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
