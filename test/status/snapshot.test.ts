import { describe, expect, test } from 'bun:test';
import { NO_AGES } from '../../src/base/counts.ts';
import type { Event } from '../../src/base/event.ts';
import type { Failure } from '../../src/base/failure.ts';
import {
  extended,
  firstSnapshot,
  fold,
  intervalFrom,
  NOTHING_COUNTED,
  withoutLevels,
  type Snapshot,
} from '../../src/status/snapshot.ts';
import { DARK } from '../support/operator-log.ts';

/** What is known after these events, one a nanosecond from 1 on. */
function after(...events: readonly Event[]): Snapshot {
  return events.reduce((known, event, index) => fold(known, event, BigInt(index + 1)), firstSnapshot(0n));
}

/** The event of a second in which so many frames were sent. */
function sent(output: number): Event {
  const { frames, source } = NOTHING_COUNTED;
  return { kind: 'frames', counts: { ...frames, output }, source, ages: NO_AGES };
}

const STREAMING = { kind: 'session', state: { kind: 'streaming' } } as const;
const REFUSED: Failure = { code: 'link-refused', text: 'refused', exitStatus: 1 };
const FULL: Failure = { code: 'file-disk-full', text: 'full' };

function failed(failure: Failure): Event {
  return { kind: 'session', state: { kind: 'failed', failure, retryMs: 500 } };
}

describe('a snapshot', () => {
  test('has the time of the last event, and is not changed by the next one', () => {
    const before = after(STREAMING);
    const text = Bun.inspect(before, { depth: 9 });
    const next = fold(before, failed(REFUSED), 7n);
    expect(next.atNs).toBe(7n);
    expect(Bun.inspect(before, { depth: 9 })).toBe(text);
  });

  test('is plain data, but for its large numbers', () => {
    const known = after(STREAMING, failed(REFUSED), sent(3));
    const text = JSON.stringify(known, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    expect(JSON.parse(text)).toMatchObject({ session: { state: { kind: 'failed' }, sinceNs: '2' } });
  });

  test('has what the session does, and since when', () => {
    expect(after(sent(1), STREAMING, sent(1)).session).toEqual({ state: STREAMING.state, sinceNs: 2n });
  });

  test('has what was counted last', () => {
    const ages = { count: 1, sumMs: 3, maxMs: 3 };
    const source = { kind: 'counted', entries: 9, passedOver: 1 } as const;
    const counts = { ...NOTHING_COUNTED.frames, output: 8 };
    expect(after(sent(4), { kind: 'frames', counts, source, ages })).toMatchObject({
      frames: counts,
      source,
      ages,
    });
  });

  test('has how many streams started over, schedules started again, and entries were wrong, by kind', () => {
    const id = { ms: 1n, sequence: 0n };
    const known = after(
      { kind: 'stream-started-over' },
      { kind: 'schedule-restarted', lagMs: 1_200, skippedTicks: 28 },
      { kind: 'schedule-restarted', lagMs: 1_100, skippedTicks: 26 },
      { kind: 'wrong-entry', entry: { kind: 'no-key', id } },
      { kind: 'wrong-entry', entry: { kind: 'wrong-size', id, sizeBytes: 1 } },
      { kind: 'wrong-entry', entry: { kind: 'no-key', id } },
    );
    expect(known).toMatchObject({ streamsStartedOver: 1, schedulesRestarted: 2 });
    expect(known.wrongEntries).toEqual({
      'wrong-size': 1,
      'no-key': 2,
      'too-many-fields': 0,
      'too-much-beside': 0,
    });
  });
});

describe('the levels', () => {
  const newer = { ...DARK, window: { low: 512, high: 3_800 } };

  test('are absent until they are told of, then the newest, whatever a session does', () => {
    expect(after(sent(1))).not.toHaveProperty('levels');
    const known = after(
      { kind: 'levels', levels: DARK },
      { kind: 'levels', levels: newer },
      failed(REFUSED),
      STREAMING,
      sent(2),
    );
    expect(known.levels).toBe(newer);
  });

  test('can be taken away, and nothing else with them', () => {
    const known = after(sent(3), { kind: 'levels', levels: DARK });
    expect(withoutLevels(known)).toEqual({ ...after(sent(3)), atNs: known.atNs });
    expect(withoutLevels(known)).not.toHaveProperty('levels');
  });
});

describe('Redis', () => {
  const failure: Failure = { code: 'redis-closed', text: 'closed' };
  const lost: Event = { kind: 'redis-lost', failure };

  test('is connected or lost since the first that was heard of it', () => {
    expect(after().redis).toEqual({ state: 'connecting', sinceNs: 0n });
    const known = after({ kind: 'redis-connected' }, lost, lost, lost);
    expect(known.redis).toEqual({ state: 'lost', sinceNs: 2n });
    expect(fold(known, { kind: 'redis-connected' }, 9n).redis).toEqual({ state: 'connected', sinceNs: 9n });
  });

  test('leaves its failure among those of the other parts, the newest first, one of each', () => {
    const known = after(failed(REFUSED), lost, failed(FULL), failed(REFUSED));
    expect(known.failures).toEqual([
      { ...REFUSED, atNs: 4n },
      { ...FULL, atNs: 3n },
      { ...failure, atNs: 2n },
    ]);
  });
});

describe('the count of the encoder', () => {
  test('adds up sessions that were ever longer, although none of their ffmpegs counts lower than the one before', () => {
    const starting = { kind: 'session', state: { kind: 'starting' } } as const;
    const first = [starting, { kind: 'encoder-progress', frames: 3, sizeBytes: 30 }] as const;
    const second = [starting, { kind: 'encoder-progress', frames: 5, sizeBytes: 50 }] as const;
    expect(after(...first, ...second).encoder).toMatchObject({ frames: 8, bytes: 80 });
  });

  test('adds up one ffmpeg after another, each of which counts from 0', () => {
    const known = after(
      { kind: 'encoder-progress', frames: 1, sizeBytes: 100 },
      { kind: 'encoder-progress', frames: 240, sizeBytes: 90_000 },
      { kind: 'encoder-progress', frames: 0 },
      { kind: 'encoder-progress', frames: 24, sizeBytes: 5_000 },
    );
    expect(known.encoder).toMatchObject({ frames: 264, bytes: 95_000 });
  });

  test('does without the bytes where the output cannot tell', () => {
    const known = after({ kind: 'encoder-progress', frames: 10 }, { kind: 'encoder-progress', frames: 20 });
    expect(known.encoder).toMatchObject({ frames: 20, bytes: 0 });
  });
});

describe('the ticks', () => {
  test('go on while more is sent, or nothing streams', () => {
    expect(after(sent(0), sent(0)).ticksNs).toBe(2n);
    expect(after(STREAMING, sent(1), sent(2)).ticksNs).toBe(3n);
    expect(after(STREAMING, sent(1), sent(1), sent(1)).ticksNs).toBe(2n);
  });
});

test('an interval has the ages of every event in it', () => {
  const begin = after();
  const first = { ...begin, ages: { count: 1, sumMs: 30, maxMs: 30 } };
  const second = { ...begin, ages: { count: 2, sumMs: 20, maxMs: 15 } };
  const interval = extended(extended(intervalFrom(begin), first), second);
  expect(interval).toEqual({ before: begin, ages: { count: 3, sumMs: 50, maxMs: 30 } });
});
