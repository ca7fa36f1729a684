import { addStream, freePid } from './added-stream.ts';
import { PACKET_BYTES, pidOf, startsUnit, SYNC_BYTE, TICKS_PER_SECOND } from './packet.ts';
import { wrapped, writeTimestamp } from './ticks.ts';

/**
 * One frame of silence: AAC-LC, 48 kHz, two channels, behind an ADTS header without a CRC (ISO/IEC 13818-7, 6.2 and 6.3). It is
 * what ffmpeg's encoder makes of silence (`-f lavfi -i anullsrc=r=48000:cl=stereo -c:a aac`), and can be read by hand: the
 * header says 13 bytes, and that the buffer's fullness means nothing. Then a pair of channels (001, tag 0000) with a common
 * window (1: reserved 0, long 00, shape 1), no scale factor bands (000000), no prediction (0) and no joint stereo (00); for
 * each channel its gain (10001100), which scales nothing, and no pulses, noise shaping or gain control (000); the end (111),
 * and two bits up to the next byte. Nothing in it depends on the frames around it.
 */
const FRAME = Uint8Array.of(0xff, 0xf1, 0x4c, 0x80, 0x01, 0xbf, 0xfc, 0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c);
/** 1,024 samples of 48,000 a second. */
const FRAME_TICKS = 1_920;
/** Packets with so many are 8 a second and 12 kbit/s. */
const FRAMES_PER_PACKET = 6;
/** What one packet is silent for: 128 ms. */
export const SILENT_PACKET_TICKS = FRAMES_PER_PACKET * FRAME_TICKS;

/** AAC with ADTS headers (ISO/IEC 13818-1, table 2-34). */
const STREAM_TYPE = 0x0f;
/** The one that ffmpeg gives a second stream. */
const FIRST_PID = 0x101;
/** Of the header of the PES packet, with its PTS. */
const PES_HEADER_BYTES = 14;
const PTS_INDEX = 9;
/** What of the length of the PES packet is not counted in it. */
const PES_UNCOUNTED_BYTES = 6;
const AUDIO_STREAM = 0xc0;
const PES_BYTES = PES_HEADER_BYTES + FRAMES_PER_PACKET * FRAME.length;
const PES_BEGIN = PACKET_BYTES - PES_BYTES;
const PACKET = silentPacket();

/**
 * Silence goes on over a hole in the video's time that is not longer than this. The clock of the stream runs 100 ms behind
 * the pictures: what is silent for an earlier time would come too late.
 */
const LATE_MOST_TICKS = TICKS_PER_SECOND / 10;
/**
 * No more than this is ever made up to a picture or beyond it, so that some 160 packets are the most for each, however rarely
 * pictures come; where they come more rarely, there are holes between.
 */
const SPAN_MOST_TICKS = 10 * TICKS_PER_SECOND;

/** How the tables of a stream name the track. */
export interface SilenceInTables {
  /** PAT and PMT, with the track in it: a copy. */
  readonly tables: Uint8Array;
  /** Of the track. */
  readonly pid: number;
}

/**
 * Tables that name the silent track beside what they name already. Undefined where there is no room for it.
 * @param tables PAT and PMT, a packet each
 */
export function withSilence(tables: Uint8Array): SilenceInTables | undefined {
  const pid = freePid(tables, PACKET_BYTES, FIRST_PID);
  if (pid === undefined) return undefined;
  const changed = tables.slice();
  return addStream(changed, PACKET_BYTES, STREAM_TYPE, pid) ? { tables: changed, pid } : undefined;
}

/** The same for each PMT that lies in these whole packets, in place. */
export function nameSilence(packets: Uint8Array, { tables, pid }: SilenceInTables): void {
  const pmtPid = pidOf(tables, PACKET_BYTES);
  for (let offset = 0; offset + PACKET_BYTES <= packets.length; offset += PACKET_BYTES) {
    if (pidOf(packets, offset) !== pmtPid || !startsUnit(packets, offset)) continue;
    addStream(packets, offset, STREAM_TYPE, pid);
  }
}

/** What the silence has to keep up with: the pictures of one encoder. */
export interface PicturesPace {
  /** When the first one is shown, in time that does not wrap. */
  readonly beginTicks: number;
  /** When the last one is shown that has come. */
  readonly shownTicks: number;
  /** From one to the next. */
  readonly periodTicks: number;
}

/**
 * A silent track beside the video, made of packets that are all the same but for their time. It is ahead of the pictures
 * by 128 to 256 ms, and by more than a period where that is longer, so that nobody who plays both waits for it. It goes on
 * from one encoder to the next, and where the video's time jumps, it jumps to the same place. One object serves a timeline for
 * as long as that lives.
 */
export class SilentTrack {
  /** Up to where it is made, in time that does not wrap. */
  #endTicks = -Infinity;

  /** @returns the packets that it now lacks, often none. Their continuity counters are those that each output writes. */
  packetsFor(pace: PicturesPace, pid: number): Uint8Array {
    const { shownTicks, periodTicks } = pace;
    const leadTicks = Math.min(Math.max(periodTicks, SILENT_PACKET_TICKS), SPAN_MOST_TICKS);
    const fromTicks = this.#goesOnAt(pace);
    const count = Math.max(0, Math.ceil((shownTicks + leadTicks - fromTicks) / SILENT_PACKET_TICKS));
    const packets = new Uint8Array(count * PACKET_BYTES);
    for (let index = 0; index < count; index += 1) {
      const packet = packets.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES);
      write(packet, pid, fromTicks + index * SILENT_PACKET_TICKS);
    }
    this.#endTicks = fromTicks + count * SILENT_PACKET_TICKS;
    return packets;
  }

  #goesOnAt({ beginTicks, shownTicks }: PicturesPace): number {
    if (shownTicks - Math.max(beginTicks, this.#endTicks) > SPAN_MOST_TICKS) return Math.round(shownTicks);
    return this.#endTicks < beginTicks - LATE_MOST_TICKS ? Math.round(beginTicks) : this.#endTicks;
  }
}

function write(packet: Uint8Array, pid: number, ticks: number): void {
  packet.set(PACKET);
  packet[1] = (PACKET[1] ?? 0) | (pid >> 8);
  packet[2] = pid & 0xff;
  writeTimestamp(packet, PES_BEGIN + PTS_INDEX, wrapped(ticks));
}

/** One PES packet in one packet, filled up by its adaptation field, without a PID and a time. */
function silentPacket(): Uint8Array {
  const packet = new Uint8Array(PACKET_BYTES).fill(0xff);
  // A unit begins; it has an adaptation field and a payload. In the field: its length, and no flags.
  packet.set([SYNC_BYTE, 0x40, 0, 0x30, PES_BEGIN - 5, 0]);
  // Its length; it begins with a frame (0x84); a PTS (0x80) of 5 bytes, which begins with 0010.
  packet.set([0, 0, 1, AUDIO_STREAM, 0, PES_BYTES - PES_UNCOUNTED_BYTES, 0x84, 0x80, 5, 0x20], PES_BEGIN);
  for (let index = 0; index < FRAMES_PER_PACKET; index += 1) {
    packet.set(FRAME, PES_BEGIN + PES_HEADER_BYTES + index * FRAME.length);
  }
  return packet;
}
