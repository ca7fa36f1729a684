import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import {
  continuityCounter,
  hasPayload,
  isDiscontinuity,
  isRandomAccess,
  PACKET_BYTES,
  payloadOffset,
  pcrOffset,
  pidOf,
  setContinuityCounter,
  setDiscontinuity,
  startsUnit,
} from '../../src/mpegts/packet.ts';
import { dtsOffset, ptsOffset } from '../../src/mpegts/pes.ts';
import {
  readPcr,
  readTimestamp,
  ticksBetween,
  wrapped,
  writePcr,
  writeTimestamp,
} from '../../src/mpegts/ticks.ts';
import { clockOnly, joined, packet, pcrBytes, picture, timestampBytes } from './made-packets.ts';

const TIMES = fc.bigInt({ min: 0n, max: 2n ** 33n - 1n });
const AT = PACKET_BYTES;

/** Behind another one, so that places in it are not places in the bytes. */
function behindAnother(bytes: Uint8Array): Uint8Array {
  return joined([packet({ pid: 0x1fff, payload: [] }), bytes]);
}

describe('of a packet is read', () => {
  test('its PID, its counter, and whether something begins in it', () => {
    const packets = behindAnother(packet({ pid: 0x1abc, startsUnit: true, counter: 13, payload: [] }));
    expect(pidOf(packets, AT)).toBe(0x1abc);
    expect(continuityCounter(packets, AT)).toBe(13);
    expect(startsUnit(packets, AT)).toBe(true);
    expect(startsUnit(packets, 0)).toBe(false);
  });

  test('where its payload begins', () => {
    const plain = packet({ pid: 1, payload: [] });
    expect(payloadOffset(behindAnother(plain), AT)).toBe(AT + 4);
    const withField = packet({ pid: 1, adaptation: [0, 0, 0], payload: [] });
    expect(payloadOffset(behindAnother(withField), AT)).toBe(AT + 8);
    const emptyField = packet({ pid: 1, adaptation: [], payload: [] });
    expect(payloadOffset(behindAnother(emptyField), AT)).toBe(AT + 5);
  });

  test('and its end at the latest, whatever the length says', () => {
    const broken = packet({ pid: 1, adaptation: [0], payload: [] });
    broken[4] = 255;
    expect(payloadOffset(behindAnother(broken), AT)).toBe(AT + PACKET_BYTES);
  });

  test('whether it has a payload', () => {
    expect(hasPayload(behindAnother(clockOnly(1)), AT)).toBe(false);
    expect(hasPayload(behindAnother(packet({ pid: 1, payload: [] })), AT)).toBe(true);
  });

  test('its flags, where it has any', () => {
    const keyframe = behindAnother(picture({ ptsTicks: 0, isKeyframe: true }));
    expect(isRandomAccess(keyframe, AT)).toBe(true);
    expect(isDiscontinuity(keyframe, AT)).toBe(false);
    expect(isRandomAccess(behindAnother(picture({ ptsTicks: 0 })), AT)).toBe(false);
    // What follows a field without flags is payload, whatever bits are set in it.
    const emptyField = behindAnother(packet({ pid: 1, adaptation: [], payload: [0xff] }));
    expect(isRandomAccess(emptyField, AT)).toBe(false);
    expect(isDiscontinuity(emptyField, AT)).toBe(false);
  });

  test('no flags and no clock where there is no adaptation field', () => {
    const looksLikeOne = behindAnother(packet({ pid: 1, payload: [7, 0xff] }));
    expect(isRandomAccess(looksLikeOne, AT)).toBe(false);
    expect(pcrOffset(looksLikeOne, AT)).toBe(-1);
    setDiscontinuity(looksLikeOne, AT);
    expect(looksLikeOne).toEqual(behindAnother(packet({ pid: 1, payload: [7, 0xff] })));
  });

  test('where its clock is, if there is room for one', () => {
    expect(pcrOffset(behindAnother(picture({ ptsTicks: 0, pcrTicks: 5 })), AT)).toBe(AT + 6);
    expect(pcrOffset(behindAnother(picture({ ptsTicks: 0, isKeyframe: true })), AT)).toBe(-1);
    const noRoom = packet({ pid: 1, adaptation: [0x10, 0, 0, 0, 0, 0], payload: [] });
    expect(pcrOffset(behindAnother(noRoom), AT)).toBe(-1);
    const stuffing = packet({ pid: 1, adaptation: [0x40, 0, 0, 0, 0, 0, 0], payload: [] });
    expect(pcrOffset(behindAnother(stuffing), AT)).toBe(-1);
  });
});

describe('into a packet is written', () => {
  test('the counter, and nothing else', () => {
    const packets = behindAnother(clockOnly(7));
    const before = packets.slice();
    setContinuityCounter(packets, AT, 0x1a);
    before[AT + 3] = 0x2a;
    expect(packets).toEqual(before);
  });

  test('that time jumps, and nothing else', () => {
    const packets = behindAnother(picture({ ptsTicks: 0, isKeyframe: true, pcrTicks: 9 }));
    const before = packets.slice();
    setDiscontinuity(packets, AT);
    before[AT + 5] = 0xd0;
    expect(packets).toEqual(before);
    expect(isDiscontinuity(packets, AT)).toBe(true);
  });

  test('that time jumps, where there is just room for it', () => {
    const packets = picture({ ptsTicks: 0, isKeyframe: true });
    setDiscontinuity(packets, 0);
    expect([packets[4], packets[5]]).toEqual([1, 0xc0]);
  });

  test('nothing where there is no room for saying so', () => {
    for (const made of [packet({ pid: 1, payload: [] }), packet({ pid: 1, adaptation: [], payload: [0] })]) {
      const packets = behindAnother(made);
      const before = packets.slice();
      setDiscontinuity(packets, AT);
      expect(packets).toEqual(before);
    }
  });
});

describe('times', () => {
  test('are read and written by the letter of the standard', () => {
    fc.assert(
      fc.property(TIMES, TIMES, fc.nat(511), (ticks, other, extension) => {
        const stamp = Uint8Array.from([0xff, ...timestampBytes('0011', ticks), 0xff]);
        expect(readTimestamp(stamp, 1)).toBe(Number(ticks));
        writeTimestamp(stamp, 1, Number(other));
        expect([...stamp]).toEqual([0xff, ...timestampBytes('0011', other), 0xff]);
        const clock = Uint8Array.from([0xff, ...pcrBytes(ticks, extension), 0xff]);
        expect(readPcr(clock, 1)).toBe(Number(ticks));
        writePcr(clock, 1, Number(other));
        expect([...clock]).toEqual([0xff, ...pcrBytes(other, extension), 0xff]);
      }),
    );
  });

  test('wrap after 33 bits', () => {
    expect([
      wrapped(-1),
      wrapped(0),
      wrapped(2 ** 33),
      wrapped(-(2 ** 33)),
      wrapped(3 * 2 ** 33 + 5),
    ]).toEqual([2 ** 33 - 1, 0, 0, 0, 5]);
  });

  test('are apart the short way round', () => {
    const far = 2 ** 32 - 1;
    fc.assert(
      fc.property(TIMES, fc.integer({ min: -far, max: far }), (from, steps) => {
        expect(ticksBetween(Number(from), wrapped(Number(from) + steps))).toBe(steps);
      }),
    );
  });
});

describe('the times of a picture', () => {
  test('are found behind any adaptation field', () => {
    const plain = behindAnother(picture({ ptsTicks: 5 }));
    expect([ptsOffset(plain, AT), dtsOffset(plain, AT + 13)]).toEqual([AT + 13, -1]);
    const both = behindAnother(picture({ ptsTicks: 5, dtsTicks: 4, isKeyframe: true, pcrTicks: 3 }));
    expect([ptsOffset(both, AT), dtsOffset(both, AT + 21)]).toEqual([AT + 21, AT + 26]);
  });

  test.each<[string, (bytes: Uint8Array) => void]>([
    ['no unit begins', (bytes) => bytes.fill(0x01, 1, 2)],
    ['there is no payload', (bytes) => bytes.fill(0x20, 3, 4)],
    ['the start code is another', (bytes) => bytes.fill(2, 6, 7)],
    ['the first byte of the start code is another', (bytes) => bytes.fill(1, 4, 5)],
    ['the second byte of the start code is another', (bytes) => bytes.fill(1, 5, 6)],
    ['the kind of stream has no times', (bytes) => bytes.fill(0xbe, 7, 8)],
    ['the header is that of MPEG-1', (bytes) => bytes.fill(0x40, 10, 11)],
    ['it says that there are none', (bytes) => bytes.fill(0x00, 11, 12)],
    ['the header is too short for them', (bytes) => bytes.fill(9, 12, 13)],
  ])('are not read where %s', (_, damage) => {
    const bytes = picture({ ptsTicks: 5, dtsTicks: 4 });
    expect(ptsOffset(bytes, 0)).toBe(13);
    damage(bytes);
    expect(ptsOffset(bytes, 0)).toBe(-1);
  });

  test('are not read where the header goes on in the next packet', () => {
    const [header] = [picture({ ptsTicks: 5, dtsTicks: 4 }).slice(4, 23)];
    for (const [roomBytes, expected] of [
      [19, AT + 178],
      [18, -1],
    ] as const) {
      const field = Array.from({ length: PACKET_BYTES - 5 - roomBytes }, () => 0);
      const made = packet({
        pid: 1,
        startsUnit: true,
        adaptation: field,
        payload: [...header].slice(0, roomBytes),
      });
      expect(ptsOffset(joined([behindAnother(made), picture({ ptsTicks: 1 })]), AT)).toBe(expected);
    }
  });
});
