// The inner loops of the levels, in AssemblyScript (assemblyscript.org): TypeScript's syntax, compiled to WebAssembly. That is done
// twice, with SIMD and, for machines without it, a sample at a time: the bytes that come out are the same.
// All of it works on addresses in the one memory that it is given. `test/levels/reference.ts` is the same in plain TypeScript.

/** How samples lie in memory; the numbers are those of `LAYOUTS` in ../kernel.ts. */
const BYTES: i32 = 0;
const BYTES_WITH_ALPHA: i32 = 1;
const WORDS_LE: i32 = 2;
const WORDS_BE: i32 = 3;
const WORDS_LE_WITH_ALPHA: i32 = 4;
const WORDS_BE_WITH_ALPHA: i32 = 5;

/** Bits behind the point of a luma, and of a place on a curve; see `linearFactors` and `curveFactors` in ../factors.ts. */
const LUMA_BITS: i32 = 7;
const CURVE_BITS: i32 = 3;

/** The ends of luma, and of a curve; what lies beyond one is that end. */
const BLACK: i32 = 16;
const WHITE: i32 = 235;
const LAST_PLACE: i32 = 4095;

/**
 * The luma of `count` samples, linear over the window: black up to `low`, white from `low + span` on, or the other way. `scale`, `mul`
 * and `offset` come from `linearFactors` in ../factors.ts; what is done with them is said at `places`.
 */
export function mapLinear(
  layout: i32, source: usize, target: usize, count: i32, low: i32, span: i32, scale: i32, mul: i32, offset: i32,
): void {
  if (layout == WORDS_BE) linear(WORDS_BE, source, target, count, low, span, scale, mul, offset);
  else if (layout == WORDS_LE) linear(WORDS_LE, source, target, count, low, span, scale, mul, offset);
  else if (layout == BYTES) linear(BYTES, source, target, count, low, span, scale, mul, offset);
  else if (layout == BYTES_WITH_ALPHA)
    linear(BYTES_WITH_ALPHA, source, target, count, low, span, scale, mul, offset);
  else if (layout == WORDS_LE_WITH_ALPHA)
    linear(WORDS_LE_WITH_ALPHA, source, target, count, low, span, scale, mul, offset);
  else linear(WORDS_BE_WITH_ALPHA, source, target, count, low, span, scale, mul, offset);
}

/**
 * The same by way of a curve: the place of a sample in the window, 0 to 4095, is what is looked up in the table of 4096 bytes at
 * `curve`.
 */
export function mapCurve(
  layout: i32, source: usize, target: usize, count: i32, low: i32, span: i32, scale: i32, mul: i32, offset: i32,
  curve: usize,
): void {
  if (layout == WORDS_BE) curved(WORDS_BE, source, target, count, low, span, scale, mul, offset, curve);
  else if (layout == WORDS_LE) curved(WORDS_LE, source, target, count, low, span, scale, mul, offset, curve);
  else if (layout == BYTES) curved(BYTES, source, target, count, low, span, scale, mul, offset, curve);
  else if (layout == BYTES_WITH_ALPHA)
    curved(BYTES_WITH_ALPHA, source, target, count, low, span, scale, mul, offset, curve);
  else if (layout == WORDS_LE_WITH_ALPHA)
    curved(WORDS_LE_WITH_ALPHA, source, target, count, low, span, scale, mul, offset, curve);
  else curved(WORDS_BE_WITH_ALPHA, source, target, count, low, span, scale, mul, offset, curve);
}

/**
 * The chroma of a picture at half its resolution: the mean luma of each 2x2 pixels is looked up in two tables of 256 bytes. What
 * has no neighbour at an odd edge stands for it.
 */
export function mapChroma(
  luma: usize, strideBytes: i32, width: i32, height: i32, u: usize, v: usize, uOfLuma: usize, vOfLuma: usize,
): void {
  for (let y = 0; y < height; y += 2) {
    const upper = luma + y * strideBytes;
    const lower = y + 1 < height ? upper + strideBytes : upper;
    for (let x = 0; x < width; x += 2) {
      const next = x + 1 < width ? x + 1 : x;
      const sum =
        <i32>load<u8>(upper + x) + load<u8>(upper + next) + load<u8>(lower + x) + load<u8>(lower + next);
      const mean = (sum + 2) >> 2;
      store<u8>(u++, load<u8>(uOfLuma + mean));
      store<u8>(v++, load<u8>(vOfLuma + mean));
    }
  }
}

/** Where the sums of `countSamples` lie: four of 64 bits; then the far sample, -1 if there is none yet, and how many were looked at. */
const ADJACENT: usize = 0;
const ADJACENT_SWAPPED: usize = 8;
const FAR: usize = 16;
const FAR_SWAPPED: usize = 24;
const FAR_SAMPLE: usize = 32;
const LOOKS: usize = 36;

/** Each so manieth sample that is looked at is the far one for those after it: some lines away, also where all are looked at. */
const FAR_LOOKS: i32 = 256;

/**
 * Counts every `step`th of `count` samples, from `first` on, by its value at `fine` and by the upper 8 of its bits at `coarse`. For
 * samples of two bytes it also adds up, at `sums`, how far each is from the one beside it and from a far one, both as it is and with
 * its bytes swapped; where `sums` is 0 it does not. @returns how far behind the end the next one to be looked at lies
 */
export function countSamples(
  layout: i32, source: usize, count: i32, first: i32, step: i32, max: i32, coarseShift: i32, fine: usize,
  coarse: usize, sums: usize,
): i32 {
  if (layout == WORDS_BE)
    return counted(WORDS_BE, source, count, first, step, max, coarseShift, fine, coarse, sums);
  if (layout == WORDS_LE)
    return counted(WORDS_LE, source, count, first, step, max, coarseShift, fine, coarse, sums);
  if (layout == BYTES) return counted(BYTES, source, count, first, step, max, coarseShift, fine, coarse, sums);
  if (layout == BYTES_WITH_ALPHA)
    return counted(BYTES_WITH_ALPHA, source, count, first, step, max, coarseShift, fine, coarse, sums);
  if (layout == WORDS_LE_WITH_ALPHA)
    return counted(WORDS_LE_WITH_ALPHA, source, count, first, step, max, coarseShift, fine, coarse, sums);
  return counted(WORDS_BE_WITH_ALPHA, source, count, first, step, max, coarseShift, fine, coarse, sums);
}

// Each of the following is compiled once for each layout, which is a constant there.

@inline
function linear(
  layout: i32, source: usize, target: usize, count: i32, low: i32, span: i32, scale: i32, mul: i32, offset: i32,
): void {
  const pixel = pixelBytes(layout);
  let at = source;
  let to = target;
  if (ASC_FEATURE_SIMD) {
    const lows = i16x8.splat(<i16>low);
    const spans = i16x8.splat(<i16>span);
    const scales = i16x8.splat(<i16>scale);
    const muls = i16x8.splat(<i16>mul);
    const offsets = i16x8.splat(<i16>offset);
    const blacks = i8x16.splat(<i8>BLACK);
    const whites = i8x16.splat(<i8>WHITE);
    for (const end = target + <usize>(count & ~15); to < end; to += 16) {
      const a = i16x8.shr_s(places(eight(layout, at), lows, spans, scales, muls, offsets), LUMA_BITS);
      const b = i16x8.shr_s(places(eight(layout, at + 8 * pixel), lows, spans, scales, muls, offsets), LUMA_BITS);
      v128.store(to, i8x16.min_u(i8x16.max_u(i8x16.narrow_i16x8_u(a, b), blacks), whites));
      at += 16 * pixel;
    }
  }
  for (const end = target + <usize>count; to < end; to++) {
    const y = place(one(layout, at), low, span, scale, mul, offset) >> LUMA_BITS;
    store<u8>(to, min(max(y, BLACK), WHITE));
    at += pixel;
  }
}

@inline
function curved(
  layout: i32, source: usize, target: usize, count: i32, low: i32, span: i32, scale: i32, mul: i32, offset: i32,
  curve: usize,
): void {
  const pixel = pixelBytes(layout);
  let at = source;
  let to = target;
  if (ASC_FEATURE_SIMD) {
    const lows = i16x8.splat(<i16>low);
    const spans = i16x8.splat(<i16>span);
    const scales = i16x8.splat(<i16>scale);
    const muls = i16x8.splat(<i16>mul);
    const offsets = i16x8.splat(<i16>offset);
    const lasts = i16x8.splat(<i16>LAST_PLACE);
    for (const end = target + <usize>(count & ~7); to < end; to += 8) {
      const found = i16x8.shr_s(places(eight(layout, at), lows, spans, scales, muls, offsets), CURVE_BITS);
      const at8 = i16x8.min_s(i16x8.max_s(found, i16x8.splat(0)), lasts);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 0)), 0);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 1)), 1);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 2)), 2);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 3)), 3);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 4)), 4);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 5)), 5);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 6)), 6);
      store<u8>(to, load<u8>(curve + i16x8.extract_lane_u(at8, 7)), 7);
      at += 8 * pixel;
    }
  }
  for (const end = target + <usize>count; to < end; to++) {
    const found = place(one(layout, at), low, span, scale, mul, offset) >> CURVE_BITS;
    store<u8>(to, load<u8>(curve + <usize>min(max(found, 0), LAST_PLACE)));
    at += pixel;
  }
}

@inline
function counted(
  layout: i32, source: usize, count: i32, first: i32, step: i32, max: i32, coarseShift: i32, fine: usize,
  coarse: usize, sums: usize,
): i32 {
  const pixel = pixelBytes(layout);
  const isSummed = layout != BYTES && layout != BYTES_WITH_ALPHA && sums != 0;
  let adjacent: i64 = 0;
  let adjacentSwapped: i64 = 0;
  let far: i64 = 0;
  let farSwapped: i64 = 0;
  let distant: i32 = isSummed ? load<i32>(sums, FAR_SAMPLE) : 0;
  let looks: i32 = isSummed ? load<i32>(sums, LOOKS) : 0;
  let index = first;
  for (; index < count; index += step) {
    const at = source + <usize>index * pixel;
    const sample = one(layout, at);
    const value = min(sample, max);
    const bin = fine + ((<usize>value) << 2);
    store<u32>(bin, load<u32>(bin) + 1);
    const coarseBin = coarse + ((<usize>(value >> coarseShift)) << 2);
    store<u32>(coarseBin, load<u32>(coarseBin) + 1);
    if (isSummed) {
      if (index + 1 < count && distant >= 0) {
        const beside = one(layout, at + pixel);
        const swapped = swap(sample);
        adjacent += abs(sample - beside);
        adjacentSwapped += abs(swapped - swap(beside));
        far += abs(sample - distant);
        farSwapped += abs(swapped - swap(distant));
      }
      if (looks % FAR_LOOKS == 0) distant = sample;
      looks++;
    }
  }
  if (isSummed) {
    store<i64>(sums, load<i64>(sums, ADJACENT) + adjacent, ADJACENT);
    store<i64>(sums, load<i64>(sums, ADJACENT_SWAPPED) + adjacentSwapped, ADJACENT_SWAPPED);
    store<i64>(sums, load<i64>(sums, FAR) + far, FAR);
    store<i64>(sums, load<i64>(sums, FAR_SWAPPED) + farSwapped, FAR_SWAPPED);
    store<i32>(sums, distant, FAR_SAMPLE);
    store<i32>(sums, looks, LOOKS);
  }
  return index - count;
}

@inline
function pixelBytes(layout: i32): usize {
  if (layout == BYTES) return 1;
  return layout == WORDS_LE_WITH_ALPHA || layout == WORDS_BE_WITH_ALPHA ? 4 : 2;
}

@inline
function one(layout: i32, at: usize): i32 {
  if (layout == BYTES || layout == BYTES_WITH_ALPHA) return load<u8>(at);
  const word = <i32>load<u16>(at);
  return layout == WORDS_BE || layout == WORDS_BE_WITH_ALPHA ? swap(word) : word;
}

@inline
function swap(word: i32): i32 {
  return ((word & 0xff) << 8) | (word >> 8);
}

/** Eight samples, 16 bits each. */
@inline
function eight(layout: i32, at: usize): v128 {
  if (layout == BYTES) return v128.load8x8_u(at);
  const words = v128.load(at);
  if (layout == WORDS_LE) return words;
  if (layout == WORDS_BE) return swapped(words);
  if (layout == BYTES_WITH_ALPHA) return v128.and(words, i16x8.splat(0xff));
  const both = i8x16.shuffle(words, v128.load(at, 16), 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29);
  return layout == WORDS_LE_WITH_ALPHA ? both : swapped(both);
}

@inline
function swapped(words: v128): v128 {
  return i8x16.shuffle(words, words, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

/**
 * Where eight samples lie in the window: min(sample -sat low, span) times `scale`, which lies in 0 to 65535, less 32768, times `mul` /
 * 32768, rounded, plus `offset`, which makes up for the 32768: without them the product would need more than the 16 bits with a sign. A window whose
 * edges are no whole samples is a little narrower than `span`: beyond them the sum leaves its range, and stays at the end of 16 bits.
 */
@inline
function places(samples: v128, lows: v128, spans: v128, scales: v128, muls: v128, offsets: v128): v128 {
  const above = i16x8.mul(i16x8.min_u(i16x8.sub_sat_u(samples, lows), spans), scales);
  return i16x8.add_sat_s(i16x8.q15mulr_sat_s(v128.xor(above, i16x8.splat(-0x8000)), muls), offsets);
}

/** The same for one. */
@inline
function place(sample: i32, low: i32, span: i32, scale: i32, mul: i32, offset: i32): i32 {
  const above = min(max(sample - low, 0), span) * scale;
  return (((above - 0x8000) * mul + 0x4000) >> 15) + offset;
}
