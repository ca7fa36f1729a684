import { beforeAll, describe, expect, test } from 'bun:test';
import { encodedSize } from '../../src/base/frame-format.ts';
import { output } from '../support/video.ts';
import { rawInput, rawOutput, readBytes, runFfmpeg, temporaryDirectory } from '../test-picture/ffmpeg.ts';
import { GRAY_FORMATS } from './gray-formats.ts';
import { LevelsStage, lumaOf } from './levels-stage.ts';
import { seeded } from './scene.ts';

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Each has room for every sample of 16 bits. */
const SIZES: readonly Size[] = [
  { widthPx: 256, heightPx: 256 },
  { widthPx: 257, heightPx: 257 },
  { widthPx: 322, heightPx: 205 },
];
const MOST_LUMA_OFF = 2;
const MOST_CHROMA_OFF = 2;
const NOTHING = new Uint8Array();

/** What this ffmpeg takes as raw frames. */
const formats: string[] = [];

beforeAll(async () => {
  const list = new TextDecoder().decode(await output('ffmpeg', '-v', 'error', '-pix_fmts'));
  const known = new Set(Array.from(list.matchAll(/^I\S+ (\w+)/gm), ([, name]) => name));
  formats.push(...GRAY_FORMATS.filter((name) => known.has(name)));
});

test('ffmpeg reads all gray formats', () => {
  expect(formats).toEqual([...GRAY_FORMATS]);
});

describe('the picture is within 2 levels of what ffmpeg makes of the frame', () => {
  test.each(SIZES)(
    'at %p',
    async (size) => {
      const found = await compared(size);
      for (const { name, luma, chroma } of found) {
        expect([name, luma <= MOST_LUMA_OFF, chroma <= MOST_CHROMA_OFF]).toEqual([name, true, true]);
      }
      expect(found.length).toBe(2 * formats.length);
    },
    60_000,
  );
});

/** Every sample of the format, over and over, and samples without any order. */
function framesOf(stage: LevelsStage): Uint8Array[] {
  const { widthPx, heightPx, gray } = stage;
  const random = seeded(1);
  const ramp = stage.frame((x, y) => (y * widthPx + x) % 2 ** gray.bits);
  const noise = stage.frame(() => Math.floor(random() * 2 ** gray.bits));
  expect(widthPx * heightPx).toBeGreaterThanOrEqual(2 ** gray.bits);
  return [ramp, noise];
}

/** How far the pictures are from those of ffmpeg at the most, for each format and frame; one run for all, since starting takes time. */
async function compared(size: Size) {
  await using directory = await temporaryDirectory();
  const pictures = new Map<string, Uint8Array>();
  for (const pixelFormat of formats) {
    using stage = new LevelsStage({ pixelFormat, ...size });
    for (const [index, frame] of framesOf(stage).entries()) {
      const name = `${pixelFormat}-${index}`;
      pictures.set(name, stage.picture(frame));
      await Bun.write(directory.path(name), frame);
    }
  }
  const names = [...pictures.keys()];
  const inputs = names.flatMap((name) =>
    rawInput(name.replace(/-.*/, ''), size.widthPx, size.heightPx, directory.path(name)),
  );
  const outputs = names.flatMap((name, index) => [
    '-map',
    `${index}:v`,
    '-vf',
    formerChain(size),
    ...rawOutput('yuv420p', directory.path(`${name}.yuv`)),
  ]);
  await runFfmpeg([...inputs, ...outputs]);
  const wanted = names.map((name) => readBytes(directory.path(`${name}.yuv`)));
  const converted = await Promise.all(wanted);
  return names.map((name, index) => ({
    name,
    ...difference(pictures.get(name) ?? NOTHING, converted[index] ?? NOTHING, size),
  }));
}

/** What ffmpeg converted gray frames with, before they were mapped here. */
function formerChain(size: Size): string {
  const { widthPx, heightPx } = encodedSize(size);
  const isOdd = widthPx !== size.widthPx || heightPx !== size.heightPx;
  const convert = 'scale=out_range=tv,format=yuv420p';
  return isOdd ? `pad=${widthPx}:${heightPx}:0:0,${convert}` : convert;
}

/** In the column and line that make an odd size even, ffmpeg had a dark gray where black is now: they are left out. */
function difference(picture: Uint8Array, wanted: Uint8Array, size: Size) {
  expect(picture.length).toBe(wanted.length);
  const chromaBytes = picture.length / 3;
  return {
    luma: largestDifference(lumaOf(picture, size), lumaOf(wanted, size)),
    chroma: largestDifference(picture.subarray(-chromaBytes), wanted.subarray(-chromaBytes)),
  };
}

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((largest, level, index) => Math.max(largest, Math.abs(level - (other[index] ?? 0))), 0);
}
