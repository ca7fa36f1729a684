/** Packets made by the letter of ISO/IEC 13818-1, with nothing of the code that reads them. Times are bigint, bits are text. */

export const VIDEO_PID = 0x100;
export const AUDIO_PID = 0x101;
export const PMT_PID = 0x1000;
const PACKET_BYTES = 188;

export interface PictureOptions {
  readonly pid?: number;
  readonly streamId?: number;
  readonly ptsTicks: bigint | number;
  readonly dtsTicks?: bigint | number;
  readonly isKeyframe?: boolean;
  readonly pcrTicks?: bigint | number;
  readonly pcrExtension?: number;
  readonly counter?: number;
  /** Packets that the picture goes on in. */
  readonly morePackets?: number;
}

/** A picture: a packet with the PES header, and those that it goes on in. */
export function picture(options: PictureOptions): Uint8Array {
  const { pid = VIDEO_PID, counter = 0, morePackets = 0 } = options;
  const first = packet({
    pid,
    startsUnit: true,
    counter,
    adaptation: adaptationOf(options),
    payload: pesHeader(options),
  });
  const more = Array.from({ length: morePackets }, (_, index) =>
    packet({ pid, counter: counter + 1 + index, payload: [] }),
  );
  return joined([first, ...more]);
}

/** A packet with a clock and nothing else: no payload. */
export function clockOnly(pcrTicks: bigint | number, pid = VIDEO_PID): Uint8Array {
  const made = packet({ pid, adaptation: adaptationOf({ ptsTicks: 0, pcrTicks }), payload: [] });
  const adaptationBytes = PACKET_BYTES - 5;
  made[3] = 0x20;
  made[4] = adaptationBytes;
  return made;
}

interface PacketParts {
  readonly pid: number;
  readonly startsUnit?: boolean;
  readonly counter?: number;
  /** The adaptation field behind its length: none where it is left out. */
  readonly adaptation?: readonly number[] | undefined;
  readonly payload: readonly number[];
}

/** One packet; the payload is filled up with 0xff, and not cut where it is too long. */
export function packet({
  pid,
  startsUnit = false,
  counter = 0,
  adaptation,
  payload,
}: PacketParts): Uint8Array {
  const control = adaptation ? 0x30 : 0x10;
  const field = adaptation ? [adaptation.length, ...adaptation] : [];
  const header = [0x47, (startsUnit ? 0x40 : 0) | (pid >> 8), pid & 0xff, control | (counter & 0x0f)];
  const bytes = [...header, ...field, ...payload];
  const made = new Uint8Array(Math.max(PACKET_BYTES, bytes.length)).fill(0xff);
  made.set(bytes);
  return made;
}

function adaptationOf(options: PictureOptions): number[] | undefined {
  const { isKeyframe = false, pcrTicks, pcrExtension = 0 } = options;
  if (!isKeyframe && pcrTicks === undefined) return undefined;
  const flags = (isKeyframe ? 0x40 : 0) | (pcrTicks === undefined ? 0 : 0x10);
  return [flags, ...(pcrTicks === undefined ? [] : pcrBytes(BigInt(pcrTicks), pcrExtension))];
}

/** 33 bits, six reserved ones, nine bits. */
export function pcrBytes(ticks: bigint, extension = 0): number[] {
  return bytesOfBits(bits(ticks, 33) + '111111' + bits(BigInt(extension), 9));
}

/** Four bits that say what it is, then 3, 15 and 15 bits, each with a marker. */
export function timestampBytes(prefix: '0010' | '0011' | '0001', ticks: bigint): number[] {
  const all = bits(ticks, 33);
  return bytesOfBits(`${prefix}${all.slice(0, 3)}1${all.slice(3, 18)}1${all.slice(18)}1`);
}

function pesHeader({ streamId = 0xe0, ptsTicks, dtsTicks }: PictureOptions): number[] {
  const begin = [0, 0, 1, streamId, 0, 0, 0x80];
  const pts = BigInt(ptsTicks);
  if (dtsTicks === undefined) return [...begin, 0x80, 5, ...timestampBytes('0010', pts)];
  const times = [...timestampBytes('0011', pts), ...timestampBytes('0001', BigInt(dtsTicks))];
  return [...begin, 0xc0, 10, ...times];
}

export interface PatParts {
  readonly pmtPid?: number;
  readonly counter?: number;
  readonly hasNetwork?: boolean;
  readonly hasProgram?: boolean;
}

/** The table that names the PID of the other one. */
export function patPacket(parts: PatParts = {}): Uint8Array {
  const { pmtPid = PMT_PID, counter = 0, hasNetwork = true, hasProgram = true } = parts;
  const network = hasNetwork ? [0, 0, 0xe0, 0x10] : [];
  const program = hasProgram ? [0, 1, 0xe0 | (pmtPid >> 8), pmtPid & 0xff] : [];
  return sectionPacket({ pid: 0, counter, table: 0x00, rest: [...network, ...program] });
}

interface PmtParts {
  readonly pid?: number;
  readonly pcrPid?: number;
  readonly version?: number;
  readonly counter?: number;
  /** Of the program's own descriptors and of each stream's. */
  readonly descriptorBytes?: number;
  /** Bytes between the begin of the payload and that of the section. */
  readonly gapBytes?: number;
  readonly streams?: readonly (readonly [type: number, pid: number])[];
}

const H264 = 0x1b;
const AAC = 0x0f;
/** Audio before the video, so that the order does not decide. */
const STREAMS: readonly (readonly [number, number])[] = [
  [AAC, AUDIO_PID],
  [H264, VIDEO_PID],
];

/** The table that names the streams. Descriptors are in it, which have to be passed over. */
export function pmtPacket(parts: PmtParts = {}): Uint8Array {
  const { pid = PMT_PID, pcrPid = VIDEO_PID, descriptorBytes = 6, streams = STREAMS, ...others } = parts;
  // Looks like the entry of a video, if it is taken for one.
  const descriptors = Array.from({ length: descriptorBytes }, () => H264);
  const entries = streams.flatMap(([type, streamPid]) => [
    type,
    0xe0 | (streamPid >> 8),
    streamPid & 0xff,
    0xf0,
    descriptors.length,
    ...descriptors,
  ]);
  const pcr = [0xe0 | (pcrPid >> 8), pcrPid & 0xff];
  const rest = [...pcr, 0xf0, descriptors.length, ...descriptors, ...entries];
  return sectionPacket({ pid, table: 0x02, rest, ...others });
}

interface SectionParts {
  readonly pid: number;
  readonly table: number;
  readonly counter?: number;
  readonly version?: number;
  readonly gapBytes?: number;
  /** What follows the numbers of the section. */
  readonly rest: readonly number[];
}

function sectionPacket({
  pid,
  table,
  counter = 0,
  version = 0,
  gapBytes = 0,
  rest,
}: SectionParts): Uint8Array {
  const lengthBytes = 5 + rest.length + 4;
  const length = [0xb0 | (lengthBytes >> 8), lengthBytes & 0xff];
  const section = [table, ...length, 0, 1, 0xc1 | (version << 1), 0, 0, ...rest];
  const gap = Array.from({ length: gapBytes }, () => 0xaa);
  return packet({
    pid,
    startsUnit: true,
    counter,
    payload: [gapBytes, ...gap, ...section, ...crcBytes(section)],
  });
}

/** Annex A, bit by bit. */
function crcBytes(bytes: readonly number[]): number[] {
  let crc = 0xffffffffn;
  for (const bit of bytes.flatMap((byte) => bits(BigInt(byte), 8).split(''))) {
    const isOne = (crc >> 31n !== 0n) !== (bit === '1');
    crc = ((crc << 1n) & 0xffffffffn) ^ (isOne ? 0x04c11db7n : 0n);
  }
  return bytesOfBits(bits(crc, 32));
}

function bits(value: bigint, count: number): string {
  return BigInt.asUintN(count, value).toString(2).padStart(count, '0');
}

function bytesOfBits(text: string): number[] {
  return Array.from({ length: text.length / 8 }, (_, index) =>
    Number.parseInt(text.slice(index * 8, index * 8 + 8), 2),
  );
}

/** One behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** Cuts bytes at these places, in any order and twice if so; each piece is a copy. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const borders = [
    0,
    ...places.map((place) => Math.min(place, bytes.length)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return borders.slice(1).map((end, index) => bytes.slice(borders[index], end));
}
