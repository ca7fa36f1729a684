import { describe, expect, test } from 'bun:test';
import { addStream, freePid } from '../../src/mpegts/added-stream.ts';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { joined, packet, patPacket, pmtPacket, PMT_PID, VIDEO_PID } from './made-packets.ts';

const AAC = 0x0f;
const H264 = 0x1b;
const VIDEO: readonly (readonly [number, number])[] = [[H264, VIDEO_PID]];

describe('a stream that is added to the table of the program', () => {
  test.each([0, 9])(
    'makes of it what one with that stream is, in its next version (gap of %d)',
    (gapBytes) => {
      const common = { descriptorBytes: 0, counter: 7, gapBytes };
      const made = pmtPacket({ ...common, streams: VIDEO });
      expect(addStream(made, 0, AAC, 0x101)).toBe(true);
      const expected = pmtPacket({ ...common, version: 1, streams: [...VIDEO, [AAC, 0x101]] });
      expect(made).toEqual(expected);
    },
  );

  test('comes behind the descriptors of the others, wherever the packet lies', () => {
    const made = joined([patPacket(), pmtPacket({ streams: VIDEO }), patPacket()]);
    expect(addStream(made, PACKET_BYTES, AAC, 0x102)).toBe(true);
    expect(made.subarray(0, PACKET_BYTES)).toEqual(patPacket());
    expect(made.subarray(2 * PACKET_BYTES)).toEqual(patPacket());
    // It is read as any other entry.
    expect(freePid(made, PACKET_BYTES, 0x102)).toBe(0x103);
  });

  test('makes version 0 of version 31', () => {
    const common = { descriptorBytes: 0 };
    const made = pmtPacket({ ...common, version: 31, streams: VIDEO });
    addStream(made, 0, AAC, 0x101);
    expect(made).toEqual(pmtPacket({ ...common, version: 0, streams: [...VIDEO, [AAC, 0x101]] }));
  });

  test('stays out where there is no room', () => {
    const fits = pmtPacket({ descriptorBytes: 0, streams: VIDEO, gapBytes: PACKET_BYTES - 5 - 21 - 5 });
    expect(addStream(fits, 0, AAC, 0x101)).toBe(true);
    const full = pmtPacket({ descriptorBytes: 0, streams: VIDEO, gapBytes: PACKET_BYTES - 5 - 21 - 4 });
    const before = full.slice();
    expect(addStream(full, 0, AAC, 0x101)).toBe(false);
    expect(full).toEqual(before);
  });

  test('stays out where another section follows, the table is damaged, or there is none', () => {
    const another = pmtPacket({ descriptorBytes: 0, streams: VIDEO });
    another[5 + 21] = 0x02;
    const damaged = pmtPacket();
    damaged[12] = 0x55;
    for (const made of [another, damaged, patPacket(), packet({ pid: PMT_PID, payload: [] })]) {
      const before = made.slice();
      expect(addStream(made, 0, AAC, 0x101)).toBe(false);
      expect(made).toEqual(before);
    }
  });
});

describe('a PID that is free', () => {
  test('is none of a stream, of the clock or of the table', () => {
    const streams = [...VIDEO, [AAC, 0x101], [AAC, 0x104]] as const;
    const made = pmtPacket({ pid: 0x103, pcrPid: 0x102, streams });
    expect(freePid(made, 0, 0x100)).toBe(0x105);
    expect(freePid(made, 0, 0x30)).toBe(0x30);
  });

  test('is none where there is no table, nor behind the last one', () => {
    expect(freePid(patPacket(), 0, 0x101)).toBeUndefined();
    expect(freePid(pmtPacket(), 0, 0x1fff)).toBeUndefined();
  });
});
