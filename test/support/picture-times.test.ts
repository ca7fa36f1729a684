import { expect, test } from 'bun:test';
import { PictureTimes } from './picture-times.ts';

const PACKET_BYTES = 188;
const VIDEO_PID = 256;

function packet(pid: number, isStart: boolean): Uint8Array {
  const bytes = new Uint8Array(PACKET_BYTES).fill(0x47);
  bytes[1] = (isStart ? 0x40 : 0) | (pid >> 8);
  bytes[2] = pid & 0xff;
  return bytes;
}

/** Tables, a picture of three packets with another stream's packet amid it, the beginning of the next picture. */
const STREAM = Buffer.concat([
  packet(0, true),
  packet(VIDEO_PID, true),
  packet(VIDEO_PID, false),
  packet(VIDEO_PID + 1, true),
  packet(VIDEO_PID, false),
  packet(0, true),
  packet(VIDEO_PID, true),
]);

test.each([1, 2, 3, 187, 188, 189, 376, 5000])(
  'in pieces of %d bytes each picture has the times of its packets',
  (pieceBytes) => {
    const pictures = new PictureTimes();
    for (let at = 0; at < STREAM.length; at += pieceBytes) {
      const piece = STREAM.subarray(at, at + pieceBytes);
      pictures.take(piece, at + piece.length);
    }
    const cameMs = (packets: number) =>
      Math.min(STREAM.length, Math.ceil((packets * PACKET_BYTES) / pieceBytes) * pieceBytes);
    expect(pictures.times).toEqual([
      { firstMs: cameMs(2), lastMs: cameMs(5) },
      { firstMs: cameMs(7), lastMs: cameMs(7) },
    ]);
  },
);

test('a stream that is joined amid a picture begins with the next one', () => {
  const pictures = new PictureTimes();
  pictures.take(packet(VIDEO_PID, false), 1);
  expect(pictures.times).toEqual([]);
  pictures.take(packet(VIDEO_PID, true), 2);
  expect(pictures.times).toEqual([{ firstMs: 2, lastMs: 2 }]);
});
