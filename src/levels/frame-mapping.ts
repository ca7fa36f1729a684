import { maxSample, type GrayFormat } from '../base/gray-format.ts';
import { inMs } from '../base/clock.ts';
import { USUAL_PERCENTILES, type LevelsSettings } from '../config/config.ts';
import { inSamples } from '../config/sample-amount.ts';
import { chromaOfLuma } from './chroma-of-luma.ts';
import { dampedCurve, equalise } from './equalise.ts';
import { curveFactors, linearFactors, type Factors } from './factors.ts';
import type { Kernel } from './kernel.ts';
import { curveTables, equalisedTables, hasColours, needsCurve, type CurveTables } from './palette.ts';
import { BINS, type KernelMemory } from './kernel-memory.ts';
import type { SampleCounts } from './sample-counts.ts';
import { CURVE_LENGTH, damped, fixedWindow, percentileWindow, widened, type Window } from './window.ts';

/** A window whose edges are no whole samples is at least this wide: the factors of a narrower one leave their 16 bits. */
const LEAST_SPAN_SAMPLES = 2;

/**
 * How samples become luma: by the settings, and by the frames so far. Both change between two frames only, so that each is mapped
 * in one way from its first sample to its last.
 */
export class FrameMapping {
  readonly #maxSample: number;
  readonly #tables: CurveTables;
  readonly #scratch: CurveTables;
  readonly #curve = new Float32Array(CURVE_LENGTH);
  readonly #nextCurve = new Float32Array(CURVE_LENGTH);
  #settings: LevelsSettings | undefined;
  /** Absent until there was something to make it of. */
  #window: Window | undefined;
  #factors: Factors | undefined;
  #learntNs = 0n;

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: Kernel,
    format: GrayFormat,
    private readonly counts: SampleCounts,
  ) {
    this.#maxSample = maxSample(format);
    this.#tables = newTables();
    this.#scratch = { ...newTables(), luma: memory.bytes(memory.offsets.curve, CURVE_LENGTH) };
  }

  /** What is black and what is white in the frame that is being mapped. */
  get window(): Window {
    return this.#window ?? { low: 0, high: this.#maxSample };
  }

  /** Whether frames that are mapped now have chroma of their own. */
  get hasColours(): boolean {
    return this.#settings !== undefined && hasColours(this.#settings.palette);
  }

  /** Takes other settings over, between two frames: a window that follows the frames begins with what was counted last. */
  configure(settings: LevelsSettings): void {
    if (settings === this.#settings) return;
    const before = this.#settings;
    this.#settings = settings;
    const isOtherWindow =
      !Bun.deepEquals(settings.window, before?.window) || !Bun.deepEquals(settings.span, before?.span);
    curveTables(settings, this.#tables);
    this.#scratch.luma.set(this.#tables.luma);
    const { uOfLuma, vOfLuma } = this.memory.offsets;
    chromaOfLuma(this.#tables, this.memory.bytes(uOfLuma, BINS), this.memory.bytes(vOfLuma, BINS));
    if (isOtherWindow) this.#begin(settings);
    else if (settings.window.kind === 'equalise') this.#drawCurve();
    this.#setFactors(settings);
  }

  /** Whether the next frame can be mapped from its first sample on. */
  get isReady(): boolean {
    return this.#window !== undefined;
  }

  /** Sees to it that there is a window: where no whole frame was counted yet, by what has come of the first. */
  prepare(): void {
    if (this.#window || !this.#settings) return;
    this.#begin(this.#settings);
    this.#setFactors(this.#settings);
  }

  /** The luma of so many samples, from where they lie in the memory to where luma does. */
  map(count: number): void {
    const settings = this.#settings;
    if (!settings || !this.#factors) throw new Error('there is no window to map by');
    const { samples, luma, curve } = this.memory.offsets;
    const run = { source: samples, target: luma, count };
    if (needsCurve(settings)) this.kernel.mapCurve(run, this.#factors, curve);
    else this.kernel.mapLinear(run, this.#factors);
  }

  /** A whole frame was counted: the next one is mapped by what was learnt of it. */
  learn(nowNs: bigint): void {
    const settings = this.#settings;
    const elapsedMs = inMs(nowNs - this.#learntNs);
    this.#learntNs = nowNs;
    const target = settings && this.#target(settings);
    if (!settings || !target) return;
    this.#window = damped(this.#window, target, elapsedMs, settings.dampingMs);
    this.#setFactors(settings);
    if (settings.window.kind !== 'equalise') return;
    equalise(this.counts, this.#window, this.#nextCurve);
    dampedCurve(this.#curve, this.#nextCurve, elapsedMs, settings.dampingMs);
    this.#drawCurve();
  }

  #begin(settings: LevelsSettings): void {
    const { window } = settings;
    this.#window =
      window.kind === 'full' || window.kind === 'fixed'
        ? fixedWindow(window, this.#maxSample)
        : this.#target(settings);
    if (window.kind !== 'equalise' || !this.#window) return;
    equalise(this.counts, this.#window, this.#curve);
    this.#drawCurve();
  }

  /** The window that the counts ask for; undefined where it does not depend on them, or nothing was counted. */
  #target({ window, span }: LevelsSettings): Window | undefined {
    if (window.kind === 'full' || window.kind === 'fixed') return undefined;
    const { lowPercent, highPercent } = window.kind === 'auto' ? window : USUAL_PERCENTILES;
    const found = percentileWindow(this.counts, lowPercent, highPercent);
    const spanSamples = Math.max(inSamples(span, this.#maxSample), LEAST_SPAN_SAMPLES);
    return found && widened(found, spanSamples, this.#maxSample);
  }

  #setFactors(settings: LevelsSettings): void {
    if (!this.#window) this.#factors = undefined;
    else if (needsCurve(settings)) this.#factors = curveFactors(this.#window);
    else this.#factors = linearFactors(this.#window, settings.palette === 'inverted');
  }

  #drawCurve(): void {
    equalisedTables(this.#tables, this.#curve, this.#scratch);
  }
}

function newTables(): CurveTables {
  return {
    luma: new Uint8Array(CURVE_LENGTH),
    u: new Uint8Array(CURVE_LENGTH),
    v: new Uint8Array(CURVE_LENGTH),
  };
}
