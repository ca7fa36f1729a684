import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { maxSample, type GrayFormat } from '../../src/base/gray-format.ts';
import { curveFactors, linearFactors } from '../../src/levels/factors.ts';
import { CURVE_LENGTH, type Window } from '../../src/levels/window.ts';
import { KernelStage, PLACES, writePixel } from './kernel-stage.ts';
import { seeded } from './scene.ts';

/** Making a case costs little where many are made at once. */
const CASES_A_RUN = 200;
/** Half of them for each build of the kernel. */
const RUNS = { linear: 600, curve: 200, chroma: 100, counted: 200 } as const;
/** Not a multiple of a turn of the loop. */
const MOST_SAMPLES = 333;
/** Any place in a vector and in a line of the cache. */
const SHIFTS = fc.nat(63);
const SAMPLES_16 = 65_536;

const stage = new KernelStage();
const FORMATS = fc.nat(stage.pairs.length - 1);
const SEEDS = fc.integer();
/** Widths are even in octaves: 1 sample up to all of the range, and the same of any format. */
const WINDOWS = fc.record({ low: fc.nat(SAMPLES_16 - 1), octaves: fc.integer({ min: 0, max: 160 }) });

interface Place {
  readonly low: number;
  readonly octaves: number;
}

/** The window of a case in the format's range. */
function windowOf({ low, octaves }: Place, format: GrayFormat): Window {
  const largest = maxSample(format);
  const width = Math.max(1, Math.min(largest, Math.round(2 ** ((octaves * format.bits) / 160))));
  const start = low % (largest + 1 - width);
  return { low: start, high: start + width };
}

/** A sample for a window: inside, a little outside, at an edge, or any that the bytes can hold, with bits that are none of its. */
function sampleFor({ low, high }: Window, random: () => number): number {
  const kind = random();
  if (kind < 0.15) return Math.floor(random() * SAMPLES_16);
  const edge = kind < 0.2 ? low : high;
  const sample =
    kind < 0.25 ? edge + Math.round(random() * 4) - 2 : low + (random() * 1.2 - 0.1) * (high - low);
  return Math.min(Math.max(Math.round(sample), 0), SAMPLES_16 - 1);
}

/** Puts samples at `source`, and says which one is far, -1 for none, and how many were looked at. */
function prepareSamples(
  source: number,
  count: number,
  format: GrayFormat,
  window: Window,
  seed: number,
  [far = -1, looks = 0]: readonly number[] = [],
): void {
  const random = seeded(seed);
  stage.prepare((zone) => {
    for (let index = 0; index < count; index += 1) {
      writePixel(zone, source + index * format.pixelBytes, sampleFor(window, random), format);
    }
    new Int32Array(zone.buffer, PLACES.sums + 32, 2).set([far, looks]);
  });
}

function pairAt(index: number) {
  const pair = stage.pairs[index];
  if (!pair) throw new Error(`there is no format ${index}`);
  return pair;
}

/** Checks batches of cases, and counts them. */
function checkCases<T>(
  runs: number,
  cases: fc.Arbitrary<T>,
  check: (one: T) => void,
  begin: (seed: number) => void = () => {},
): void {
  let checked = 0;
  const batches = fc.array(cases, { minLength: CASES_A_RUN, maxLength: CASES_A_RUN, size: 'max' });
  fc.assert(
    fc.property(SEEDS, batches, (seed, batch) => {
      begin(seed);
      for (const one of batch) {
        check(one);
        checked += 1;
      }
      stage.compareMemories();
    }),
    { numRuns: runs },
  );
  expect(checked).toBe(runs * CASES_A_RUN);
}

function randomBytes(seed: number, count: number): Uint8Array {
  const random = seeded(seed);
  return Uint8Array.from({ length: count }, () => random() * 256);
}

const MAPPED = fc.record({
  index: FORMATS,
  count: fc.nat(MOST_SAMPLES),
  sourceShift: SHIFTS,
  targetShift: SHIFTS,
  place: WINDOWS,
  isInverted: fc.boolean(),
  seed: SEEDS,
});

type CaseOf<T> = T extends fc.Arbitrary<infer Case> ? Case : never;

const CHROMA = fc.record({
  width: fc.integer({ min: 1, max: 38 }),
  height: fc.integer({ min: 1, max: 38 }),
  padding: fc.nat(5),
  shift: SHIFTS,
  seed: SEEDS,
});

const COUNTED = fc.record({
  index: FORMATS,
  count: fc.nat(MOST_SAMPLES),
  shift: SHIFTS,
  /** Behind the end where a step is longer than a piece. */
  first: fc.nat(MOST_SAMPLES + 50),
  step: fc.integer({ min: 1, max: 60 }),
  /** As the piece before has left them. */
  far: fc.integer({ min: -1, max: SAMPLES_16 - 1 }),
  looks: fc.nat(1_000),
  /** Where sums are, or 0 where nothing is to be added up. */
  sums: fc.constantFrom(PLACES.sums, PLACES.sums, 0),
  place: WINDOWS,
  seed: SEEDS,
});

function checkLinear({
  index,
  count,
  sourceShift,
  targetShift,
  place,
  isInverted,
  seed,
}: CaseOf<typeof MAPPED>) {
  const { kernel, reference, format } = pairAt(index);
  const window = windowOf(place, format);
  const run = { source: PLACES.source + sourceShift, target: PLACES.target + targetShift, count };
  prepareSamples(run.source, count, format, window, seed);
  const factors = linearFactors(window, isInverted);
  kernel.mapLinear(run, factors);
  reference.mapLinear(run, factors);
  stage.compareZones();
}

function checkCurve({ index, count, sourceShift, targetShift, place, seed }: CaseOf<typeof MAPPED>) {
  const { kernel, reference, format } = pairAt(index);
  const window = windowOf(place, format);
  const run = { source: PLACES.source + sourceShift, target: PLACES.target + targetShift, count };
  prepareSamples(run.source, count, format, window, seed);
  const factors = curveFactors(window);
  kernel.mapCurve(run, factors, PLACES.curve);
  reference.mapCurve(run, factors, PLACES.curve);
  stage.compareZones();
}

function checkChroma({ width, height, padding, shift, seed }: CaseOf<typeof CHROMA>) {
  const { kernel, reference } = pairAt(0);
  const luma = PLACES.source + shift;
  const strideBytes = width + padding;
  stage.prepare((zone) => zone.set(randomBytes(seed, strideBytes * height), luma));
  const { uOfLuma, vOfLuma } = PLACES;
  const [u, v] = [PLACES.u + shift, PLACES.v + shift];
  const run = { luma, strideBytes, widthPx: width, heightPx: height, u, v, uOfLuma, vOfLuma };
  kernel.mapChroma(run);
  reference.mapChroma(run);
  stage.compareZones();
}

function checkCounted({
  index,
  count,
  shift,
  first,
  step,
  far,
  looks,
  sums,
  place,
  seed,
}: CaseOf<typeof COUNTED>) {
  const { kernel, reference, format } = pairAt(index);
  const source = PLACES.source + shift;
  prepareSamples(source, count, format, windowOf(place, format), seed, [far, looks]);
  const { fine, coarse } = PLACES;
  const counting = { step, maxSample: maxSample(format), coarseShift: format.bits - 8, fine, coarse, sums };
  const next = kernel.countSamples(source, count, first, counting);
  if (next !== reference.countSamples(source, count, first, counting)) throw new Error(`next is ${next}`);
  stage.compareZones();
}

describe('the kernel does what the reference does, and writes nothing else', () => {
  test('in 200,000 cases, over all six layouts and both builds', () => {
    const runs = Object.values(RUNS).reduce((sum, count) => sum + count, 0);
    expect(runs * CASES_A_RUN).toBeGreaterThanOrEqual(2 * 100_000);
    const layouts = stage.pairs.map(({ format: { sampleBytes, pixelBytes, isBigEndian } }) =>
      [sampleBytes, pixelBytes, isBigEndian].join(),
    );
    expect(new Set(layouts).size).toBe(6);
  });

  test('linear luma', () => checkCases(RUNS.linear, MAPPED, checkLinear));

  test('luma by way of a curve', () =>
    checkCases(RUNS.curve, MAPPED, checkCurve, (seed) =>
      stage.set(randomBytes(seed, CURVE_LENGTH), PLACES.curve),
    ));

  test('chroma', () =>
    checkCases(RUNS.chroma, CHROMA, checkChroma, (seed) =>
      stage.set(randomBytes(seed, 512), PLACES.uOfLuma),
    ));

  test('counts', () => checkCases(RUNS.counted, COUNTED, checkCounted));
});
