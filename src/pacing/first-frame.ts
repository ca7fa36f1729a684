import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { Frame, FrameOwner } from '../base/frame.ts';
import type { FrameReader } from '../base/frame-reader.ts';

interface FirstFrameParts {
  readonly reader: FrameReader;
  readonly owner: FrameOwner;
  readonly clock: Clock;
}

/**
 * The frame that a session begins with: the newest one if it is no older than `freshMs` (0 = however old), or else the
 * next that comes. One whose age is not known, since ids are no times, counts as old. Rejects with the abort reason.
 */
export async function firstFrame(
  { reader, owner, clock }: FirstFrameParts,
  freshMs: number,
  signal: AbortSignal,
): Promise<Frame> {
  const newest = await reader.newest(signal);
  if (newest && isFresh(newest, freshMs, clock.nowNs())) return newest;
  if (newest) owner.drop(newest);
  return (await reader.next(signal)).frame;
}

/** Whether it is of now, and not of a source that has stopped: however old, where `freshMs` is 0. */
export function isFresh(frame: Frame, freshMs: number, nowNs: bigint): boolean {
  if (freshMs === 0) return true;
  return frame.writtenNs !== undefined && nowNs - frame.writtenNs <= BigInt(Math.round(freshMs)) * NS_PER_MS;
}
