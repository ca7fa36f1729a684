import * as v from 'valibot';
import { formatFrameRate, type FrameRate } from '../base/frame-rate.ts';
import type { TextSchema } from './setting.ts';
import { lineSchema } from './text-schemas.ts';

/**
 * The largest numerator and denominator that ffmpeg keeps exact. Beyond it `av_parse_video_rate` (libavutil/parseutils.c)
 * takes the nearest fraction within this bound, and its clock would then differ from ours.
 */
export const MAX_FRAME_RATE_PART = 1_001_000n;
const MAX_FRAMES_PER_SECOND = 240n;
/** Longer numbers are out of range whatever they are; not to be worked out. */
const MAX_DIGITS = 18;
/** Broadcasting's rates are so many 1001sts. */
const MAX_SIMILAR_DENOMINATOR = 1001n;
const ALLOWED = `must be frames a second above 0 to ${MAX_FRAMES_PER_SECOND}: an integer (24), a decimal (29.97) or a fraction (30000/1001)`;

/** The text's exact rate, reduced. Faults say what is allowed, or which fraction may be meant. */
export const frameRateSchema: TextSchema<FrameRate> = v.pipe(
  lineSchema,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const rate = exactRate(dataset.value);
    const message = rate === undefined ? ALLOWED : faultOf(rate);
    if (rate !== undefined && message === undefined) return rate;
    addIssue({ message: message ?? ALLOWED });
    return NEVER;
  }),
);

/** `a`, `a.b` or `a/b` as a reduced fraction; undefined when it is none of these or divides by zero. */
function exactRate(text: string): FrameRate | undefined {
  const [, digits, decimals = '', divisor = '1'] = /^(\d+)(?:\.(\d+)|\/(\d+))?$/.exec(text) ?? [];
  if (digits === undefined || digits.length + decimals.length > MAX_DIGITS || divisor.length > MAX_DIGITS) {
    return undefined;
  }
  return reduced(BigInt(digits + decimals), BigInt(divisor) * 10n ** BigInt(decimals.length));
}

function reduced(numerator: bigint, denominator: bigint): FrameRate | undefined {
  if (denominator === 0n) return undefined;
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

function faultOf({ numerator, denominator }: FrameRate): string | undefined {
  if (numerator === 0n || numerator > MAX_FRAMES_PER_SECOND * denominator) return ALLOWED;
  if (numerator <= MAX_FRAME_RATE_PART && denominator <= MAX_FRAME_RATE_PART) return undefined;
  return (
    `must have a numerator and a denominator of at most ${MAX_FRAME_RATE_PART}, or ffmpeg rounds it ` +
    `(this is ${numerator}/${denominator}); give a fraction such as ${similarFraction(numerator, denominator)}`
  );
}

/** The last convergent of the rate's continued fraction whose denominator is small: 23.976023976 gives 24000/1001. */
function similarFraction(numerator: bigint, denominator: bigint): string {
  let [previous, current]: [FrameRate, FrameRate] = [
    { numerator: 0n, denominator: 1n },
    { numerator: 1n, denominator: 0n },
  ];
  for (let [a, b] = [numerator, denominator]; b !== 0n; [a, b] = [b, a % b]) {
    const next = {
      numerator: (a / b) * current.numerator + previous.numerator,
      denominator: (a / b) * current.denominator + previous.denominator,
    };
    if (next.denominator > MAX_SIMILAR_DENOMINATOR) break;
    [previous, current] = [current, next];
  }
  return current.numerator === 0n ? '24000/1001' : formatFrameRate(current);
}
