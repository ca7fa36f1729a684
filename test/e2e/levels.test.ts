import { expect, test } from 'bun:test';
import { SMALL } from '../support/builder.ts';
import { PictureWriter } from '../support/picture-writer.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { analyse } from '../support/video.ts';
import { colourOf, decodedPictures, isMarked, rampLuma, type DecodedPicture } from './decoded-pictures.ts';
import { ReloadStage } from './reload-stage.ts';

// What a decoder sees of the levels and marks.

const LIMIT_MS = 60_000;
const FRAME_RATE = 24;
/** The encoder's errors, and that of a bar which is over the ramp. */
const NEAR = 12;

test.concurrent(
  'frames of 12 bits in 16 are as good as any with auto; with full they are nearly black, which is said',
  async () => {
    await using stage = await Stage.open();
    const writer = new PictureWriter(stage.redis, { picture: { ...SMALL, pixelFormat: 'gray12be' } });
    const auto = stage.builder({ DESTINATION: stage.file('auto.ts'), LEVELS: 'auto' });
    const full = stage.builder({ DESTINATION: stage.file('full.ts') });
    for (const builder of [auto, full]) await builder.line(/connected/);
    const narrow =
      /between 0 and 4095 of 65535, the video is nearly black: set COSMOS_VIDEO_LEVELS=auto, or COSMOS_VIDEO_FORMAT=gray12be$/;
    // Which of the two streams first is open.
    let autoFrom = Infinity;
    const isOver = async () => {
      if (auto.count(/streaming to/) > 0) autoFrom = Math.min(autoFrom, writer.number);
      return full.count(narrow) === 1 && writer.number >= autoFrom + 10 * FRAME_RATE;
    };
    await writer.writeUntil(isOver, FRAME_RATE, 40_000);
    for (const builder of [auto, full]) expect(await builder.stop()).toBe(0);

    expect(auto.count(/of the samples/)).toBe(0);
    const pictures = await decodedPictures(stage.file('auto.ts'));
    expect(analyse(pictures.map(({ number }) => number))).toMatchObject({ backwards: 0, unreadable: 0 });
    expect(pictures.length).toBeGreaterThan(8 * FRAME_RATE);
    for (const picture of pictures) {
      for (const part of [0.02, 0.5, 0.98]) expectNear(rampLuma(picture, part), 16 + part * 219);
      expect(colourOf(picture)).toBe(0);
    }
    for (const picture of await decodedPictures(stage.file('full.ts'))) {
      expect(rampLuma(picture, 0)).toBeGreaterThan(12);
      expect(rampLuma(picture, 1)).toBeLessThan(36);
    }
  },
  LIMIT_MS,
);

function expectNear(luma: number, expected: number): void {
  expect(Math.abs(luma - expected)).toBeLessThan(NEAR);
}

const PLAIN = { isColoured: false, isInverted: false, isMarked: false };
/** Settings, what they make of a picture, and of the ramp in it: the luma of a level of a half. */
const CHANGES = [
  [{}, PLAIN, 126],
  [{ LEVELS: '0..50%' }, PLAIN, 235],
  [{ GAMMA: '3' }, PLAIN, 190],
  [{ PALETTE: 'iron' }, { ...PLAIN, isColoured: true }, 91],
  [{ PALETTE: 'inverted' }, { ...PLAIN, isInverted: true }, 126],
  [{ PALETTE: 'inverted', OVERLAY: 'time' }, { ...PLAIN, isInverted: true, isMarked: true }, 126],
] as const;
const FRAMES_A_CHANGE = 20;

test.concurrent(
  'a reload changes the picture and nothing else: the same ffmpeg and connection, and no picture is lost',
  async () => {
    await using run = await ReloadStage.open({ TRIM_AFTER: '0', MAX_DELAY: '0', IDLE_TIMEOUT: '15' });
    const { builder, stage } = run;
    const { writer } = stage;
    await run.streams();
    const before = await run.running();
    const first = writer.number;
    let isDone = false;
    const writing = writer.writeUntil(async () => isDone, FRAME_RATE, 40_000);
    for (const [settings] of CHANGES) {
      if (settings !== CHANGES[0][0])
        await run.reload(settings, /\(levels changed\): .* an open video goes on/);
      const end = writer.number + FRAMES_A_CHANGE;
      await until(async () => writer.number >= end, 'frames');
    }
    isDone = true;
    await writing;
    expect(await run.running()).toEqual(before);
    expect(await builder.stop()).toBe(0);

    const pictures = await decodedPictures(stage.file('video.ts'));
    const numbers = pictures.map(({ number }) => number);
    expect(analyse(numbers)).toMatchObject({ backwards: 0, unreadable: 0 });
    expect(analyse(numbers.slice(numbers.indexOf(first))).lost).toBe(0);
    const seen = pictures.map(changeOf);
    expect(seen.filter((change, index) => change !== seen[index - 1])).toEqual([...CHANGES.keys()]);
  },
  LIMIT_MS,
);

/** The change whose settings the picture has been made with; -1 for none of them. */
function changeOf(picture: DecodedPicture): number {
  const { isInverted } = picture;
  const look = { isColoured: colourOf(picture) > 40, isInverted, isMarked: isMarked(picture) };
  const middle = rampLuma(picture, 0.5);
  return CHANGES.findIndex(
    ([, wanted, luma]) => Bun.deepEquals(look, wanted) && Math.abs(middle - luma) < NEAR,
  );
}

const MARKED_AFTER_PICTURES = 2 * FRAME_RATE;
/** A machine that is held up sends some pictures later than it should. */
const SLACK_PICTURES = FRAME_RATE / 2;

test.concurrent.each([
  ['gray pictures say so from 2 s on', SMALL, {}],
  ['pictures in colours say so, too', { ...SMALL, pixelFormat: 'rgb24' }, {}],
  ['pictures without marks do not say so', SMALL, { OVERLAY: 'none' }],
] as const)(
  'once no new frame comes, %s',
  async (_, picture, settings) => {
    await using stage = await Stage.open();
    const path = stage.file('video.ts');
    const FORMAT = picture.pixelFormat;
    const builder = stage.builder({ DESTINATION: path, IDLE_TIMEOUT: '4', FORMAT, ...settings });
    await builder.line(/connected/);
    const writer = new PictureWriter(stage.redis, { picture });
    await writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    await builder.line(/closing the stream/);
    expect(await builder.stop()).toBe(0);

    const pictures = await decodedPictures(path);
    const still = pictures.slice(pictures.findIndex(({ number }) => number === pictures.at(-1)?.number));
    expect(still[0]?.number).toBe(writer.number - 1);
    expect(still.length).toBeGreaterThan(MARKED_AFTER_PICTURES + SLACK_PICTURES);
    const areMarked = pictures.map(isMarked);
    const unmarked = areMarked.slice(-still.length).filter((marked) => !marked).length;
    expect(areMarked.slice(pictures.length - still.length + unmarked)).not.toContain(false);
    // A source that the machine holds up for long is said to bring nothing new before, too; a new picture never is.
    const isNew = (index: number) => pictures[index]?.number !== pictures[index - 1]?.number;
    expect(areMarked.flatMap((marked, index) => (marked && isNew(index) ? [index] : []))).toEqual([]);
    if ('OVERLAY' in settings) expect(areMarked).not.toContain(true);
    else expect(Math.abs(unmarked - MARKED_AFTER_PICTURES)).toBeLessThan(SLACK_PICTURES);
  },
  LIMIT_MS,
);
