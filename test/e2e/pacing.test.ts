import { describe, expect, test } from 'bun:test';
import { SMALL } from '../support/builder.ts';
import { bursts, constantRate, jittered, type Timing } from '../support/picture-writer.ts';
import { Stage } from '../support/stage.ts';
import { analyse, frameNumbers, type Analysis } from '../support/video.ts';

// What holds however often the machine holds up the source or the program: whether each frame comes on time to the
// millisecond is tested with a clock that the test turns (test/pacing), and measured by `make bench`.

const LIMIT_MS = 60_000;
const SECONDS = 5;

interface Received extends Analysis {
  /** The number of the last picture, and that of the last one that was written. */
  readonly last: number | undefined;
  readonly lastWritten: number;
  /** What Redis sent to all its clients. */
  readonly netBytes: number;
}

/**
 * Runs source and program for some seconds and reads the frame numbers out of the picture. The seconds begin once the
 * destination is open, which takes a busy machine long: what comes before is passed over. The program is done when it closes
 * the stream by itself: then it has sent on all that was waiting for it.
 */
async function received(
  settings: Readonly<Record<string, string>>,
  sourceFps: number,
  timing: Timing,
): Promise<Received> {
  await using stage = await Stage.open();
  const path = stage.file('video.ts');
  const builder = stage.builder({ DESTINATION: path, IDLE_TIMEOUT: '2', ...settings });
  await builder.line(/connected/);
  await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1, sourceFps);
  await stage.writer.writeAll(Math.round(sourceFps * SECONDS), timing);
  await builder.line(/closing the stream/, { withinMs: 30_000 });
  expect(await builder.stop()).toBe(0);
  const netBytes = await bytesSentBy(stage);
  const numbers = await frameNumbers(path, SMALL);
  const last = numbers.at(-1);
  // While the stream waits for its end the last frame is repeated.
  const shown = analyse(numbers.slice(0, numbers.indexOf(last) + 1));
  return { ...shown, last, lastWritten: stage.writer.number - 1, netBytes };
}

async function bytesSentBy(stage: Stage): Promise<number> {
  const info = await stage.redis.info('stats');
  return Number(/total_net_output_bytes:(\d+)/.exec(info)?.[1]);
}

/** Neither bound of the delay: however a loaded machine holds us up, every frame is to come. */
const EVERY_FRAME = { TRIM_AFTER: '0', MAX_DELAY: '0' };

/** The steps from frame to frame once the destination was open; frames that came before that are passed over. */
function settled(video: Analysis): readonly number[] {
  return video.steps.slice(24);
}

function meanOf(steps: readonly number[]): number {
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

/** The usual step from one new frame to the next. */
function usualStep(steps: readonly number[]): number | undefined {
  const forward = steps.filter((step) => step > 0).toSorted((one, other) => one - other);
  return forward[Math.floor(forward.length / 2)];
}

const FRAME_BYTES = SMALL.widthPx * SMALL.heightPx * 2;
const GOOD = { backwards: 0, unreadable: 0 };

describe('scale', () => {
  test.each([
    ['sends a constant source frame by frame', constantRate(24)],
    ['evens out jitter', jittered(24, 0.4)],
    ['spreads bursts over the ticks', bursts(24, 8)],
  ])(
    '%s',
    async (_, timing) => {
      const video = await received(EVERY_FRAME, 24, timing);
      expect(video).toMatchObject({ ...GOOD, last: video.lastWritten });
      expect(settled(video).filter((step) => step > 1)).toEqual([]);
      expect(usualStep(video.steps)).toBe(1);
      expect(video.unique).toBeGreaterThan(24 * SECONDS * 0.6);
    },
    LIMIT_MS,
  );

  test(
    'repeats frames of a source at half the rate, and loses none',
    async () => {
      const video = await received(EVERY_FRAME, 12, constantRate(12));
      expect(video).toMatchObject({ ...GOOD, last: video.lastWritten });
      const steps = settled(video);
      expect(steps.filter((step) => step > 1)).toEqual([]);
      const dup = steps.filter((step) => step === 0).length;
      expect(dup / steps.length).toBeGreaterThan(0.35);
      expect(dup / steps.length).toBeLessThan(0.65);
    },
    LIMIT_MS,
  );

  test(
    'thins out a source at twice the rate to the maximum delay',
    async () => {
      const video = await received({ MAX_DELAY: '0.5', TRIM_AFTER: '0' }, 48, constantRate(48));
      expect(video).toMatchObject(GOOD);
      // Half a second of backlog is there after a second; every other frame is passed over from then on, until the
      // source ends and leaves that backlog.
      const steps = video.steps.slice(48, -24);
      expect(meanOf(steps)).toBeGreaterThan(1.4);
      expect(meanOf(steps)).toBeLessThan(3);
    },
    LIMIT_MS,
  );
});

describe('skip', () => {
  test(
    'takes the newest frame at each tick, and only that one crosses from Redis',
    async () => {
      const video = await received({ FRAMERATE_SCALING: 'skip' }, 96, constantRate(96));
      expect(video).toMatchObject({ ...GOOD, last: video.lastWritten });
      expect(meanOf(video.steps)).toBeGreaterThan(2);
      expect(meanOf(video.steps)).toBeLessThan(7);
      // One frame a tick, and one or two for opening; never all of the source's four.
      expect(video.netBytes).toBeLessThan((video.frames + 12) * FRAME_BYTES * 1.1);
    },
    LIMIT_MS,
  );

  test(
    'repeats the frame when no newer one is there',
    async () => {
      const video = await received({ FRAMERATE_SCALING: 'skip' }, 12, constantRate(12));
      expect(video).toMatchObject({ ...GOOD, last: video.lastWritten });
      expect(usualStep(video.steps)).toBe(1);
      expect(video.dup / video.frames).toBeGreaterThan(0.35);
    },
    LIMIT_MS,
  );
});
