import { NS_PER_MS } from '../../base/clock.ts';
import type { OutputReach } from '../output.ts';

/** A link that is broken and back within this has lost next to nothing. */
const OUTAGE_LEAST_NS = 1_000n * NS_PER_MS;

/** Time in which no output gets the video. */
export interface Outage {
  /** When the last picture came that is known to have got anywhere, monotonic. */
  readonly sinceNs: bigint;
}

/** One without an end: there is no output but the recorder. What was before is not known, so that all that there is counts. */
export const ENDLESS: Outage = { sinceNs: 0n };

/**
 * Whether there is an outage now. It begins when nobody has got the video for a second, and ends when somebody gets it; while
 * that is not known it is as before.
 * @param outage that of the last time this was asked; undefined: none
 * @param others all outputs but the recorder
 */
export function outageNow(
  outage: Outage | undefined,
  others: readonly OutputReach[],
  nowNs: bigint,
): Outage | undefined {
  if (others.length === 0) return outage ?? ENDLESS;
  if (others.some(({ kind }) => kind === 'gets')) return undefined;
  if (outage) return outage;
  let sinceNs = 0n;
  for (const reach of others) {
    if (reach.kind !== 'away') return undefined;
    if (reach.sinceNs > sinceNs) ({ sinceNs } = reach);
  }
  return nowNs - sinceNs >= OUTAGE_LEAST_NS ? { sinceNs } : undefined;
}
