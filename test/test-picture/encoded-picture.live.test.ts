import { describe, expect, test } from 'bun:test';
import { FRAME_NUMBER_COUNT, readFrameNumber } from '../../src/test-picture/frame-code.ts';
import type { TestPicturePixelFormat } from '../../src/test-picture/pixel-layout.ts';
import { type TestPictureFormat, createTestPicture } from '../../src/test-picture/test-picture.ts';
import { rawInput, rawOutput, readBytes, runFfmpeg, temporaryDirectory } from './ffmpeg.ts';

/** Jumps, neighbours, both ends, and numbers that turn every block over from one frame to the next. */
const NUMBERS = [
  0,
  1,
  2,
  3,
  1234,
  0x55_55_55,
  0xaa_aa_aa,
  0x55_55_55,
  8_388_607,
  8_388_608,
  FRAME_NUMBER_COUNT - 1,
];

interface Received {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly decodedFormat: 'gray' | 'yuv420p';
}

/** Sends the pictures of `NUMBERS` through the roughest encoding in use and reads the numbers back. */
async function numbersReceived(
  format: TestPictureFormat,
  received: Received,
): Promise<(number | undefined)[]> {
  await using directory = await temporaryDirectory();
  const raw = directory.path('pictures.raw');
  const stream = directory.path('stream.ts');
  const decoded = directory.path('decoded.raw');
  const picture = createTestPicture(format);
  await Bun.write(raw, Buffer.concat(NUMBERS.map((frameNumber) => picture.draw(frameNumber))));
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '30'];
  const outputFormat = ['-pix_fmt', 'yuv420p', '-f', 'mpegts'];
  await runFfmpeg([
    ...rawInput(format.pixelFormat, format.widthPx, format.heightPx, raw),
    ...encoder,
    ...outputFormat,
    stream,
  ]);
  const scaling = ['-vf', `scale=${received.widthPx}:${received.heightPx}`];
  await runFfmpeg(['-i', stream, ...scaling, ...rawOutput(received.decodedFormat, decoded)]);
  return readNumbers(await readBytes(decoded), received);
}

function readNumbers(
  decoded: Uint8Array,
  { widthPx, heightPx, decodedFormat }: Received,
): (number | undefined)[] {
  const frameBytes = widthPx * heightPx * (decodedFormat === 'gray' ? 1 : 1.5);
  return Array.from({ length: decoded.length / frameBytes }, (_, index) =>
    readFrameNumber(decoded.subarray(index * frameBytes, (index + 1) * frameBytes), widthPx, heightPx),
  );
}

describe('the frame number survives x264 ultrafast at CRF 30 in yuv420p over MPEG-TS', () => {
  const cases: readonly [TestPicturePixelFormat, number, number, Received['decodedFormat']][] = [
    ['gray16be', 64, 48, 'gray'],
    ['rgb24', 64, 48, 'yuv420p'],
    ['gray12le', 98, 76, 'gray'],
    ['gray16be', 320, 240, 'yuv420p'],
    ['bgra', 640, 480, 'gray'],
    ['gray16be', 1280, 720, 'yuv420p'],
  ];

  test.each(cases)('%s %dx%d, decoded as %s', async (pixelFormat, widthPx, heightPx, decodedFormat) => {
    const format = { pixelFormat, widthPx, heightPx };
    expect(await numbersReceived(format, { widthPx, heightPx, decodedFormat })).toEqual(NUMBERS);
  });

  test('scaled down on the way', async () => {
    const format = { pixelFormat: 'gray', widthPx: 640, heightPx: 480 } as const;
    expect(await numbersReceived(format, { widthPx: 320, heightPx: 240, decodedFormat: 'gray' })).toEqual(
      NUMBERS,
    );
  });
});
