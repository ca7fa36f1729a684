import { describe, expect, test } from 'bun:test';
import type { SenderOutcome } from './compare-senders.ts';
import { senderTableHead, senderTableRows, stopLine } from './link-table.ts';
import { judgeLink, type LinkOutcomes } from './link-targets.ts';
import { longestPauseMs, pictureDelays } from './picture-delays.ts';

const COST = {
  seconds: 20,
  frames: 480,
  bothMs: 5,
  programMs: 2,
  ffmpegMs: 3,
  programSwitches: 0,
  ffmpegSwitches: 0,
  redisMs: 0,
  sourceMs: 0,
  residentMib: 60,
  peakMib: 62,
  othersCpuPercent: 1,
};
const WINDOW = { cost: COST, cpuPercent: 12, residentMib: 140, ffmpegMib: 80, delaysMs: [], complaints: [] };

const NOTHING: LinkOutcomes = { senders: [], stops: [], outages: [], kills: [], changes: [] };

function sender(name: 'ours' | 'ffmpeg', p50Ms: number, p99Ms: number): SenderOutcome {
  return {
    sender: name,
    windows: [WINDOW],
    delay: { p50Ms, p99Ms, maxMs: p99Ms },
    pictures: 100,
    cpuPercent: name === 'ours' ? 14 : 12,
    residentMib: name === 'ours' ? 150 : 141,
    complaints: [],
  };
}

function outage(noticedMs: number, words = '') {
  return {
    name: 'killed',
    noticedMs,
    connectedMs: 200,
    firstPictureMs: 1900,
    isSameFfmpeg: true,
    words,
  };
}

/** Whether each target with these words in it is reached. */
function reached(outcomes: Partial<LinkOutcomes>, words: string): boolean[] {
  const targets = judgeLink({ ...NOTHING, ...outcomes });
  return targets.filter(({ text }) => text.includes(words)).map(({ isReached }) => isReached);
}

/** When a picture came: its first packet, and a millisecond later its last. */
function came(firstMs: number) {
  return { firstMs, lastMs: firstMs + 1 };
}

describe('delays of pictures', () => {
  test('count from the frame that a picture shows to its last packet; repeated and unreadable ones do not, nor the last', () => {
    const times = [100, 140, 180, 220, 260].map(came);
    const delays = pictureDelays(times, [7, 7, undefined, 9, 10], [0, 0, 0, 0, 0, 0, 0, 30, 70, 110, 150]);
    expect(delays).toEqual([
      { number: 7, addedMs: 30, delayMs: 71 },
      { number: 9, addedMs: 110, delayMs: 111 },
    ]);
  });

  test('a frame of which nobody knows when it was added has none', () => {
    expect(pictureDelays([100, 140].map(came), [3, 4], [1, 2])).toEqual([]);
  });
});

test('the longest pause is looked for from the picture before the moment on', () => {
  const times = [0, 500, 540, 580, 900, 940].map(came);
  expect(longestPauseMs(times, 560)).toBe(320);
  expect(longestPauseMs(times, 600)).toBe(320);
  expect(longestPauseMs(times, 930)).toBe(40);
  expect(longestPauseMs(times, 2000)).toBeNaN();
});

describe('targets', () => {
  test('hold our sending to what it costs more than that of ffmpeg', () => {
    const senders = [sender('ffmpeg', 140, 150), sender('ours', 142, 161)];
    expect(judgeLink({ ...NOTHING, senders }).map(({ value, isReached }) => [value, isReached])).toEqual([
      [2, true],
      [11, false],
      [2, true],
      [9, false],
    ]);
  });

  test('are none where one of both was not measured', () => {
    expect(judgeLink({ ...NOTHING, senders: [sender('ours', 1, 1)] })).toEqual([]);
  });

  test('count the last pictures of our own sending alone', () => {
    const stops = [
      { sender: 'ffmpeg', made: 120, received: 117 },
      { sender: 'ours', made: 120, received: 120 },
    ] as const;
    expect(judgeLink({ ...NOTHING, stops })).toMatchObject([{ value: 0, isReached: true }]);
    expect(stopLine(stops[0])).toBe('stopped while streaming, ffmpeg: 117 of 120 pictures arrived');
  });

  test('are missed where one round of several misses them', () => {
    expect(reached({ outages: [outage(1000), outage(1200)] }, 'noticed')).toEqual([true]);
    expect(reached({ outages: [outage(1000), outage(1400), outage(900)] }, 'noticed')).toEqual([false]);
    expect(reached({ outages: [outage(1000, 'corrupt'), outage(1000)] }, 'warnings')).toEqual([false]);
  });

  test('are missed where something could not be measured', () => {
    expect(reached({ outages: [outage(Number.NaN), outage(1000)] }, 'noticed')).toEqual([false]);
  });

  test('want the same connection, and every frame once', () => {
    const kill = { isSameConnection: false, pauseMs: 300, backwards: 0, words: '' };
    expect(reached({ kills: [kill] }, 'ffmpeg killed')).toEqual([true, false, true, true]);
    const change = {
      name: 'reload',
      wrongFrames: 0,
      wrongSegmentFrames: 1,
      unevenSteps: 0,
      latestMs: 30,
      words: '',
    };
    expect(reached({ changes: [change] }, 'reload')).toEqual([true, false, true, true, true]);
  });
});

test('a row has its columns below the heads, and the complaints below it', () => {
  const [row = '', ...below] = senderTableRows({ ...sender('ours', 140, 150), complaints: ['something'] });
  expect(row).toMatch(/^ours +1 +100 +140\.0\/150\.0\/150\.0 /);
  expect(row).toHaveLength(senderTableHead().at(-1)?.length ?? 0);
  expect(below).toEqual(['  something']);
});
