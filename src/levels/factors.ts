import { BLACK_LUMA, WHITE_LUMA } from '../base/gray-format.ts';
import { CURVE_LENGTH, type Window } from './window.ts';

/**
 * A window in the whole numbers with which a sample is mapped in 16 bits:
 * ((min(max(sample - low, 0), span) * scale - 32768) * mul + 16384 >> 15) + offset, and what lies beyond an end is that end.
 * The edges of a window need be no whole samples: in a narrow one a sample is several levels, by which the picture would jump.
 */
export interface Factors {
  readonly low: number;
  /** At least 1. */
  readonly span: number;
  /** Spreads the span over more than half of 16 bits. */
  readonly scale: number;
  /** Below 0 for white at the low end. */
  readonly mul: number;
  readonly offset: number;
}

/** Bits behind the point of a luma, and of a place on a curve: as many as leave room for the values in 15 bits. */
const LUMA_BITS = 7;
const PLACE_BITS = 3;

/** For luma in the limited range, exactly black at `low` and exactly white at `high`. The result has 7 bits behind the point. */
export function linearFactors(window: Window, isInverted: boolean): Factors {
  const range = WHITE_LUMA - BLACK_LUMA;
  return isInverted
    ? factors(window, -range << LUMA_BITS, WHITE_LUMA << LUMA_BITS, LUMA_BITS)
    : factors(window, range << LUMA_BITS, BLACK_LUMA << LUMA_BITS, LUMA_BITS);
}

/** For the place on a curve, 0 to 4095. The result has 3 bits behind the point. */
export function curveFactors(window: Window): Factors {
  return factors(window, (CURVE_LENGTH - 1) << PLACE_BITS, 0, PLACE_BITS);
}

/** A window of fewer has no level between black and white, and none at all would divide by 0. */
const NARROWEST_SAMPLES = 1;

function clamped(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}

/** @param range what the window is mapped to, from `start` on, both with so many bits behind the point */
function factors(window: Window, range: number, start: number, bits: number): Factors {
  const low = Math.floor(window.low);
  const span = Math.max(1, Math.ceil(window.high) - low);
  const scale = Math.floor(0xffff / span);
  const perSample = range / Math.max(window.high - window.low, NARROWEST_SAMPLES);
  const mul = clamped(Math.round((perSample * 0x8000) / scale), 0x7fff);
  const offset = start + mul - Math.round(perSample * (window.low - low)) + (1 << (bits - 1));
  return { low, span, scale, mul, offset: clamped(offset, 0x7fff) };
}
