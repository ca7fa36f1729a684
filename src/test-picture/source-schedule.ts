import { tickOffsetNs } from '../base/frame-rate.ts';
import { NS_PER_MS } from '../base/clock.ts';
import type { SourceOptions } from '../cli/source-options.ts';

/**
 * When frame `index` is written, in nanoseconds after the start: at the constant rate, in bursts whose mean rate it is,
 * off by the jitter, and with the gaps in between.
 * @param random a number from 0 to 1 for this frame
 */
export function writeOffsetNs(
  options: Pick<SourceOptions, 'rate' | 'jitter' | 'burstFrames' | 'gapEveryMs' | 'gapMs'>,
  index: number,
  random: number,
): bigint {
  const burst = BigInt(options.burstFrames);
  const evenNs = tickOffsetNs(options.rate, (BigInt(index) / burst) * burst);
  // The jitter is one for a whole burst only by chance; its first frame decides when the others can follow.
  const jitterNs = Number(tickOffsetNs(options.rate, 1n)) * options.jitter * random;
  const writingNs = evenNs + BigInt(Math.round(jitterNs));
  if (options.gapEveryMs === 0) return writingNs;
  const everyNs = BigInt(Math.round(options.gapEveryMs)) * NS_PER_MS;
  const gapNs = BigInt(Math.round(options.gapMs)) * NS_PER_MS;
  return writingNs + (evenNs / everyNs) * gapNs;
}
