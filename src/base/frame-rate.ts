/** A frame rate in frames a second as an exact, reduced fraction: 29.97 is 2997/100, NTSC is 30000/1001. */
export interface FrameRate {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** For durations that are constants in seconds. */
export const NS_PER_SECOND = 1_000_000_000n;

/** Nanoseconds from tick 0 to tick `index`, rounded down; exact for every index, so a schedule cannot drift. */
export function tickOffsetNs(rate: FrameRate, index: bigint): bigint {
  return (index * NS_PER_SECOND * rate.denominator) / rate.numerator;
}

/** The period of one frame in nanoseconds, rounded down: for bounds and margins, never for adding up. */
export function periodNs(rate: FrameRate): bigint {
  return tickOffsetNs(rate, 1n);
}

/** Frames a second as a number, for reports and for sizes; not for a schedule. */
export function framesPerSecond(rate: FrameRate): number {
  return Number(rate.numerator) / Number(rate.denominator);
}

/** The rate as ffmpeg reads it: `24` or `30000/1001`. */
export function formatFrameRate(rate: FrameRate): string {
  return rate.denominator === 1n ? `${rate.numerator}` : `${rate.numerator}/${rate.denominator}`;
}
