import { inMs } from '../base/clock.ts';
import type { LinkFigures } from '../base/output-state.ts';

/** Figures are of a look that was up to a tenth of a second before, or longer on a busy machine. */
const TOLERANCE_MS = 500;

/** Figures of a link, and when they were told. */
export interface LinkSample {
  readonly atNs: bigint;
  readonly link: LinkFigures;
}

/**
 * Whether both are of one connection: it has lasted for longer by as much as has passed. An output that is called has several,
 * and tells of one of them.
 */
export function areOfOneConnection(before: LinkSample, now: LinkSample): boolean {
  const longerMs = now.link.connectedMs - before.link.connectedMs;
  return Math.abs(longerMs - inMs(now.atNs - before.atNs)) < TOLERANCE_MS;
}

/** Whether the connection has come about since the figures before were told. */
export function isNewSince(before: LinkSample, now: LinkSample): boolean {
  return now.link.connectedMs < inMs(now.atNs - before.atNs) + TOLERANCE_MS;
}
