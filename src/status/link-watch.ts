import { NS_PER_MS, secondsBetween } from '../base/clock.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import { missedPictures, type LinkFigures, type OutputCounts } from '../base/output-state.ts';
import { areOfOneConnection, type LinkSample } from './link-connection.ts';

/** A link is in distress for so long before it is called narrow: figures come once a second, not quite evenly. */
const LASTING_NS = 2_500n * NS_PER_MS;
/** Figures that are further apart were held up: what is between them says nothing. */
const LONGEST_GAP_NS = 3n * NS_PER_SECOND;
/** A link may be narrow for ever, or each evening: it is said again after this long, at the soonest. */
const SAY_AGAIN_NS = 3_600n * NS_PER_SECOND;
/** The round trip of a full link is that of an idle one and the queue before its narrowest place. */
const FULL_RTT_TIMES = 3;
/** On a short link three times is nothing yet. */
const FULL_RTT_EXCESS_MS = 20;
/** A buffer within the latency is what the latency is for; and what waits for an acknowledgement waits for a round trip. */
const FULL_BUFFER_RTTS = 4;
/** 5 % of random loss make 9 % that are sent again; what is beyond this share crowds the rest out. */
const FULL_RESENT_SHARE = 0.2;
/** What is delivered wavers by less than this with the size of pictures. */
const ENOUGH = 0.95;
/** What is put in and does not come out makes the buffer longer each second; a round trip that is longer now does so once. */
const BUFFER_GROWTH_MS = 50;
/** The most that a packet of SRT carries of MPEG-TS: seven packets. */
const MOST_PAYLOAD_BYTES = 1_316;
const BITS_PER_BYTE = 8;

/** What a link carries, of what is put into it, in bits a second. */
export interface NarrowLink {
  readonly deliveredBps: number;
  readonly offeredBps: number;
}

type Pictures = Pick<OutputCounts, 'sentPictures' | 'skipped'>;

interface Sample extends LinkSample {
  readonly pictures: Pictures;
}

/** Watches whether a link carries what is put into it, so that it is said before it breaks. Pure. */
export class LinkWatch {
  #last: Sample | undefined;
  #smallestRttMs = Infinity;
  /** One after the other, each with a sign of distress, as far back as is judged by. */
  #distress: Sample[] = [];
  #saidNs: bigint | undefined;

  /** Other settings are in force: where it is narrow with them too, that is news. */
  forget(): void {
    this.#saidNs = undefined;
  }

  /**
   * Takes the figures of a link, about once a second.
   * @returns what is to be logged, if it has been too narrow for about 3 s, and that was not yet returned within an hour
   */
  look(link: LinkFigures, pictures: Pictures, nowNs: bigint): NarrowLink | undefined {
    const now = { atNs: nowNs, link, pictures };
    if (this.#last && !areOfOneConnection(this.#last, now)) this.#restart();
    const last = this.#last;
    this.#last = now;
    this.#smallestRttMs = Math.min(this.#smallestRttMs, link.rttMs);
    const isJudged = last !== undefined && nowNs - last.atNs <= LONGEST_GAP_NS;
    if (!isJudged || !isInDistress(last.link, link, this.#smallestRttMs)) {
      this.#distress = [];
      return undefined;
    }
    const news = this.#judge(now);
    if (!news || (this.#saidNs !== undefined && nowNs - this.#saidNs < SAY_AGAIN_NS)) return undefined;
    this.#saidNs = nowNs;
    return news;
  }

  /** It is another connection: what was before says nothing of it. */
  #restart(): void {
    this.#last = undefined;
    this.#smallestRttMs = Infinity;
    this.#distress = [];
  }

  #judge(now: Sample): NarrowLink | undefined {
    const samples = this.#distress;
    samples.push(now);
    while (samples[1] && now.atNs - samples[1].atNs >= LASTING_NS) samples.shift();
    const [first] = samples;
    if (!first || now.atNs - first.atNs < LASTING_NS) return undefined;
    return growsAllAlong(samples) || isGivenUp(first, now) ? narrowBetween(first, now) : undefined;
  }
}

/** The warning: what the link bears, and the setting that helps. */
export function narrowInWords(
  output: string,
  { deliveredBps, offeredBps }: NarrowLink,
  maxBitrateBps: number | undefined,
): string {
  const remedy = maxBitrateBps === undefined ? 'set' : 'lower';
  return (
    `the link to ${output} bears about ${inMegabits(deliveredBps)} of ${inMegabits(offeredBps)} Mbit/s: ` +
    `${remedy} COSMOS_VIDEO_BITRATE`
  );
}

function isInDistress(before: LinkFigures, now: LinkFigures, smallestRttMs: number): boolean {
  const { rttMs, bufferMs, latencyMs } = now;
  const sent = now.sentPackets - before.sentPackets;
  const resent = now.resentPackets - before.resentPackets;
  return (
    (rttMs > smallestRttMs * FULL_RTT_TIMES && rttMs - smallestRttMs > FULL_RTT_EXCESS_MS) ||
    bufferMs > Math.max(latencyMs, rttMs * FULL_BUFFER_RTTS) ||
    resent > sent * FULL_RESENT_SHARE ||
    now.droppedPackets > before.droppedPackets
  );
}

function growsAllAlong(samples: readonly Sample[]): boolean {
  return samples
    .slice(1)
    .every((now, index) => now.link.bufferMs - (samples[index]?.link.bufferMs ?? 0) >= BUFFER_GROWTH_MS);
}

function isGivenUp(first: Sample, now: Sample): boolean {
  return now.link.droppedPackets > first.link.droppedPackets || missedBetween(first, now) > 0;
}

function missedBetween(first: Sample, now: Sample): number {
  return missedPictures(now.pictures.skipped) - missedPictures(first.pictures.skipped);
}

/**
 * Signs of distress are also those of a radio link whose round trip wavers: narrow is one out of which comes less than is put
 * in, while the rest waits, or is given up.
 */
function narrowBetween(first: Sample, now: Sample): NarrowLink | undefined {
  const dropped = now.link.droppedPackets - first.link.droppedPackets;
  const missed = missedBetween(first, now);
  const bitsPerSecond = BITS_PER_BYTE / secondsBetween(first.atNs, now.atNs);
  const handedBytes = now.link.handedBytes - first.link.handedBytes;
  const keptBytes = now.link.bufferBytes - first.link.bufferBytes + dropped * payloadBytes(now.link);
  const deliveredBps = Math.max(0, handedBytes - keptBytes) * bitsPerSecond;
  const sent = Math.max(1, now.pictures.sentPictures - first.pictures.sentPictures);
  const offeredBps = handedBytes * (1 + missed / sent) * bitsPerSecond;
  return deliveredBps < offeredBps * ENOUGH ? { deliveredBps, offeredBps } : undefined;
}

/** Of a packet, on average. */
function payloadBytes({ handedBytes, sentPackets }: LinkFigures): number {
  return Math.min(MOST_PAYLOAD_BYTES, handedBytes / Math.max(1, sentPackets));
}

function inMegabits(bps: number): string {
  return (bps / 1e6).toFixed(1);
}
