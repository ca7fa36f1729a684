import { describe, expect, test } from 'bun:test';
import { NO_AGES, type SourceCounts } from '../../src/base/counts.ts';
import { reportLine, totalsLine } from '../../src/status/report.ts';
import { firstSnapshot, type Snapshot } from '../../src/status/snapshot.ts';

const SETTINGS = { frameRate: { numerator: 24n, denominator: 1n } };
const FIRST = firstSnapshot(0n);
/** Five frames that were dropped. */
const CAUSES = { trimmed: 2, replaced: 2, unsent: 1 };
const ENCODER = { last: { frames: 0, bytes: 0 } };

/** What is known a minute after the start. */
function afterMinute(changes: Partial<Snapshot>): Snapshot {
  return { ...FIRST, atNs: 60_000_000_000n, ...changes };
}

/** The line of the first minute, with these counts at its end. */
function lineOf(frames: Partial<Snapshot['frames']>, source: SourceCounts = FIRST.source): string {
  const after = afterMinute({ frames: { ...FIRST.frames, ...frames }, source });
  return reportLine({ before: FIRST, ages: NO_AGES }, after, SETTINGS);
}

describe('the report line', () => {
  test('says what was counted in its interval', () => {
    const before: Snapshot = {
      ...FIRST,
      frames: { output: 240, unique: 200, dup: 40, ...CAUSES, lost: 0, wrong: 1, read: 205, late: 3 },
      encoder: { ...ENCODER, frames: 240, bytes: 1_000_000 },
      source: { kind: 'counted', entries: 300, passedOver: 94 },
    };
    const after = afterMinute({
      session: { state: { kind: 'streaming' }, sinceNs: 0n },
      frames: {
        output: 1_680,
        unique: 1_630,
        dup: 50,
        ...CAUSES,
        trimmed: 4,
        lost: 0,
        wrong: 2,
        read: 1_637,
        late: 4,
      },
      encoder: { ...ENCODER, frames: 1_680, bytes: 16_000_000 },
      source: { kind: 'counted', entries: 1_800, passedOver: 95 },
    });
    const ages = { count: 2, sumMs: 47, maxMs: 31.4 };
    expect(reportLine({ before, ages }, after, SETTINGS)).toBe(
      'streaming | out 24.00 fps, source 25.00 fps | unique 1430, dup 10, dropped 3, wrong 1, lost 0 | ' +
        'backlog age 24 ms (max 31), late ticks 1 | encoder 1.00x, 2.00 Mbit/s',
    );
  });

  test('says of an interval in which nothing happened that it is so', () => {
    expect(lineOf({})).toBe(
      'waiting | out 0.00 fps, source 0.00 fps | unique 0, dup 0, dropped 0, wrong 0, lost 0 | ' +
        'backlog age - ms, late ticks 0 | encoder 0.00x, 0.00 Mbit/s',
    );
  });

  test('says that the source is not counted where that is so, and what was read', () => {
    const line = lineOf({ read: 700, wrong: 20 }, { kind: 'not-counted', reason: 'NOPERM' });
    expect(line).toContain('out 0.00 fps, source not counted, 12.00 fps read |');
  });

  test('counts only what was dropped here where the source was not counted at one end', () => {
    const counted = { kind: 'counted', entries: 900, passedOver: 100 } as const;
    const notCounted = { kind: 'not-counted', reason: 'NOPERM' } as const;
    const before = { ...FIRST, source: counted };
    const after = afterMinute({ source: notCounted, frames: { ...FIRST.frames, replaced: 3 } });
    expect(reportLine({ before, ages: NO_AGES }, after, SETTINGS)).toContain('dropped 3,');
    const back = { ...after, source: counted };
    expect(reportLine({ before: { ...FIRST, source: notCounted }, ages: NO_AGES }, back, SETTINGS)).toContain(
      'dropped 3,',
    );
  });

  test('does not count as shown what was lost on the way', () => {
    expect(lineOf({ unique: 100, lost: 30 })).toContain('unique 70, dup 0, dropped 0, wrong 0, lost 30');
    const before = { ...FIRST, frames: { ...FIRST.frames, unique: 100, lost: 30 } };
    const after = afterMinute({ frames: { ...FIRST.frames, unique: 110, lost: 140 } });
    expect(reportLine({ before, ages: NO_AGES }, after, SETTINGS)).toContain('unique 0, ');
  });

  test('counts what was passed over in Redis as dropped', () => {
    const line = lineOf({}, { kind: 'counted', entries: 2_880, passedOver: 1_440 });
    expect(line).toContain('source 48.00 fps');
    expect(line).toContain('dropped 1440');
  });
});

describe('the totals', () => {
  const frames = { output: 240, unique: 200, dup: 40, ...CAUSES, lost: 20, wrong: 1, read: 206, late: 3 };
  const encoder = { ...ENCODER, frames: 230, bytes: 9 };

  test('say what became of every frame and why, how many are not decided yet, and what was encoded', () => {
    const source = { kind: 'counted', entries: 300, passedOver: 92 } as const;
    expect(totalsLine({ frames, source, encoder })).toBe(
      'since the start: source 300, unique 180, dup 40, dropped 97 (trimmed 2, replaced 2, unsent 1, passed over 92), wrong 1, lost on the way 20, waiting 2, encoded 230',
    );
  });

  test('say that the source is not counted where that is so', () => {
    const source = { kind: 'not-counted', reason: 'NOPERM' } as const;
    expect(totalsLine({ frames, source, encoder })).toBe(
      'since the start: source not counted, unique 180, dup 40, dropped 5 (trimmed 2, replaced 2, unsent 1), wrong 1, lost on the way 20, encoded 230',
    );
  });
});
