import { beforeAll, describe, expect, test } from 'bun:test';
import { drawMarks } from '../../../src/levels/marks/draw-marks.ts';
import { type MarkArea, markArea } from '../../../src/levels/marks/mark-area.ts';
import { type MarkPlane, markPlane } from '../../../src/levels/marks/mark-plane.ts';
import { output } from '../../support/video.ts';
import { rawInput, rawOutput, readBytes, runFfmpeg, temporaryDirectory } from '../../test-picture/ffmpeg.ts';
import { expectedPixel } from './expected-marks.ts';

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

const LINES = ['age 43 ms', 'NO NEW FRAME'];

/** The pixel formats in which marks can be drawn, of those that this ffmpeg reads and writes. */
const planes = new Map<string, MarkPlane>();

beforeAll(async () => {
  const list = new TextDecoder().decode(await output('ffmpeg', '-v', 'error', '-pix_fmts'));
  for (const [, name = ''] of list.matchAll(/^IO\S+ (\w+)/gm)) {
    const plane = markPlane(name);
    if (plane) planes.set(name, plane);
  }
});

test('ffmpeg knows the formats', () => {
  const names = [...planes.keys()];
  expect(names.length).toBeGreaterThan(90);
  for (const name of ['yuv420p', 'nv12', 'yuv422p10le', 'p010be', 'yuyv422', 'uyvy422', 'rgb24', 'rgba64be'])
    expect(names).toContain(name);
});

describe('in every format marks are white with a black border, and the rest of the picture is what it was', () => {
  test.each<Size>([
    { widthPx: 102, heightPx: 44 },
    { widthPx: 97, heightPx: 43 },
  ])(
    'at %p',
    async (size) => {
      const faults = Object.entries(await shown(size)).map(([name, luma]) => [name, firstFault(luma, size)]);
      expect(faults).toEqual([...planes.keys()].map((name) => [name, undefined]));
    },
    60_000,
  );
});

/** What ffmpeg shows of a gray picture in each format, first without marks, then with them, in full range. */
async function shown(size: Size): Promise<Readonly<Record<string, Uint8Array>>> {
  await using directory = await temporaryDirectory();
  const { widthPx, heightPx } = size;
  // One run for all formats: starting ffmpeg is what takes time.
  const source = ['-f', 'lavfi', '-i', `color=c=0x808080:s=${widthPx}x${heightPx},format=rgb24`];
  const one = ['-map', '0:v', '-frames:v', '1'];
  const names = [...planes.keys()];
  await runFfmpeg([
    ...source,
    ...names.flatMap((name) => [...one, ...rawOutput(name, directory.path(name))]),
  ]);
  for (const [name, plane] of planes) {
    const plain = await readBytes(directory.path(name));
    await Bun.write(directory.path(name), Buffer.concat([plain, marked(plain, name, plane, size)]));
  }
  await runFfmpeg([
    ...names.flatMap((name) => rawInput(name, widthPx, heightPx, directory.path(name))),
    ...names.flatMap((name, index) => [
      '-map',
      `${index}:v`,
      ...rawOutput('gray', directory.path(`${name}.gray`)),
    ]),
  ]);
  const lumas = names.map(async (name) => [name, await readBytes(directory.path(`${name}.gray`))] as const);
  return Object.fromEntries(await Promise.all(lumas));
}

function marked(plain: Uint8Array, name: string, plane: MarkPlane, size: Size): Uint8Array {
  const picture = plain.slice();
  const area = areaOf(size);
  // Where two pixels share their chroma, a row has whole pairs of them.
  const isPaired = /^[yuv]{4}422$/.test(name);
  const rowBytes = (size.widthPx + (isPaired ? size.widthPx % 2 : 0)) * plane.pixelBytes;
  const from = area.firstRow * rowBytes;
  drawMarks(picture.subarray(from, from + area.rowCount * rowBytes), rowBytes, plane, area);
  return picture;
}

function areaOf(size: Size): MarkArea {
  const area = markArea({ ...size, lines: LINES });
  if (!area) throw new Error('there is nothing to draw');
  return area;
}

/** ffmpeg makes 248 of the white of five bits. */
const LEAST_WHITE = 248;
const MOST_BLACK = 3;

/** The first pixel that is not what it has to be, in words. */
function firstFault(lumas: Uint8Array, size: Size): string | undefined {
  const area = areaOf(size);
  const count = size.widthPx * size.heightPx;
  if (lumas.length !== 2 * count) return `${lumas.length} pixels`;
  for (let index = 0; index < count; index += 1) {
    const [plain = -1, luma = -1] = [lumas[index], lumas[count + index]];
    const [xPx, row] = [index % size.widthPx, Math.floor(index / size.widthPx)];
    const wanted = expectedPixel(area, xPx, row - area.firstRow);
    const isRight = {
      ink: luma >= LEAST_WHITE,
      border: luma <= MOST_BLACK,
      picture: luma === plain && isMidGray(plain),
    };
    if (!isRight[wanted]) return `${wanted} at ${xPx}, ${row} is ${luma} where ${plain} was`;
  }
  return undefined;
}

function isMidGray(luma: number): boolean {
  return luma > 120 && luma < 136;
}
