import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES, pidOf } from '../../src/mpegts/packet.ts';
import {
  nameSilence,
  SILENT_PACKET_TICKS,
  SilentTrack,
  withSilence,
  type PicturesPace,
} from '../../src/mpegts/silent-track.ts';
import { tsQuality } from '../support/ts-quality.ts';
import { joined, patPacket, picture, pmtPacket, VIDEO_PID } from './made-packets.ts';

const PERIOD = 3_750;
const PID = 0x101;
const MODULUS = 2 ** 33;
const VIDEO_ONLY = pmtPacket({ streams: [[0x1b, VIDEO_PID]] });

/** When the packets begin that a track makes. */
function timesOf(track: SilentTrack, ...paces: PicturesPace[]): number[] {
  return paces.flatMap((pace) => tsQuality(track.packetsFor(pace, PID)).ptsTicks.get(PID) ?? []);
}

/** The pictures of one encoder. */
function encoder(beginTicks: number, count: number, periodTicks = PERIOD): PicturesPace[] {
  return Array.from({ length: count }, (_, index) => ({
    beginTicks,
    shownTicks: beginTicks + index * periodTicks,
    periodTicks,
  }));
}

/** So many times from there on, one packet after the other. */
function run(fromTicks: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => fromTicks + index * SILENT_PACKET_TICKS);
}

describe('silence', () => {
  test('begins with the first picture, and is 128 to 256 ms ahead of each', () => {
    const track = new SilentTrack();
    let endTicks = 0;
    for (const pace of encoder(9_000, 200)) {
      for (const ticks of timesOf(track, pace)) {
        expect(ticks).toBe(endTicks === 0 ? 9_000 : endTicks);
        endTicks = ticks + SILENT_PACKET_TICKS;
      }
      const leadTicks = endTicks - pace.shownTicks;
      expect(leadTicks).toBeGreaterThanOrEqual(SILENT_PACKET_TICKS);
      expect(leadTicks).toBeLessThan(2 * SILENT_PACKET_TICKS);
    }
  });

  test('is one packet for six frames: 12 kbit/s', () => {
    const packets = new SilentTrack().packetsFor(encoder(0, 1)[0] ?? never(), PID);
    expect(packets.length).toBe(PACKET_BYTES);
    const text = packets.toHex();
    expect(text.slice(0, 12)).toBe('474101305b00');
    expect(text.match(/fff14c8001bffc211004608c1c/g)?.length).toBe(6);
    expect(text).toContain('000001c00056848005');
    expect((PACKET_BYTES * 8 * 90_000) / SILENT_PACKET_TICKS).toBeLessThan(12_000);
  });

  test('goes on over another encoder, and over a hole of up to 100 ms behind what is made', () => {
    const track = new SilentTrack();
    const times = [
      ...timesOf(track, ...encoder(0, 10)),
      ...timesOf(track, ...encoder(10 * PERIOD, 10)),
      // Made up to 92,160.
      ...timesOf(track, ...encoder(92_160 + 9_000, 1)),
    ];
    expect(times).toEqual(run(0, times.length));
    expect(times.length).toBe(10);
  });

  test('jumps with the video over a longer hole', () => {
    const track = new SilentTrack();
    expect(timesOf(track, ...encoder(0, 1))).toEqual(run(0, 1));
    const laterTicks = SILENT_PACKET_TICKS + 9_001;
    expect(timesOf(track, ...encoder(laterTicks, 1))).toEqual(run(laterTicks, 1));
  });

  test('goes on when many pictures come at once', () => {
    const track = new SilentTrack();
    const all = encoder(0, 100);
    const times = timesOf(track, all[0] ?? never(), all[99] ?? never());
    expect(times).toEqual(run(0, times.length));
    expect((times.at(-1) ?? 0) + SILENT_PACKET_TICKS - 99 * PERIOD).toBeGreaterThanOrEqual(
      SILENT_PACKET_TICKS,
    );
  });

  test.each([
    [1, 90_000],
    [1 / 7, 630_000],
    [7.5, 12_000],
  ])('goes on at %d pictures a second, with more than a period ahead', (_, periodTicks) => {
    const track = new SilentTrack();
    const times: number[] = [];
    for (const pace of encoder(0, 20, periodTicks)) {
      times.push(...timesOf(track, pace));
      expect((times.at(-1) ?? 0) + SILENT_PACKET_TICKS).toBeGreaterThanOrEqual(pace.shownTicks + periodTicks);
    }
    expect(times).toEqual(run(0, times.length));
  });

  test('is bounded, however rarely pictures come', () => {
    const track = new SilentTrack();
    for (const pace of encoder(0, 20, 1e11)) {
      const times = timesOf(track, pace);
      expect(times.length).toBeLessThanOrEqual(80);
      expect(times[0]).toBe(pace.shownTicks % MODULUS);
    }
  });

  test('is there for pictures at whole ticks, also where their times have fractions', () => {
    const track = new SilentTrack();
    const times = timesOf(track, ...encoder(1_501.5, 600, 1_501.5));
    expect(times).toEqual(run(1_502, times.length));
  });

  test('makes none for pictures that it is ahead of, as after one encoder with a low rate', () => {
    const track = new SilentTrack();
    const before = timesOf(track, ...encoder(0, 1, 630_000));
    const after = timesOf(track, ...encoder(630_000, 200, PERIOD));
    expect([...before, ...after]).toEqual(run(0, before.length + after.length));
  });

  test('begins again at 0 after 33 bits', () => {
    const track = new SilentTrack();
    const times = timesOf(track, ...encoder(MODULUS - 1_000, 100));
    expect(times.slice(0, 3)).toEqual([MODULUS - 1_000, 10_520, 22_040]);
    // The time that does not wrap decides, also after a standstill of more than a day.
    expect(timesOf(track, ...encoder(2 * MODULUS + 500_000 - 1, 1))[0]).toBe(499_999);
  });

  test('never goes back, and never overlaps', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            gap: fc.nat(400_000),
            count: fc.integer({ min: 1, max: 60 }),
            period: fc.constantFrom(375, 1_501.5, PERIOD, 90_000),
          }),
        ),
        (encoders) => {
          const track = new SilentTrack();
          let [ticks, endTicks] = [0, 0];
          for (const { gap, count, period } of encoders) {
            const paces = encoder(ticks + gap, count, period);
            for (const time of timesOf(track, ...paces)) {
              expect(time).toBeGreaterThanOrEqual(endTicks);
              endTicks = time + SILENT_PACKET_TICKS;
            }
            ticks = (paces.at(-1)?.shownTicks ?? 0) + period;
            expect(endTicks).toBeGreaterThanOrEqual(ticks - 1);
          }
        },
      ),
    );
  });
});

describe('tables with silence', () => {
  test('name it, and those from before stay as they are', () => {
    const tables = joined([patPacket(), VIDEO_ONLY]);
    const before = tables.slice();
    const changed = withSilence(tables);
    expect(tables).toEqual(before);
    expect(changed?.pid).toBe(PID);
    expect(changed?.tables.subarray(0, PACKET_BYTES)).toEqual(patPacket());
  });

  test('name it by a PID that nothing else has', () => {
    expect(withSilence(joined([patPacket(), pmtPacket()]))?.pid).toBe(0x102);
  });

  test('are not there where a table has no room', () => {
    const full = pmtPacket({ descriptorBytes: 0, streams: [[0x1b, VIDEO_PID]], gapBytes: 158 });
    expect(withSilence(joined([patPacket(), full]))).toBeUndefined();
  });

  test('stand wherever there were some among the packets, which stay as they are but for that', () => {
    const named = withSilence(joined([patPacket(), VIDEO_ONLY])) ?? never();
    const video = picture({ ptsTicks: 9, morePackets: 2 });
    const packets = joined([VIDEO_ONLY, video, patPacket(), VIDEO_ONLY, video]);
    nameSilence(packets, named);
    const pmt = named.tables.subarray(PACKET_BYTES);
    expect(pidOf(pmt, 0)).toBe(pidOf(VIDEO_ONLY, 0));
    expect(packets).toEqual(joined([pmt, video, patPacket(), pmt, video]));
  });
});

function never(): never {
  throw new Error('it is there');
}
