import { NO_AGES } from '../../src/base/counts.ts';
import { describe, expect, test } from 'bun:test';
import { reportLine, totalsLine, type ReportInput, type Totals } from '../../src/status/report.ts';

const NOTHING: Totals = {
  frames: { output: 0, unique: 0, dup: 0, dropped: 0, lost: 0, wrong: 0, read: 0, late: 0 },
  encoder: { frames: 0, bytes: 0 },
  source: { kind: 'counted', entries: 0, passedOver: 0 },
};

const MINUTE: ReportInput = {
  state: 'streaming',
  before: {
    frames: { output: 240, unique: 200, dup: 40, dropped: 5, lost: 0, wrong: 1, read: 205, late: 3 },
    encoder: { frames: 240, bytes: 1_000_000 },
    source: { kind: 'counted', entries: 300, passedOver: 94 },
  },
  after: {
    frames: { output: 1_680, unique: 1_630, dup: 50, dropped: 7, lost: 0, wrong: 2, read: 1_637, late: 4 },
    encoder: { frames: 1_680, bytes: 16_000_000 },
    source: { kind: 'counted', entries: 1_800, passedOver: 95 },
  },
  seconds: 60,
  framesPerSecond: 24,
  ages: { count: 2, sumMs: 47, maxMs: 31.4 },
};

describe('the report line', () => {
  test('says what was counted in its interval', () => {
    expect(reportLine(MINUTE)).toBe(
      'streaming | out 24.00 fps, source 25.00 fps | unique 1430, dup 10, dropped 3, wrong 1, lost 0 | ' +
        'backlog age 24 ms (max 31), late ticks 1 | encoder 1.00x, 2.00 Mbit/s',
    );
  });

  test('says of an interval in which nothing happened that it is so', () => {
    const quiet = { ...MINUTE, state: 'waiting', before: NOTHING, after: NOTHING, ages: NO_AGES };
    expect(reportLine(quiet)).toBe(
      'waiting | out 0.00 fps, source 0.00 fps | unique 0, dup 0, dropped 0, wrong 0, lost 0 | ' +
        'backlog age - ms, late ticks 0 | encoder 0.00x, 0.00 Mbit/s',
    );
  });

  test('says that the source is not counted where that is so, and what was read', () => {
    const source = { kind: 'not-counted', reason: 'NOPERM' } as const;
    const after = { ...NOTHING, frames: { ...NOTHING.frames, read: 700, wrong: 20 }, source };
    const line = reportLine({ ...MINUTE, before: NOTHING, after });
    expect(line).toContain('out 0.00 fps, source not counted, 12.00 fps read |');
  });

  test('does not count as shown what was lost on the way', () => {
    const after = { ...NOTHING, frames: { ...NOTHING.frames, unique: 100, lost: 30 } };
    expect(reportLine({ ...MINUTE, before: NOTHING, after })).toContain(
      'unique 70, dup 0, dropped 0, wrong 0, lost 30',
    );
    const late = { ...after, frames: { ...after.frames, unique: 110, lost: 140 } };
    expect(reportLine({ ...MINUTE, before: after, after: late })).toContain('unique 0, ');
  });

  test('counts what was passed over in Redis as dropped', () => {
    const source = { kind: 'counted', entries: 2_880, passedOver: 1_440 } as const;
    const after = { ...NOTHING, source };
    expect(reportLine({ ...MINUTE, before: NOTHING, after })).toContain('source 48.00 fps');
    expect(reportLine({ ...MINUTE, before: NOTHING, after })).toContain('dropped 1440');
  });
});

describe('the totals', () => {
  const frames = { output: 240, unique: 200, dup: 40, dropped: 5, lost: 20, wrong: 1, read: 206, late: 3 };

  test('say what became of every frame, and how many are not decided yet', () => {
    const source = { kind: 'counted', entries: 300, passedOver: 92 } as const;
    expect(totalsLine({ ...NOTHING, frames, source })).toBe(
      'since the start: source 300, unique 180, dup 40, dropped 97, wrong 1, lost on the way 20, waiting 2',
    );
  });

  test('say that the source is not counted where that is so', () => {
    const source = { kind: 'not-counted', reason: 'NOPERM' } as const;
    expect(totalsLine({ ...NOTHING, frames, source })).toBe(
      'since the start: source not counted, unique 180, dup 40, dropped 5, wrong 1, lost on the way 20',
    );
  });
});
