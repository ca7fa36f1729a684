import { expect, test } from 'bun:test';
import type { SegmentCheck } from './segments.ts';
import type { SoakResult } from './soak-run.ts';
import { soakTable } from './soak-table.ts';
import { judge, type Verdict } from './verdict.ts';

const NAMES = [
  'srt://127.0.0.1:1001',
  'srt://127.0.0.1:1002',
  'udp://127.0.0.1:1003',
  '/recordings',
] as const;
const SECONDS = 100;
const SEGMENTS: SegmentCheck = { finished: 20, unfinished: 0, decoded: 20, faults: [] };
const PICTURES = Array.from({ length: SECONDS * 24 }, (_, index) => (index * 1000) / 24);

const line = (second: number, text: string, level = 'debug') => ({ atMs: second * 1000, level, text });

/** What the program says in one second of a run in which 24 frames came in each. */
function saidIn(second: number) {
  const frames = second * 24;
  return [
    line(
      second,
      `streaming | out 24.00 fps, source 24.00 fps | unique 24, dup 0, dropped 0, wrong 0, lost 0 | backlog age 20 ms (max 30), late ticks 0 | encoder 1.00x, 0.75 Mbit/s`,
      'info',
    ),
    line(
      second,
      `since the start: source ${frames}, unique ${frames}, dup 0, dropped 0 (trimmed 0, replaced 0, unsent 0, passed over 0), wrong 0, lost on the way 0, waiting 0, encoded ${frames}`,
    ),
    ...NAMES.map((name) =>
      line(
        second,
        `output ${name}: attempts 1, viewers 0, pictures sent ${frames}, skipped 0 (away 0, slow 0, broken 0, standby 0)`,
      ),
    ),
  ];
}

const GOOD: SoakResult = {
  faults: [{ fault: { kind: 'ffmpeg killed' }, beginMs: 50_000, endMs: 50_000 }],
  phases: { calmFromMs: 10_000, faultsFromMs: 20_000, faultsToMs: 80_000, calmToMs: 100_000 },
  wallAtZeroMs: 0,
  lines: [
    line(0, 'cosmos-video-builder 1.1.0: imagestream -> …', 'info'),
    ...Array.from({ length: SECONDS }, (_, second) => saidIn(second)).flat(),
    line(SECONDS, 'stopping: finishing the frame, closing the stream', 'info'),
    ...saidIn(SECONDS),
    line(SECONDS, 'stopped', 'info'),
  ],
  otherLines: [],
  exitStatus: 0,
  samples: Array.from({ length: SECONDS }, (_, second) => ({
    atMs: second * 1000,
    anonymousMib: 45,
    descriptors: 30,
    threads: 15,
    children: 1,
  })),
  childrenLeft: [],
  written: { taken: SECONDS * 24, tried: SECONDS * 24, losses: 0 },
  receivers: NAMES.slice(0, 3).map((name) => ({ name, pictureMs: PICTURES })),
  outputs: NAMES.map((name) => ({ name })),
  recorded: [{ atMs: 50_000, sizeBytes: 4_000_000, largestBytes: 500_000 }],
  quotas: [{ atMs: 0, quotaBytes: 5_000_000 }],
  segments: [],
  isOwnDisk: true,
};

const reasons = (part: Partial<SoakResult>, segments: Partial<SegmentCheck> = {}) =>
  judge({ ...GOOD, ...part }, { ...SEGMENTS, ...segments }).reasons;

test('a good run has no reason to be called a bad one', () => {
  expect(reasons({})).toEqual([]);
});

test.each<[string, Partial<SoakResult>, Partial<SegmentCheck>]>([
  ['it ended by itself', { ended: 'the program ended before it was told to' }, {}],
  ['its exit status', { exitStatus: 1 }, {}],
  ['it never stopped in order', { lines: GOOD.lines.filter(({ text }) => text !== 'stopped') }, {}],
  ['it was started twice', { lines: [...GOOD.lines.slice(0, 1), ...GOOD.lines] }, {}],
  [
    'no account after the outputs were closed',
    { lines: GOOD.lines.filter(({ atMs, level }) => atMs < SECONDS * 1000 || level === 'info') },
    {},
  ],
  ['no account at all', { lines: GOOD.lines.filter(({ level }) => level === 'info') }, {}],
  ['a child', { childrenLeft: ['12 ffmpeg'] }, {}],
  ['words of a crash', { otherLines: ['panic'] }, {}],
  ['frames that nobody has seen', { written: { taken: 2_500, tried: 2_500, losses: 0 } }, {}],
  ['an output without an account', { outputs: [...GOOD.outputs, { name: 'srt://127.0.0.1:1004' }] }, {}],
  [
    'descriptors that grow',
    { samples: GOOD.samples.map((sample) => ({ ...sample, descriptors: sample.atMs / 1000 })) },
    {},
  ],
  [
    'a receiver that gets nothing at the end',
    { receivers: [...GOOD.receivers.slice(1), { name: 'other', pictureMs: PICTURES.slice(0, 2_000) }] },
    {},
  ],
  ['a quota that is exceeded', { quotas: [{ atMs: 0, quotaBytes: 1_000_000 }] }, {}],
  ['a segment', {}, { faults: ['a.ts does not decode'] }],
  ['segments that are not finished', {}, { unfinished: 1 }],
  ['no segment', {}, { finished: 0 }],
])('a run is bad because of %s', (_, part, segments) => {
  expect(reasons(part, segments)).not.toEqual([]);
});

test('a fault after which no picture comes for half a minute is a reason', () => {
  const pictureMs = PICTURES.filter((atMs) => atMs < 50_000 || atMs > 85_000);
  const receivers = [{ name: 'first', pictureMs }, ...GOOD.receivers.slice(1)];
  expect(reasons({ receivers })).toEqual(['a picture came only 35.0 s after: ffmpeg killed']);
});

test('a disk that failed explains a segment that is not finished', () => {
  const faults = [{ fault: { kind: 'folder gone' as const }, beginMs: 50_000, endMs: 51_000 }];
  expect(reasons({ faults }, { unfinished: 1 })).toEqual([]);
});

test('an error that no fault explains is listed, and is no reason', () => {
  const lines = [...GOOD.lines, line(10, 'Redis at 127.0.0.1:6379: no answer in 5 s', 'error')];
  const verdict: Verdict = judge({ ...GOOD, lines }, SEGMENTS);
  expect([...verdict.unexplained.keys()]).toHaveLength(1);
  expect(verdict.reasons).toEqual([]);
  expect(soakTable(GOOD, verdict, SEGMENTS).join('\n')).toContain('errors that no fault explains');
});

const table = (exitStatus: number) => {
  const result = { ...GOOD, exitStatus };
  return soakTable(result, judge(result, SEGMENTS), SEGMENTS);
};

test('the table says whether all is well, and if not why', () => {
  expect(table(0).at(-1)).toBe('all is well');
  expect(table(3).at(-1)).toBe('- the exit status is 3');
});
