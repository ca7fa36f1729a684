import { maxSample, type GrayFormat } from '../../src/base/gray-format.ts';
import { curveFactors, linearFactors } from '../../src/levels/factors.ts';
import type { Counting } from '../../src/levels/kernel.ts';
import { CURVE_LENGTH, type Window } from '../../src/levels/window.ts';
import { KernelStage, PLACES, writePixel } from './kernel-stage.ts';
import { seeded } from './scene.ts';

// Prints the architecture, and a hash of all that the kernel makes of some thousand cases: once as it is compiled first, and once
// as it is compiled when it has been running for a while. Both are the same, on every machine.

/** Of each format. */
const CASES = 60;
/** So often each function is called, which is several times what Bun waits for until it compiles it with all optimisations. */
const CALLS_UNTIL_HOT = 4_000;
const SEED = 9;
/** Not a multiple of a turn of the loop. */
const MOST_SAMPLES = 777;
const MOST_CHROMA_PX = 41;
const MOST_STEP = 9;
/** Any place in a vector and in a line of the cache. */
const MOST_SHIFT = 63;
/** Where the sums have the sample that is taken for a far one, and what stands there for none. */
const FAR_SAMPLE_OFFSET = 32;
const NO_SAMPLE = -1;

type Pair = KernelStage['pairs'][number];

const stage = new KernelStage();
const zone = stage.memory.subarray(0, PLACES.zoneEnd);

/** All cases, each time the same. */
class Cases {
  readonly #random = seeded(SEED);
  readonly #hash = new Bun.CryptoHasher('sha256');

  /** @returns a hash of what came out, and of what lies beside it */
  run(): string {
    stage.memory.fill(0);
    for (const table of [PLACES.uOfLuma, PLACES.vOfLuma]) this.#fill(table, 256);
    this.#fill(PLACES.curve, CURVE_LENGTH);
    for (let index = 0; index < CASES; index += 1) {
      for (const pair of stage.pairs) {
        this.#mapSamples(pair);
        this.#mapChroma(pair);
      }
    }
    // Counters lie behind the zone, and count all cases together.
    return this.#hash.update(stage.memory).digest('hex');
  }

  #mapSamples({ format, kernel }: Pair): void {
    const window = this.#window(maxSample(format));
    const source = PLACES.source + this.#whole(0, MOST_SHIFT);
    const target = PLACES.target + this.#whole(0, MOST_SHIFT);
    const count = this.#whole(0, MOST_SAMPLES);
    const counting = countingOf(format, this.#whole(1, MOST_STEP));
    const first = this.#whole(0, counting.step);
    const inverted = this.#whole(0, 1) === 1;
    const run = { source, target, count };
    this.#prepare(() => this.#writeSamples(source, count, window, format));
    kernel.mapLinear(run, linearFactors(window, inverted));
    this.#hash.update(zone);
    kernel.mapCurve(run, curveFactors(window), PLACES.curve);
    const next = kernel.countSamples(source, count, first, counting);
    this.#hash.update(zone).update(`${next}`);
  }

  #mapChroma({ kernel }: Pair): void {
    const widthPx = this.#whole(1, MOST_CHROMA_PX);
    const heightPx = this.#whole(1, MOST_CHROMA_PX);
    const strideBytes = widthPx + this.#whole(0, 1);
    const luma = PLACES.source + this.#whole(0, MOST_SHIFT);
    this.#prepare(() => this.#fill(luma, strideBytes * heightPx));
    kernel.mapChroma({ ...PLACES, luma, widthPx, heightPx, strideBytes });
    this.#hash.update(zone);
  }

  #prepare(fill: () => void): void {
    zone.fill(0);
    new DataView(zone.buffer).setInt32(PLACES.sums + FAR_SAMPLE_OFFSET, NO_SAMPLE, true);
    fill();
  }

  #writeSamples(at: number, count: number, window: Window, format: GrayFormat): void {
    for (let index = 0; index < count; index += 1)
      writePixel(zone, at + index * format.pixelBytes, this.#sample(window), format);
  }

  #fill(at: number, count: number): void {
    for (let index = 0; index < count; index += 1) stage.memory[at + index] = this.#whole(0, 255);
  }

  /** Narrow ones are as frequent as wide ones. In whole numbers, which are the same on all machines. */
  #window(largest: number): Window {
    const width = this.#whole(1, Math.max(1, largest >> this.#whole(0, 15)));
    const low = this.#whole(0, largest - width);
    return { low, high: low + width };
  }

  /** In and about the window for the most part, or whatever its bytes can hold. */
  #sample({ low, high }: Window): number {
    if (this.#whole(0, 7) === 0) return this.#whole(0, 0xffff);
    return this.#whole(Math.max(0, low - 3), Math.min(0xffff, high + 3));
  }

  #whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to + 1 - from));
  }
}

function countingOf(format: GrayFormat, step: number): Counting {
  return { ...PLACES, step, maxSample: maxSample(format), coarseShift: format.bits - 8 };
}

/** Keeps the kernel busy. */
function heat({ kernel, format }: Pair): void {
  const run = { ...PLACES, count: MOST_SAMPLES };
  const window = { low: 0, high: maxSample(format) };
  const picture = { ...PLACES, luma: PLACES.target, strideBytes: 32, widthPx: 32, heightPx: 32 };
  for (let calls = 0; calls < CALLS_UNTIL_HOT; calls += 1) {
    kernel.mapLinear(run, linearFactors(window, false));
    kernel.mapCurve(run, curveFactors(window), PLACES.curve);
    kernel.countSamples(run.source, run.count, 0, countingOf(format, MOST_STEP));
    kernel.mapChroma(picture);
  }
}

const first = new Cases().run();
stage.pairs.forEach(heat);
console.log(`${process.arch} ${first} ${new Cases().run()}`);
