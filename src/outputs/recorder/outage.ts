import { NS_PER_MS } from '../../base/clock.ts';
import type { OutputReach } from '../output.ts';

/** A link that is broken and back within this has lost next to nothing. */
const OUTAGE_LEAST_NS = 1_000n * NS_PER_MS;
/**
 * From the first of the video on, a first connection has this long to be made, and to carry for the 2 s after which it is a good
 * one; less than is kept.
 */
const FIRST_LEAST_NS = 4_000n * NS_PER_MS;

/** Time in which no output gets the video. */
export interface Outage {
  /** When the last picture came that is known to have got anywhere, monotonic. */
  readonly sinceNs: bigint;
}

/** When it is asked whether there is an outage. */
export interface OutageMoment {
  readonly nowNs: bigint;
  /** When the first of the video came; undefined before it. */
  readonly videoSinceNs: bigint | undefined;
  /** It is not asked again: where no connection was made, or none is left, nobody has got the video. */
  readonly isLast: boolean;
}

/** One without an end: there is no output but the recorder. What was before is not known, so that all that there is counts. */
export const ENDLESS: Outage = { sinceNs: 0n };

/**
 * Whether there is an outage now. It begins when nobody has got the video for a second, and ends when somebody gets it.
 * @param outage that of the last time this was asked; undefined: none
 * @param others all outputs but the recorder
 */
export function outageNow(
  outage: Outage | undefined,
  others: readonly OutputReach[],
  now: OutageMoment,
): Outage | undefined {
  if (others.length === 0) return outage ?? ENDLESS;
  let sinceNs = 0n;
  let isCertain = true;
  for (const reach of others) {
    if (reach.kind === 'gets') return undefined;
    isCertain &&= isAway(reach, now);
    if (reach.sinceNs > sinceNs) ({ sinceNs } = reach);
  }
  return outage ?? (isCertain ? { sinceNs } : undefined);
}

function isAway(
  { sinceNs, doubt }: Extract<OutputReach, { kind: 'away' }>,
  { nowNs, videoSinceNs = nowNs, isLast }: OutageMoment,
): boolean {
  if (isLast && doubt !== 'settling') return true;
  if (doubt === 'none') return nowNs - sinceNs >= OUTAGE_LEAST_NS;
  return nowNs - (sinceNs > videoSinceNs ? sinceNs : videoSinceNs) >= FIRST_LEAST_NS;
}
