import { beforeAll, describe, expect, test } from 'bun:test';
import { readFrameNumber } from '../../src/test-picture/frame-code.ts';
import {
  TEST_PICTURE_PIXEL_FORMATS,
  type TestPicturePixelFormat,
  hasColour,
  isTestPicturePixelFormat,
  pixelLayout,
} from '../../src/test-picture/pixel-layout.ts';
import { createTestPicture } from '../../src/test-picture/test-picture.ts';
import { rawInput, rawOutput, readBytes, runFfmpeg, temporaryDirectory } from './ffmpeg.ts';

const WIDTH_PX = 322;
const HEIGHT_PX = 241;

function pictureOf(pixelFormat: TestPicturePixelFormat) {
  return createTestPicture({ pixelFormat, widthPx: WIDTH_PX, heightPx: HEIGHT_PX });
}

function numberFor(pixelFormat: TestPicturePixelFormat): number {
  return 0xa0_00_00 + TEST_PICTURE_PIXEL_FORMATS.indexOf(pixelFormat);
}

/** The size of a frame in bytes, from a `framecrc` report. */
function reportedSizeBytes(report: string): number {
  const packet = report.split('\n').find((line) => line !== '' && !line.startsWith('#'));
  return Number(packet?.split(',')[4]);
}

/** For each format, what ffmpeg makes of it; one run for all of them, because starting ffmpeg is what takes time. */
const sizesBytes = new Map<string, number>();
const asGray = new Map<string, Uint8Array>();
const asColour = new Map<string, Uint8Array>();

async function measureSizes(): Promise<void> {
  await using directory = await temporaryDirectory();
  const source = ['-f', 'lavfi', '-i', `nullsrc=s=${WIDTH_PX}x${HEIGHT_PX}`];
  const outputs = TEST_PICTURE_PIXEL_FORMATS.flatMap((name) => {
    const oneFrame = ['-map', '0:v', '-frames:v', '1', '-pix_fmt', name, '-c:v', 'rawvideo'];
    return [...oneFrame, '-f', 'framecrc', directory.path(name)];
  });
  await runFfmpeg([...source, ...outputs]);
  for (const name of TEST_PICTURE_PIXEL_FORMATS) {
    sizesBytes.set(name, reportedSizeBytes(await Bun.file(directory.path(name)).text()));
  }
}

async function convertPictures(): Promise<void> {
  await using directory = await temporaryDirectory();
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const [index, name] of TEST_PICTURE_PIXEL_FORMATS.entries()) {
    await Bun.write(directory.path(name), pictureOf(name).draw(numberFor(name)));
    inputs.push(...rawInput(name, WIDTH_PX, HEIGHT_PX, directory.path(name)));
    outputs.push('-map', `${index}:v`, ...rawOutput('gray', directory.path(`${name}.gray`)));
    outputs.push('-map', `${index}:v`, ...rawOutput('rgba', directory.path(`${name}.rgba`)));
  }
  await runFfmpeg([...inputs, ...outputs]);
  for (const name of TEST_PICTURE_PIXEL_FORMATS) {
    asGray.set(name, await readBytes(directory.path(`${name}.gray`)));
    asColour.set(name, await readBytes(directory.path(`${name}.rgba`)));
  }
}

beforeAll(async () => {
  await measureSizes();
  await convertPictures();
}, 30_000);

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((largest, level, index) => Math.max(largest, Math.abs(level - (other[index] ?? 0))), 0);
}

describe.each([...TEST_PICTURE_PIXEL_FORMATS])('%s', (pixelFormat) => {
  test('has the size that ffmpeg counts', () => {
    expect(pictureOf(pixelFormat).sizeBytes).toBe(sizesBytes.get(pixelFormat) ?? -1);
  });

  test('carries the frame number through ffmpeg', () => {
    const luma = asGray.get(pixelFormat) ?? new Uint8Array();
    expect(readFrameNumber(luma, WIDTH_PX, HEIGHT_PX)).toBe(numberFor(pixelFormat));
  });

  test('shows the same picture as the plainest format of its kind', () => {
    const plainest = hasColour(pixelLayout(pixelFormat)) ? 'rgba' : 'gray';
    const shown = (plainest === 'gray' ? asGray : asColour).get(pixelFormat) ?? new Uint8Array();
    const expected = pictureOf(plainest).draw(numberFor(pixelFormat));
    expect(shown.length).toBe(expected.length);
    expect(largestDifference(shown, expected)).toBeLessThanOrEqual(3);
  });
});

test('knows its formats by name, letter for letter', () => {
  expect(isTestPicturePixelFormat('gray16be')).toBe(true);
  for (const name of ['', 'GRAY', 'gray16', 'toString', 'yuv420p'])
    expect(isTestPicturePixelFormat(name)).toBe(false);
});
