import { NS_PER_MS, secondsBetween } from '../base/clock.ts';
import { PACKET_BYTES } from '../mpegts/packet.ts';
import type { JoinPoint } from './present-gop.ts';

/** Behind the burst, pieces of this size: that of a full datagram, seven packets. */
const PIECE_BYTES = 7 * PACKET_BYTES;
/**
 * One who joins gets the first picture at once, as each keyframe comes at once later on, but no more than this, 63 KiB: the
 * queue of a usual router, 100 kB or more, has room for it, and loses what it has no room for.
 */
export const MOST_BURST_BYTES = 49 * PIECE_BYTES;
/** What waits is caught up with at this part of the rate of the GOP, on top of what comes: a link bears half as much again. */
const CATCH_UP_SHARE = 0.5;
/** A keyframe says nothing yet of the rate of its GOP, which then is taken to have lasted for so long. */
const GOP_LEAST_NS = 500n * NS_PER_MS;

/**
 * How fast one gets the GOP that it joins in the middle of. All of it in one burst would be more than the narrowest place on
 * its way has room for. A place in its stream is told by the bytes before it.
 */
export class JoinPace {
  readonly #burstBytes: number;
  readonly #bytesPerS: number;
  #liveBytes = 0;

  /** @param place where the tables of the join point lie */
  constructor(
    { tables, firstPictureBytes, sizeBytes, sinceNs }: JoinPoint,
    private readonly place: number,
    private readonly beginNs: bigint,
  ) {
    const lastedNs = beginNs - sinceNs;
    this.#burstBytes = tables.length + Math.min(firstPictureBytes, MOST_BURST_BYTES);
    this.#bytesPerS = sizeBytes / secondsBetween(0n, lastedNs > GOP_LEAST_NS ? lastedNs : GOP_LEAST_NS);
  }

  /** More of the video has come, behind what waits: that it comes faster than before makes nothing wait for longer. */
  came(sizeBytes: number): void {
    this.#liveBytes += sizeBytes;
  }

  /** How much may be sent now, in bytes, from this place on, where so many wait. */
  allowedBytes(place: number, waitingBytes: number, nowNs: bigint): number {
    const usualBytes = secondsBetween(this.beginNs, nowNs) * this.#bytesPerS;
    const pacedBytes = usualBytes * CATCH_UP_SHARE + Math.max(usualBytes, this.#liveBytes);
    const wholeBytes = Math.floor(pacedBytes / PIECE_BYTES) * PIECE_BYTES;
    const limit = this.place + this.#burstBytes;
    return limit + pacedBytes - place >= waitingBytes
      ? waitingBytes
      : Math.max(0, limit + wholeBytes - place);
  }
}
