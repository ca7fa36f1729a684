/** What the recordings took at one moment; Date.now(). */
export interface Recorded {
  readonly atMs: number;
  readonly sizeBytes: number;
  /** The largest of the segments. */
  readonly largestBytes: number;
}

/** A quota and from when on it is in force; Date.now(). */
export interface Quota {
  readonly atMs: number;
  readonly quotaBytes: number;
}

/** A lower quota holds once settings are read and the next thing is written. */
const SETTLE_MS = 5_000;

/** By how much the recordings were above their quota at the most, in bytes; below 0 where they never were. */
export function quotaExcess(recorded: readonly Recorded[], quotas: readonly Quota[]): number {
  let before = 0;
  let excess = Number.NEGATIVE_INFINITY;
  for (const { atMs, sizeBytes } of recorded) {
    // Where a lower quota came while nothing could be written or deleted, what is there is no fault, but more of it would be.
    if (sizeBytes > before) excess = Math.max(excess, sizeBytes - quotaAt(quotas, atMs));
    before = sizeBytes;
  }
  return excess;
}

/** @returns what is wrong, in words: more than one segment above the quota */
export function checkQuota(recorded: readonly Recorded[], quotas: readonly Quota[]): string[] {
  const excess = quotaExcess(recorded, quotas);
  const segmentBytes = recorded.reduce((most, { largestBytes }) => Math.max(most, largestBytes), 0);
  return excess <= segmentBytes
    ? []
    : [
        `the recordings were ${excess} bytes above their quota, which is more than a segment: ${segmentBytes}`,
      ];
}

/** The highest that was in force a moment ago. */
function quotaAt(quotas: readonly Quota[], atMs: number): number {
  const latest = quotas.findLastIndex((quota) => quota.atMs <= atMs - SETTLE_MS);
  const inForce = quotas.slice(Math.max(0, latest)).filter((quota) => quota.atMs <= atMs);
  return inForce.reduce((most, { quotaBytes }) => Math.max(most, quotaBytes), 0);
}
