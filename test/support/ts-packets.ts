import { crc32 } from '../../src/mpegts/crc32.ts';
import { PACKET_BYTES, SYNC_BYTE } from '../../src/mpegts/packet.ts';
import { readTimestamp, wrapped, writePcr, writeTimestamp } from '../../src/mpegts/ticks.ts';

const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const PES_HEADER_BYTES = 14;
/** Behind the header: the number of the picture, and how many bytes it has with both. */
const MARK_BYTES = 8;
const FILLER = 0xa5;

/** How a picture is made. */
export interface PictureOptions {
  readonly isKeyframe?: boolean;
  /** From its number on, with both; the header of the PES comes on top. */
  readonly sizeBytes?: number;
}

/** Makes a transport stream as ffmpeg does, with numbered pictures in it that `readStream` finds again. */
export class TsMaker {
  readonly #counters = new Map<number, number>();
  #number: number;
  #ptsTicks: number;

  constructor(
    private readonly periodTicks = 3_750,
    firstPtsTicks = 133_500,
    firstNumber = 0,
  ) {
    this.#ptsTicks = firstPtsTicks;
    this.#number = firstNumber;
  }

  /** The packets of the next picture; before a keyframe those of the tables. */
  picture({ isKeyframe = false, sizeBytes = 1_000 }: PictureOptions = {}): Uint8Array {
    const pes = pesOf(this.#number, this.#ptsTicks, Math.max(sizeBytes, MARK_BYTES));
    const packets = isKeyframe ? [this.#table(0, patSection()), this.#table(PMT_PID, pmtSection())] : [];
    for (let offset = 0; offset < pes.length;) {
      const isFirst = offset === 0;
      const adaptation = isFirst ? clockField(this.#ptsTicks, isKeyframe) : new Uint8Array(0);
      const room = PACKET_BYTES - 4 - adaptation.length;
      const payload = pes.subarray(offset, offset + room);
      packets.push(this.#packet(VIDEO_PID, isFirst, adaptation, payload));
      offset += payload.length;
    }
    this.#number += 1;
    this.#ptsTicks += this.periodTicks;
    return Buffer.concat(packets);
  }

  #table(pid: number, section: Uint8Array): Uint8Array {
    const payload = new Uint8Array(PACKET_BYTES - 4).fill(0xff);
    payload[0] = 0;
    payload.set(section, 1);
    return this.#packet(pid, true, new Uint8Array(0), payload);
  }

  #packet(pid: number, isStart: boolean, adaptation: Uint8Array, payload: Uint8Array): Uint8Array {
    const packet = new Uint8Array(PACKET_BYTES).fill(0xff);
    const counter = ((this.#counters.get(pid) ?? -1) + 1) & 0x0f;
    this.#counters.set(pid, counter);
    const field = stuffed(adaptation, PACKET_BYTES - 4 - payload.length);
    packet.set([
      SYNC_BYTE,
      (isStart ? 0x40 : 0) | (pid >> 8),
      pid & 0xff,
      counter | (field.length > 0 ? 0x30 : 0x10),
    ]);
    packet.set(field, 4);
    packet.set(payload, PACKET_BYTES - payload.length);
    return packet;
  }
}

/** What was found in a stream that a `TsMaker` has made, in order. */
export type Found =
  | { readonly kind: 'pat' | 'pmt' }
  | {
      readonly kind: 'picture';
      readonly number: number;
      readonly isKeyframe: boolean;
      readonly ptsTicks: number;
      readonly isWhole: boolean;
    };

/** Takes a stream apart. Throws where a packet is damaged or a counter does not go on. */
export function readStream(bytes: Uint8Array): Found[] {
  if (bytes.length % PACKET_BYTES !== 0) throw new Error(`${bytes.length} bytes are no whole packets`);
  const found: Found[] = [];
  const counters = new Map<number, number>();
  let leftBytes = 0;
  for (let offset = 0; offset < bytes.length; offset += PACKET_BYTES) {
    const packet = bytes.subarray(offset, offset + PACKET_BYTES);
    const pid = ((at(packet, 1) & 0x1f) << 8) | at(packet, 2);
    checkCounter(counters, pid, packet, offset);
    if (pid === 0 || pid === PMT_PID) {
      found.push({ kind: pid === 0 ? 'pat' : 'pmt' });
      continue;
    }
    const hasField = (at(packet, 3) & 0x20) !== 0;
    const payload = packet.subarray(hasField ? 5 + at(packet, 4) : 4);
    if ((at(packet, 1) & 0x40) === 0) leftBytes -= payload.length;
    else {
      const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
      leftBytes = view.getUint32(PES_HEADER_BYTES + 4) - (payload.length - PES_HEADER_BYTES);
      const isKeyframe = (at(packet, 5) & 0x40) !== 0;
      found.push({
        kind: 'picture',
        number: view.getUint32(PES_HEADER_BYTES),
        isKeyframe,
        ptsTicks: readTimestamp(payload, 9),
        isWhole: false,
      });
    }
    const last = found.at(-1);
    if (leftBytes === 0 && last?.kind === 'picture') found[found.length - 1] = { ...last, isWhole: true };
  }
  return found;
}

/** The pictures among what was found. */
export function picturesIn(bytes: Uint8Array): Extract<Found, { kind: 'picture' }>[] {
  return readStream(bytes).filter((one) => one.kind === 'picture');
}

function checkCounter(counters: Map<number, number>, pid: number, packet: Uint8Array, offset: number): void {
  if (packet[0] !== SYNC_BYTE) throw new Error(`no packet at ${offset}`);
  const counter = at(packet, 3) & 0x0f;
  const last = counters.get(pid);
  if (last !== undefined && counter !== ((last + 1) & 0x0f)) {
    throw new Error(`counter ${counter} after ${last} of PID ${pid} at ${offset}`);
  }
  counters.set(pid, counter);
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function pesOf(number: number, ptsTicks: number, sizeBytes: number): Uint8Array {
  const pes = new Uint8Array(PES_HEADER_BYTES + sizeBytes).fill(FILLER);
  pes.set([0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x20]);
  writeTimestamp(pes, 9, wrapped(Math.round(ptsTicks)));
  const view = new DataView(pes.buffer);
  view.setUint32(PES_HEADER_BYTES, number);
  view.setUint32(PES_HEADER_BYTES + 4, sizeBytes);
  return pes;
}

function clockField(ptsTicks: number, isKeyframe: boolean): Uint8Array {
  const field = new Uint8Array([7, 0x10 | (isKeyframe ? 0x40 : 0), 0, 0, 0, 0, 0x7e, 0]);
  writePcr(field, 2, wrapped(Math.round(ptsTicks)));
  return field;
}

/** An adaptation field of this size: 0 is none, 1 is only its length. */
function stuffed(field: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes === 0 || sizeBytes === field.length) return field;
  const whole = new Uint8Array(sizeBytes).fill(0xff);
  if (sizeBytes > 1) whole[1] = 0;
  whole.set(field);
  whole[0] = sizeBytes - 1;
  return whole;
}

function patSection(): Uint8Array {
  return withCrc([0x00, 0xb0, 13, 0x00, 0x01, 0xc1, 0, 0, 0x00, 0x01, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]);
}

function pmtSection(): Uint8Array {
  const pid = [0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff];
  return withCrc([0x02, 0xb0, 18, 0x00, 0x01, 0xc1, 0, 0, ...pid, 0xf0, 0, 0x1b, ...pid, 0xf0, 0]);
}

function withCrc(bytes: readonly number[]): Uint8Array {
  const section = new Uint8Array(bytes.length + 4);
  section.set(bytes);
  new DataView(section.buffer).setUint32(bytes.length, crc32(section.subarray(0, bytes.length)));
  return section;
}
