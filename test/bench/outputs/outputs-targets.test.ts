import { describe, expect, test } from 'bun:test';
import type { TargetResult } from '../targets.ts';
import { costLines, fullLines, holdLines, killLines, silentLines, twoLines } from './outputs-table.ts';
import { judgeOutputs, type OutputsOutcomes } from './outputs-targets.ts';

const NOTHING: OutputsOutcomes = { full: [], kills: [], costs: [], silent: [], two: [], hold: [] };

const STREAM = {
  pictures: 1000,
  wrongFrames: 0,
  longestPauseMs: 50,
  lateTicks: 0,
  reconnects: 0,
  words: '',
  othersCpuPercent: 1,
};
const FULL = {
  stream: STREAM,
  quotaBytes: 40e6,
  peak: { sizeBytes: 44e6, fileBytes: 5e6, looks: 100 },
  againMs: 2500,
  segments: 6,
  faults: [],
  warnings: ['the disk is full'],
};
const KILL = { afterS: 3, lastReceived: 100, lastRecorded: 88, shortS: 0.5, isLeft: false };
const KILLS = { seed: 11, kills: [KILL, { ...KILL, shortS: 0.75 }], segments: 8, faults: [] };
const COST = {
  withCpu: [5.2, 5.3],
  withoutCpu: [5, 5],
  moreCpu: { more: 0.25, noise: 0.1 },
  beforeMib: 88,
  withMib: 92,
  megabitsPerS: 4.1,
  windows: [],
  complaints: [],
};
const SPREAD = { p50Ms: 140, p99Ms: 150, maxMs: 160 };
const SILENT = {
  bitsPerS: [11_750],
  delays: [],
  moreMedianMs: { more: 0.3, noise: 0.2 },
  moreP99Ms: { more: 4, noise: 3.5 },
};
const SPAN = { pictures: 240, delay: SPREAD, mediansMs: [140], p99sMs: [150] };
const TWO = {
  stream: STREAM,
  before: SPAN,
  during: SPAN,
  moreMedianMs: { more: 0, noise: 0.2 },
  moreP99Ms: { more: 1.5, noise: 0.4 },
  swallowed: 500,
  backMs: 300,
};
const HOLD = {
  stream: STREAM,
  isSameFfmpeg: true,
  silentLines: 1,
  backLines: 1,
  heldPictures: 1440,
  live: { liveMs: 150, oldestMs: 200 },
  isConsuming: true,
  wrongSegmentFrames: 0,
  consumerWords: '',
};

/** What misses its target. */
function missed(outcomes: Partial<OutputsOutcomes>): string[] {
  return judged(outcomes).flatMap(({ text, isReached }) => (isReached ? [] : [text]));
}

function judged(outcomes: Partial<OutputsOutcomes>): TargetResult[] {
  return judgeOutputs({ ...NOTHING, ...outcomes });
}

test('what was not measured has no targets', () => {
  expect(judgeOutputs(NOTHING)).toEqual([]);
});

describe('a recorder on a full disk', () => {
  test('may be above its quota by one segment', () => {
    expect(missed({ full: [FULL] })).toEqual([]);
    const peak = { ...FULL.peak, sizeBytes: 45.1e6 };
    expect(missed({ full: [{ ...FULL, peak }] })).toEqual([
      'recorder on a full disk: above its quota, MB, of one segment at most',
    ]);
  });

  test('must not be noticed by the stream', () => {
    const noticed = {
      ...STREAM,
      pictures: 9,
      wrongFrames: 1,
      longestPauseMs: 84,
      lateTicks: 1,
      reconnects: 1,
      words: 'x',
    };
    expect(missed({ full: [{ ...FULL, stream: noticed }] })).toHaveLength(5);
  });

  test('must go on, with segments that are whole', () => {
    expect(missed({ full: [{ ...FULL, againMs: 9000, faults: ['a.ts: cut'] }] })).toHaveLength(2);
  });
});

describe('kills', () => {
  test('count by the one that cost most', () => {
    expect(judged({ kills: [KILLS] }).map(({ value }) => value)).toEqual([0, 0.75, 0]);
  });

  test('are missed where a segment was left, of which nobody knows how short it is', () => {
    const left = { ...KILL, shortS: Number.NaN, isLeft: true };
    expect(missed({ kills: [{ ...KILLS, kills: [KILL, left] }] })).toHaveLength(2);
  });
});

test('what a recorder costs is held to half a percent of a core, whatever the noise', () => {
  expect(missed({ costs: [COST] })).toEqual([]);
  expect(missed({ costs: [{ ...COST, moreCpu: { more: 0.6, noise: 9 } }] })).toHaveLength(1);
});

test('a silent track must not delay the video by a millisecond that is not chance', () => {
  expect(judged({ silent: [SILENT] }).map(({ isReached }) => isReached)).toEqual([true, true, true]);
  const later = { ...SILENT, moreP99Ms: { more: 5, noise: 3.5 } };
  expect(missed({ silent: [later] })).toEqual(['silent track: video later, p99, beyond the noise, ms']);
  expect(missed({ silent: [{ ...SILENT, bitsPerS: [] }] })).toHaveLength(1);
});

test('an output in a black hole must not be noticed by the other one', () => {
  expect(missed({ two: [{ ...TWO, moreP99Ms: { more: 1.5, noise: 0.6 } }] })).toEqual([]);
  expect(missed({ two: [TWO] })).toEqual([
    'the other output in a black hole: pictures later, p99, beyond the noise, ms',
  ]);
});

test('hold wants one line each way, the same ffmpeg, a consumer that goes on, and a live picture', () => {
  expect(missed({ hold: [HOLD] })).toEqual([]);
  const bad = { ...HOLD, silentLines: 0, backLines: 2, isSameFfmpeg: false, isConsuming: false };
  expect(missed({ hold: [bad] })).toHaveLength(4);
  expect(missed({ hold: [{ ...HOLD, live: { liveMs: Number.NaN, oldestMs: 3000 } }] })).toHaveLength(1);
});

test('the lines tell what was measured, and below it what was not as it should be', () => {
  expect(fullLines(FULL)[0]).toStartWith(
    'recorder-full: at most 44.00 of 40.00 MB in the folder (100 looks)',
  );
  expect(fullLines(FULL).at(-1)).toBe('  the disk is full');
  expect(killLines({ ...KILLS, faults: ['a.ts: cut'] })).toEqual([
    'recorder-kill: 2 kills (seed 11), 8 finished segments, the last one short by 0.50..0.75 s',
    '  a.ts: cut',
  ]);
  expect(costLines(COST)).toEqual([
    'recorder-cost: CPU without it 5.00..5.00, with it 5.20..5.30, 0.25 +- 0.10 % of a core more; ' +
      'memory 88 MiB before, 92 with it; 4.1 Mbit/s',
  ]);
  expect(silentLines(SILENT)).toEqual([
    'silent-track: 11.75 kbit/s; median 0.30 +- 0.20 ms more; p99 4.00 +- 3.50 ms more',
  ]);
  expect(twoLines(TWO)[1]).toBe('  before: 240 pictures, delay 140.0/150.0/160.0 ms');
  expect(holdLines(HOLD)[0]).toStartWith('hold: live 150 ms after the first new frame');
});
