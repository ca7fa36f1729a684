import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { StreamFollower } from '../../src/mpegts/stream-follower.ts';
import { TableReader } from '../../src/mpegts/tables.ts';
import {
  AUDIO_PID,
  cutAt,
  joined,
  packet,
  patPacket,
  picture,
  PMT_PID,
  pmtPacket,
  VIDEO_PID,
} from './made-packets.ts';

const TABLES = joined([patPacket(), pmtPacket()]);

describe('pictures are found', () => {
  test('with their times, and whether they are keyframes', () => {
    const packets = joined([
      TABLES,
      picture({ ptsTicks: 9_000, dtsTicks: 1_500, isKeyframe: true, pcrTicks: 0, morePackets: 2 }),
      picture({ ptsTicks: 2 ** 33 - 1 }),
    ]);
    expect(new StreamFollower().follow(packets)).toEqual([
      { offsetBytes: 2 * PACKET_BYTES, isKeyframe: true, ptsTicks: 9_000, dtsTicks: 1_500 },
      { offsetBytes: 5 * PACKET_BYTES, isKeyframe: false, ptsTicks: 2 ** 33 - 1, dtsTicks: 2 ** 33 - 1 },
    ]);
  });

  test('of the video alone', () => {
    const packets = joined([
      TABLES,
      picture({ pid: AUDIO_PID, streamId: 0xc0, ptsTicks: 1 }),
      picture({ pid: PMT_PID + 1, ptsTicks: 2 }),
      picture({ ptsTicks: 3 }),
    ]);
    expect(new StreamFollower().follow(packets).map((unit) => unit.ptsTicks)).toEqual([3]);
  });

  test('only once the tables have told where the video is', () => {
    const follower = new StreamFollower();
    expect(
      follower.follow(joined([picture({ ptsTicks: 1 }), patPacket(), picture({ ptsTicks: 2 })])),
    ).toEqual([]);
    expect(
      follower.follow(joined([pmtPacket(), picture({ ptsTicks: 3 })])).map((unit) => unit.offsetBytes),
    ).toEqual([PACKET_BYTES]);
  });

  test('only in packets that are whole', () => {
    const packets = joined([TABLES, picture({ ptsTicks: 3 })]);
    expect(new StreamFollower().follow(packets.subarray(0, -1))).toEqual([]);
  });

  test('in any cut of whole packets', () => {
    const pictures = Array.from({ length: 30 }, (_, index) =>
      picture({ ptsTicks: index * 3_750, isKeyframe: index % 7 === 0, morePackets: index % 4 }),
    );
    const stream = joined([TABLES, ...pictures]);
    const whole = new StreamFollower().follow(stream);
    expect(whole).toHaveLength(30);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length / PACKET_BYTES), { maxLength: 20 }), (places) => {
        const follower = new StreamFollower();
        let begin = 0;
        const found = cutAt(
          stream,
          places.map((place) => place * PACKET_BYTES),
        ).flatMap((piece) => {
          const units = follower
            .follow(piece)
            .map((unit) => ({ ...unit, offsetBytes: unit.offsetBytes + begin }));
          begin += piece.length;
          return units;
        });
        expect(found).toEqual([...whole]);
      }),
    );
  });
});

describe('tables', () => {
  test('are read', () => {
    const reader = new TableReader();
    const pmt = pmtPacket({ pcrPid: 0x1ff });
    reader.read(patPacket(), 0);
    expect(reader.tables).toBeUndefined();
    reader.read(pmt, 0);
    expect(reader.tables).toEqual({
      patPacket: patPacket(),
      pmtPacket: pmt,
      pmtPid: PMT_PID,
      pcrPid: 0x1ff,
      videoPid: VIDEO_PID,
    });
  });

  test('are found behind the end of another section', () => {
    const reader = new TableReader();
    reader.read(patPacket(), 0);
    reader.read(pmtPacket({ gapBytes: 9 }), 0);
    expect(reader.tables?.videoPid).toBe(VIDEO_PID);
  });

  test('are found with and without what else may be in them', () => {
    for (const hasNetwork of [false, true]) {
      for (const descriptorBytes of [0, 1, 30]) {
        const reader = new TableReader();
        reader.read(patPacket({ hasNetwork }), 0);
        reader.read(pmtPacket({ descriptorBytes }), 0);
        expect(reader.tables?.videoPid).toBe(VIDEO_PID);
      }
    }
  });

  test('may fill their packet to the last byte', () => {
    // 4 of the packet, 1 up to the section, 12 + 5 of the section's own, 4 at its end.
    const descriptorBytes = (PACKET_BYTES - 4 - 1 - 12 - 5 - 4) / 2;
    const filling = pmtPacket({ streams: [[0x1b, VIDEO_PID]], descriptorBytes });
    expect(filling).toHaveLength(PACKET_BYTES);
    const reader = new TableReader();
    reader.read(patPacket(), 0);
    reader.read(joined([filling, patPacket()]), 0);
    expect(reader.tables?.videoPid).toBe(VIDEO_PID);
  });

  test('end before their checksum, whatever that looks like', () => {
    const reader = new TableReader();
    const network = patPacket({ hasProgram: false });
    reader.read(network, 0);
    // The four bytes behind the network's entry, which is the only one.
    const pid = (((network[19] ?? 0) & 0x1f) << 8) | (network[20] ?? 0);
    reader.read(pmtPacket({ pid }), 0);
    expect(reader.tables).toBeUndefined();
    reader.read(patPacket(), 0);
    for (let pcrPid = 0; pcrPid < 1_000; pcrPid += 1) {
      reader.read(pmtPacket({ pcrPid, streams: [], descriptorBytes: 0 }), 0);
      expect(reader.tables).toBeUndefined();
    }
  });

  test('are kept as a copy, and the same one while they stay the same', () => {
    const follower = new StreamFollower();
    const packets = TABLES.slice();
    follower.follow(packets.subarray(0, PACKET_BYTES));
    expect(follower.tables).toBeUndefined();
    follower.follow(packets.subarray(PACKET_BYTES));
    packets.fill(0);
    const { tables } = follower;
    expect(tables).toEqual(TABLES);
    follower.follow(joined([patPacket({ counter: 1 }), pmtPacket({ counter: 1 })]));
    expect(follower.tables).toBe(tables);
  });

  test('are others where they change, and what was given before stays', () => {
    const follower = new StreamFollower();
    follower.follow(TABLES.slice());
    const before = follower.tables;
    const changed = pmtPacket({ version: 1, streams: [[0x24, 0x55]] });
    expect(follower.follow(joined([changed, picture({ pid: 0x55, ptsTicks: 8 })]))).toHaveLength(1);
    expect(follower.tables).toEqual(joined([patPacket(), changed]));
    expect(before).toEqual(TABLES);
  });

  test('of another program are not mixed with those of the one before', () => {
    const reader = new TableReader();
    reader.read(patPacket(), 0);
    reader.read(pmtPacket(), 0);
    reader.read(patPacket({ pmtPid: 0x44 }), 0);
    expect(reader.tables).toBeUndefined();
    reader.read(pmtPacket(), 0);
    expect(reader.tables).toBeUndefined();
    reader.read(pmtPacket({ pid: 0x44 }), 0);
    expect(reader.tables?.pmtPid).toBe(0x44);
  });

  test('that are damaged are ignored, whichever bit it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1), fc.integer({ min: 5, max: 40 }), fc.nat(7), (which, index, bit) => {
        const damaged = TABLES.slice();
        const place = which * PACKET_BYTES + index;
        const isLast = index >= 5 + (damaged[which * PACKET_BYTES + 7] ?? 0) + 3;
        damaged[place] = (damaged[place] ?? 0) ^ (1 << bit);
        const follower = new StreamFollower();
        follower.follow(damaged);
        // Behind the section is only padding.
        expect(follower.tables === undefined).toBe(!isLast);
      }),
    );
  });

  test('that do not fit in their packet are ignored', () => {
    const follower = new StreamFollower();
    const streams = Array.from({ length: 20 }, (_, index): [number, number] => [0x1b, index + 100]);
    const tooLong = pmtPacket({ streams });
    expect(tooLong.length).toBeGreaterThan(PACKET_BYTES);
    follower.follow(joined([patPacket(), tooLong, new Uint8Array(PACKET_BYTES)]));
    expect(follower.tables).toBeUndefined();
  });

  test('without video are ignored', () => {
    const follower = new StreamFollower();
    follower.follow(joined([patPacket(), pmtPacket({ streams: [[0x0f, 0x101]] })]));
    expect(follower.tables).toBeUndefined();
  });
});

test('whatever comes in, nothing is thrown', () => {
  const parts = fc.oneof(
    fc.uint8Array({ minLength: PACKET_BYTES, maxLength: PACKET_BYTES }),
    // What begins as it must, so that more of it is looked at.
    fc
      .tuple(fc.constantFrom(0, PMT_PID, VIDEO_PID), fc.array(fc.nat(255), { maxLength: 183 }))
      .map(([pid, payload]) => packet({ pid, startsUnit: true, payload: [0, ...payload] })),
    fc.constant(patPacket()),
    fc.constant(pmtPacket()),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), fc.nat(PACKET_BYTES), (all, missingBytes) => {
      const bytes = joined(all);
      const packets = bytes.subarray(0, Math.max(0, bytes.length - missingBytes));
      for (const unit of new StreamFollower().follow(packets)) {
        expect(unit.offsetBytes % PACKET_BYTES).toBe(0);
        expect(unit.ptsTicks).toBeLessThan(2 ** 33);
      }
    }),
    { numRuns: 2_000 },
  );
});
