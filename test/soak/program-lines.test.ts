import { expect, test } from 'bun:test';
import { accountsOf, parseLine, parseOutput, parseReport, parseTotals } from './program-lines.ts';

const TOTALS =
  'since the start: source 1234, unique 1200, dup 30, dropped 20 (trimmed 5, replaced 4, unsent 1, passed over 10), wrong 4, lost on the way 10, waiting 0, encoded 1220';
const OUTPUT =
  'output srt://127.0.0.1:9000: attempts 2, viewers 0, pictures sent 1440, skipped 31 (away 20, slow 5, broken 6, standby 0), packets sent 5123, lost 4, sent again 5, dropped 0, latency 120 ms, connected for 61 s';
const RECORDER =
  'output /a folder: with a colon: attempts 1, viewers 0, pictures sent 7, skipped 2 (away 0, slow 0, broken 0, standby 2), segments 12, 340.2 MB, deleted 3, free 51200.0 MB';
const REPORT =
  'streaming | out 23.97 fps, source 23.97 fps | unique 240, dup 0, dropped 0, wrong 0, lost 0 | backlog age 43 ms (max 54), late ticks 2 | encoder 1.02x, 0.75 Mbit/s';

test('a line of the log has its time, its level and its text', () => {
  expect(parseLine('2026-11-24T20:33:00.123Z info  stopped')).toEqual({
    atMs: Date.UTC(2026, 10, 24, 20, 33, 0, 123),
    level: 'info',
    text: 'stopped',
  });
});

test.each(['    at main (/$bunfs/root/main:1:2)', 'panic: segmentation fault', ''])(
  'what a crash says is no line of the log: %p',
  (line) => {
    expect(parseLine(line)).toBeUndefined();
  },
);

test('the totals are read with the causes of what was dropped', () => {
  expect(parseTotals(TOTALS)).toEqual({
    source: 1_234,
    unique: 1_200,
    dup: 30,
    dropped: 20,
    causes: { trimmed: 5, replaced: 4, unsent: 1, 'passed over': 10 },
    wrong: 4,
    lost: 10,
    waiting: 0,
    encoded: 1_220,
  });
});

test('fewer than none that wait are read as what they are', () => {
  expect(parseTotals(TOTALS.replace('waiting 0', 'waiting -3'))?.waiting).toBe(-3);
});

test('totals of another form are none', () => {
  expect(parseTotals('since the start: source not counted, unique 3')).toBeUndefined();
  expect(parseTotals(OUTPUT)).toBeUndefined();
});

test('an output is read, and a recorder whose folder has a colon', () => {
  expect(parseOutput(OUTPUT)).toEqual({
    name: 'srt://127.0.0.1:9000',
    sent: 1_440,
    skipped: { away: 20, slow: 5, broken: 6, standby: 0 },
  });
  expect(parseOutput(RECORDER)).toMatchObject({ name: '/a folder: with a colon', sent: 7 });
  expect(parseOutput(TOTALS)).toBeUndefined();
});

test('causes that do not add up are a fault', () => {
  expect(() => parseOutput(OUTPUT.replace('skipped 31', 'skipped 32'))).toThrow('do not add up');
});

test('a report says how many frames were new, and how old the oldest was', () => {
  expect(parseReport(REPORT)).toEqual({ unique: 240, oldestMs: 54, lateTicks: 2 });
  expect(parseReport(REPORT.replace('43 ms (max 54)', '- ms'))).toEqual({ unique: 240, lateTicks: 2 });
  expect(parseReport('stopped')).toBeUndefined();
});

test('an account has the outputs that follow on its totals', () => {
  const lines = [TOTALS, OUTPUT, RECORDER, REPORT, TOTALS, RECORDER].map((text, index) => ({
    atMs: index,
    level: 'debug',
    text,
  }));
  const accounts = accountsOf(lines);
  expect(accounts.map(({ atMs, outputs }) => [atMs, outputs.length])).toEqual([
    [0, 2],
    [4, 1],
  ]);
});
