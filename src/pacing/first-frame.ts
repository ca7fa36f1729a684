import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { Frame, FrameOwner } from '../base/frame.ts';
import type { FrameReader } from '../base/frame-reader.ts';

interface FirstFrameParts {
  readonly reader: FrameReader;
  readonly owner: FrameOwner;
  readonly clock: Clock;
}

/**
 * The frame that a session begins with: the newest one if it is fresh, or else the next that comes. Rejects with the
 * abort reason.
 */
export async function firstFrame(
  parts: FirstFrameParts,
  freshMs: number,
  signal: AbortSignal,
): Promise<Frame> {
  return (await freshNewest(parts, freshMs, signal)) ?? (await parts.reader.next(signal)).frame;
}

/**
 * The newest frame if it is no older than `freshMs` (0 = however old); an older one is dropped, since a picture of hours
 * ago must not pass for one of now. One whose age is not known, since ids are no times, counts as old. Rejects with the
 * abort reason.
 */
export async function freshNewest(
  { reader, owner, clock }: FirstFrameParts,
  freshMs: number,
  signal: AbortSignal,
): Promise<Frame | undefined> {
  const newest = await reader.newest(signal);
  if (!newest || isFresh(newest, freshMs, clock.nowNs())) return newest;
  owner.drop(newest, 'unsent');
  return undefined;
}

/** Whether it is of now, and not of a source that has stopped: however old, where `freshMs` is 0. */
function isFresh(frame: Frame, freshMs: number, nowNs: bigint): boolean {
  if (freshMs === 0) return true;
  return frame.writtenNs !== undefined && nowNs - frame.writtenNs <= BigInt(Math.round(freshMs)) * NS_PER_MS;
}
