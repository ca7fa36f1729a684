import type { AccessUnit } from '../../src/mpegts/access-unit.ts';
import { PACKET_BYTES, pcrOffset, isDiscontinuity } from '../../src/mpegts/packet.ts';
import { StreamFollower } from '../../src/mpegts/stream-follower.ts';
import { readPcr } from '../../src/mpegts/ticks.ts';
import { joined, patPacket, picture, pmtPacket } from './made-packets.ts';

/** Of ffmpeg's streams here: PTS - PCR of a picture that is not delayed. */
export const PCR_LEAD_TICKS = 9_000;

export interface EncoderOptions {
  readonly periodTicks: number;
  readonly count: number;
  /** The time of the first picture, as the encoder writes it; before wrapping. */
  readonly firstTicks?: number;
  /** Pictures that each one is delayed by, as with B-frames. */
  readonly delay?: number;
  /** The first picture, as with one that was only for warming up. */
  readonly skip?: number;
}

/** A stream as an encoder would write it: rounded times, B-frames in pairs where there is a delay. */
export function encoded(options: EncoderOptions): Uint8Array {
  const { periodTicks, count, firstTicks = 0, delay = 0, skip = 0 } = options;
  const pictures = Array.from({ length: count }, (_, place) => {
    const order = place + skip;
    const shown = delay === 0 || place === 0 ? order : shownAt(order, skip + count);
    const dtsTicks = modulo(firstTicks + Math.round((order - delay) * periodTicks));
    const ptsTicks = modulo(firstTicks + Math.round(shown * periodTicks));
    const pcrTicks = modulo(Number(dtsTicks) - PCR_LEAD_TICKS);
    return picture({ ptsTicks, dtsTicks, isKeyframe: place === 0, pcrTicks, pcrExtension: 77 });
  });
  return joined([patPacket(), pmtPacket(), ...pictures]);
}

/** Which picture is written at this place: each that is shown second comes first. */
function shownAt(order: number, end: number): number {
  const isOdd = order % 2 === 1;
  if (isOdd) return order + 1 < end ? order + 1 : order;
  return order - 1;
}

function modulo(ticks: number): bigint {
  return BigInt.asUintN(33, BigInt(ticks));
}

/** What a receiver sees in it. */
export interface Seen {
  readonly units: readonly AccessUnit[];
  readonly pcrTicks: readonly number[];
  /** Which of the clocks say that time jumps. */
  readonly jumps: readonly number[];
}

export function seenIn(packets: Uint8Array): Seen {
  const pcrTicks: number[] = [];
  const jumps: number[] = [];
  for (let offset = 0; offset < packets.length; offset += PACKET_BYTES) {
    const pcrAt = pcrOffset(packets, offset);
    if (isDiscontinuity(packets, offset)) jumps.push(pcrTicks.length);
    if (pcrAt >= 0) pcrTicks.push(readPcr(packets, pcrAt));
  }
  return { units: new StreamFollower().follow(packets), pcrTicks, jumps };
}
