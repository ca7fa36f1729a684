import { describe, expect, test } from 'bun:test';
import { Folder } from '../support/folder.ts';
import {
  byFfmpeg,
  delivered,
  FIRST,
  FRAMES,
  GOES_ON,
  PERIODS,
  received,
  segmented,
  type Kind,
  type Rate,
} from './live-streams.ts';
import { joined } from './made-packets.ts';

const RATES: readonly Rate[] = ['24', '2997/100', '30000/1001', '60000/1001'];
const KIND_PAIRS: readonly (readonly [Kind, Kind])[] = [
  ['zerolatency', 'zerolatency'],
  ['zerolatency', 'B-frames'],
  ['B-frames', 'zerolatency'],
  ['B-frames', 'B-frames'],
];

/** From each picture to the next one that is shown, in ticks. */
function steps(ptsTicks: readonly number[]): number[] {
  return ptsTicks.slice(1).map((ticks, index) => ticks - (ptsTicks[index] ?? NaN));
}

function isGrowing(ticks: readonly number[]): boolean {
  return steps(ticks).every((step) => step > 0);
}

describe('the stream of one ffmpeg', () => {
  test.each<[Kind, Rate]>([
    ['zerolatency', '24'],
    ['B-frames', '30000/1001'],
  ])('comes out as it is: %s, %s a second', async (kind, rate) => {
    const bytes = await byFfmpeg(rate, kind);
    using folder = new Folder();
    const before = await received(folder, bytes);
    const after = await received(folder, delivered([{ bytes, join: FIRST }], PERIODS[rate]));
    expect(after).toEqual({ ...before, frames: FRAMES, complaints: '' });
    expect(after.ptsTicks).toHaveLength(FRAMES);
  });
});

describe('two ffmpegs, one after the other', () => {
  test.each(RATES.flatMap((rate) => KIND_PAIRS.map(([first, second]) => [rate, first, second] as const)))(
    'are one video at %s a second: %s, then %s',
    async (rate, first, second) => {
      using folder = new Folder();
      const [one, other] = await Promise.all([byFfmpeg(rate, first), byFfmpeg(rate, second)]);
      const runs = [
        { bytes: one, join: FIRST },
        { bytes: other, join: GOES_ON },
        { bytes: one, join: GOES_ON },
      ];
      const bytes = delivered(runs, PERIODS[rate]);
      const video = await received(folder, bytes);
      expect(video.complaints).toBe('');
      expect(video.frames).toBe(3 * FRAMES);
      expect(isGrowing(video.dtsTicks)).toBe(true);
      const allSteps = steps(video.ptsTicks);
      const uneven = allSteps.filter((step) => Math.abs(step - PERIODS[rate]) > 2);
      // Of two different ones one delays pictures: where it takes over, its DTS decide, and its first picture waits for them.
      expect(uneven.map((step) => Math.round(step / PERIODS[rate]))).toEqual(first === second ? [] : [3]);
      const { complaints, lengthsS } = await segmented(folder, bytes);
      expect(complaints).toBe('');
      expect(lengthsS).toHaveLength(9);
    },
  );
});

test('two ffmpegs are no video that nobody complains of where nothing is done', async () => {
  using folder = new Folder();
  const bytes = await byFfmpeg('24', 'zerolatency');
  const video = await received(folder, joined([bytes, bytes]));
  expect(video.complaints).not.toBe('');
  expect(isGrowing(video.dtsTicks)).toBe(false);
});

describe('an ffmpeg that was warmed up', () => {
  test.each(KIND_PAIRS)('goes on with its second picture: %s, then %s', async (first, second) => {
    using folder = new Folder();
    const warm = ['-force_key_frames', 'expr:eq(n,1)'];
    const [one, other] = await Promise.all([byFfmpeg('24', first), byFfmpeg('24', second, ...warm)]);
    const runs = [
      { bytes: one, join: FIRST },
      { bytes: other, join: GOES_ON, fromKeyframe: 1 },
    ];
    const bytes = delivered(runs, PERIODS['24']);
    const video = await received(folder, bytes);
    expect(video.complaints).toBe('');
    expect(video.frames).toBe(2 * FRAMES - 1);
    expect((await segmented(folder, bytes)).complaints).toBe('');
  });
});

describe('time that is missing', () => {
  test('is as long as the frames that were lost, and nobody complains', async () => {
    using folder = new Folder();
    const bytes = await byFfmpeg('24', 'zerolatency');
    const runs = [
      { bytes, join: FIRST },
      { bytes, join: { kind: 'goes-on', lostFrames: 5 } as const },
    ];
    const joint = delivered(runs, PERIODS['24']);
    const video = await received(folder, joint);
    expect(video.complaints).toBe('');
    expect(steps(video.ptsTicks)[FRAMES - 1]).toBe(6 * PERIODS['24']);
    expect((await segmented(folder, joint)).complaints).toBe('');
  });

  test('between two sessions is as long as it was', async () => {
    using folder = new Folder();
    const bytes = await byFfmpeg('24', 'B-frames');
    const runs = [
      { bytes, join: FIRST },
      { bytes, join: FIRST, waitMs: 7_000 },
    ];
    const video = await received(folder, delivered(runs, PERIODS['24']));
    expect(video.complaints).toBe('');
    expect(steps(video.ptsTicks)[FRAMES - 1]).toBe(630_000);
  });
});

test('time that begins again after 33 bits is read without a complaint', async () => {
  using folder = new Folder();
  // 2^33 ticks are 95,443.7 s: they end within the first ffmpeg, which is followed by one that begins at 0.
  const atTheEnd = ['-output_ts_offset', '95442.8'];
  const [one, other] = await Promise.all([
    byFfmpeg('24', 'B-frames', ...atTheEnd),
    byFfmpeg('24', 'B-frames', ...atTheEnd),
  ]);
  const runs = [
    { bytes: one, join: FIRST },
    { bytes: other, join: GOES_ON },
  ];
  const video = await received(folder, delivered(runs, PERIODS['24']));
  expect(video.complaints).toBe('');
  expect(video.frames).toBe(2 * FRAMES);
  expect(new Set(steps(video.ptsTicks))).toEqual(new Set([PERIODS['24']]));
});
