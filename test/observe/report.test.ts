import { describe, expect, test } from 'bun:test';
import { NO_AGES } from '../../src/observe/frame-stats.ts';
import { reportLine, type ReportInput, type Totals } from '../../src/observe/report.ts';

const NOTHING: Totals = {
  frames: { output: 0, unique: 0, dup: 0, dropped: 0, wrong: 0, read: 0, late: 0 },
  encoder: { frames: 0, bytes: 0 },
  source: { entriesAdded: 0, passedOver: 0 },
};

const MINUTE: ReportInput = {
  state: 'streaming',
  before: {
    frames: { output: 240, unique: 200, dup: 40, dropped: 5, wrong: 1, read: 205, late: 3 },
    encoder: { frames: 240, bytes: 1_000_000 },
    source: { entriesAdded: 300, passedOver: 94 },
  },
  after: {
    frames: { output: 1_680, unique: 1_630, dup: 50, dropped: 7, wrong: 2, read: 1_637, late: 4 },
    encoder: { frames: 1_680, bytes: 16_000_000 },
    source: { entriesAdded: 1_800, passedOver: 95 },
  },
  seconds: 60,
  framesPerSecond: 24,
  ages: { count: 2, sumMs: 47, maxMs: 31.4 },
};

describe('the report line', () => {
  test('says what was counted in its interval', () => {
    expect(reportLine(MINUTE)).toBe(
      'streaming | out 24.00 fps, source 25.00 fps | unique 1430, dup 10, dropped 3, wrong 1 | ' +
        'backlog age 24 ms (max 31), late ticks 1 | encoder 1.00x, 2.00 Mbit/s',
    );
  });

  test('says of an interval in which nothing happened that it is so', () => {
    const quiet = { ...MINUTE, state: 'waiting', before: NOTHING, after: NOTHING, ages: NO_AGES };
    expect(reportLine(quiet)).toBe(
      'waiting | out 0.00 fps, source 0.00 fps | unique 0, dup 0, dropped 0, wrong 0 | ' +
        'backlog age - ms, late ticks 0 | encoder 0.00x, 0.00 Mbit/s',
    );
  });

  test('takes the frames that were read for the source where Redis does not count', () => {
    const after = { ...NOTHING, frames: { ...NOTHING.frames, read: 700, wrong: 20 } };
    expect(reportLine({ ...MINUTE, before: NOTHING, after })).toContain('source 12.00 fps');
  });

  test('counts what was passed over in Redis as dropped', () => {
    const after = { ...NOTHING, source: { entriesAdded: 2_880, passedOver: 1_440 } };
    expect(reportLine({ ...MINUTE, before: NOTHING, after })).toContain('source 48.00 fps');
    expect(reportLine({ ...MINUTE, before: NOTHING, after })).toContain('dropped 1440');
  });
});
