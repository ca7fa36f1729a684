import { describe, expect, test } from 'bun:test';
import { READERS, SMALL } from '../support/builder.ts';
import { bursts, constantRate, jittered, type Timing } from '../support/picture-writer.ts';
import { Stage } from '../support/stage.ts';
import { analyse, frameNumbers, type Analysis } from '../support/video.ts';

const LIMIT_MS = 60_000;
/** Frames of the source in each run; the last ones may still be on their way when the program is stopped. */
const SECONDS = 6;

/** Runs source, program and SRT receiver for some seconds and reads the frame numbers out of the received picture. */
async function received(
  settings: Readonly<Record<string, string>>,
  sourceFps: number,
  timing: Timing,
): Promise<Analysis & { netBytes: number }> {
  await using stage = await Stage.open();
  const receiver = await stage.receiver();
  const builder = stage.builder({ DESTINATION: receiver.address, ...settings });
  await builder.line(/connected/);
  await stage.writer.writeAll(Math.round(sourceFps * SECONDS), timing);
  expect(await builder.stop()).toBe(0);
  const netBytes = await bytesSentBy(stage);
  await receiver.stop();
  return { ...analyse(await frameNumbers(receiver.path, SMALL)), netBytes };
}

async function bytesSentBy(stage: Stage): Promise<number> {
  const info = await stage.redis.info('stats');
  return Number(/total_net_output_bytes:(\d+)/.exec(info)?.[1]);
}

/** Neither bound of the delay: however a loaded machine holds us up, every frame is to come. */
const EVERY_FRAME = { TRIM_AFTER: '0', MAX_DELAY: '0' };

/** The steps from frame to frame once the destination was open; frames that came before that are passed over. */
function settled(video: Analysis): readonly number[] {
  return video.steps.slice(12);
}

function meanOf(steps: readonly number[]): number {
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

const FRAME_BYTES = SMALL.widthPx * SMALL.heightPx * 2;

describe.each(READERS)('scale through %s', (READER) => {
  test(
    'sends a constant source frame by frame',
    async () => {
      const video = await received({ ...EVERY_FRAME, READER }, 24, constantRate(24));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(settled(video).filter((step) => step > 1)).toEqual([]);
      expect(video.unique).toBeGreaterThan(24 * SECONDS * 0.8);
    },
    LIMIT_MS,
  );

  test(
    'evens out jitter',
    async () => {
      const video = await received({ ...EVERY_FRAME, READER }, 24, jittered(24, 0.4));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(settled(video).filter((step) => step > 1)).toEqual([]);
      expect(video.unique).toBeGreaterThan(24 * SECONDS * 0.8);
    },
    LIMIT_MS,
  );

  test(
    'spreads bursts over the ticks',
    async () => {
      const video = await received({ ...EVERY_FRAME, READER }, 24, bursts(24, 8));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(settled(video).filter((step) => step > 1)).toEqual([]);
      expect(settled(video).filter((step) => step === 1).length).toBeGreaterThan(60);
    },
    LIMIT_MS,
  );

  test(
    'repeats frames of a source at half the rate, and loses none',
    async () => {
      const video = await received({ READER }, 12, constantRate(12));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      const steps = settled(video);
      expect(steps.filter((step) => step > 1)).toEqual([]);
      const dup = steps.filter((step) => step === 0).length;
      expect(dup / steps.length).toBeGreaterThan(0.4);
      expect(dup / steps.length).toBeLessThan(0.6);
      expect(video.frames).toBeGreaterThan(24 * SECONDS * 0.8);
    },
    LIMIT_MS,
  );

  test(
    'thins out a source at twice the rate evenly, within the maximum delay',
    async () => {
      const video = await received({ READER, MAX_DELAY: '0.5', TRIM_AFTER: '0' }, 48, constantRate(48));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      // Half a second of backlog is there after a second; every other frame is passed over from then on.
      const steps = video.steps.slice(-48);
      expect(meanOf(steps)).toBeGreaterThan(1.6);
      expect(meanOf(steps)).toBeLessThan(2.5);
      // Evenly, save where a loaded machine held the source or us up.
      expect(steps.filter((step) => step > 4).length).toBeLessThanOrEqual(3);
    },
    LIMIT_MS,
  );
});

describe.each(READERS)('skip through %s', (READER) => {
  test(
    'takes the newest frame at each tick, and only that one crosses from Redis',
    async () => {
      const video = await received({ READER, FRAMERATE_SCALING: 'skip' }, 96, constantRate(96));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(meanOf(video.steps)).toBeGreaterThan(3);
      expect(meanOf(video.steps)).toBeLessThan(5);
      // One frame a tick, and one or two for opening; never all of the source's four.
      expect(video.netBytes).toBeLessThan((video.frames + 12) * FRAME_BYTES * 1.1);
    },
    LIMIT_MS,
  );

  test(
    'repeats the frame when no newer one is there',
    async () => {
      const video = await received({ READER, FRAMERATE_SCALING: 'skip' }, 12, constantRate(12));
      expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(video.dup / video.frames).toBeGreaterThan(0.35);
      expect(settled(video).filter((step) => step > 1).length).toBeLessThanOrEqual(6);
    },
    LIMIT_MS,
  );
});
