import { NS_PER_MS } from '../base/clock.ts';
import { tickOffsetNs, type FrameRate } from '../base/frame-rate.ts';

/** At which times a source writes its frames. */
export interface SourceTiming {
  /** Frames a second on average, gaps aside. */
  readonly rate: FrameRate;
  /** How far a frame may be off its time, as a fraction of the period: 0 to 1. */
  readonly jitter: number;
  /** Frames written at once; the mean rate stays. */
  readonly burstFrames: number;
  /** From the end of one gap to the start of the next; 0 = no gaps. */
  readonly gapEveryMs: number;
  /** How long nothing is written in a gap. */
  readonly gapMs: number;
}

/**
 * When frame `index` is written, in nanoseconds after the start: at the constant rate, in bursts whose mean rate it is,
 * off by the jitter, and with the gaps in between.
 * @param random a number from 0 to 1 for this frame
 */
export function writeOffsetNs(timing: SourceTiming, index: number, random: number): bigint {
  const burst = BigInt(timing.burstFrames);
  const evenNs = tickOffsetNs(timing.rate, (BigInt(index) / burst) * burst);
  // The jitter is one for a whole burst only by chance; its first frame decides when the others can follow.
  const jitterNs = Number(tickOffsetNs(timing.rate, 1n)) * timing.jitter * random;
  const writingNs = evenNs + BigInt(Math.round(jitterNs));
  if (timing.gapEveryMs === 0) return writingNs;
  const everyNs = BigInt(Math.round(timing.gapEveryMs)) * NS_PER_MS;
  const gapNs = BigInt(Math.round(timing.gapMs)) * NS_PER_MS;
  return writingNs + (evenNs / everyNs) * gapNs;
}
