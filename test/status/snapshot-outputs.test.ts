import { describe, expect, test } from 'bun:test';
import type { Event } from '../../src/base/event.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { LinkFigures, OutputCounts, OutputState } from '../../src/base/output-state.ts';
import type { OutputStatus } from '../../src/status/output-status.ts';
import { firstSnapshot, fold, shownAs, withDestinations, type Snapshot } from '../../src/status/snapshot.ts';
import { GOOD_LINK, NO_COUNTS } from '../support/operator-log.ts';

const SRT = 'srt://video:9000';
const LOST: Failure = { code: 'link-lost', text: 'lost' };

/** What is known after these events, one a nanosecond from 1 on. */
function after(...events: readonly Event[]): Snapshot {
  return events.reduce((known, event, index) => fold(known, event, BigInt(index + 1)), firstSnapshot(0n));
}

function onlyOutput(...events: readonly Event[]): OutputStatus | undefined {
  const { outputs } = after(...events);
  expect(outputs.length).toBeLessThanOrEqual(1);
  return outputs[0];
}

function is(kind: Exclude<OutputState['kind'], 'failed'>, output = SRT): Event {
  return { kind: 'output-state', output, state: { kind } };
}

function fails(failure: Failure, output = SRT): Event {
  return { kind: 'output-state', output, state: { kind: 'failed', failure, retryMs: 500 } };
}

function figures(link?: Partial<LinkFigures>, counts: Partial<OutputCounts> = {}): Event {
  const all = { ...NO_COUNTS, ...counts };
  return {
    kind: 'output-figures',
    output: SRT,
    counts: all,
    ...(link && { link: { ...GOOD_LINK, ...link } }),
  };
}

function goesTo(output: string, shown: string): Event {
  return { kind: 'output', output, shown };
}

function session(kind: 'waiting' | 'starting' | 'streaming'): Event {
  return { kind: 'session', state: { kind } };
}

describe('an output', () => {
  test('is what it was last, since then, with what it has counted', () => {
    expect(after().outputs).toEqual([]);
    const known = onlyOutput(is('connecting'), is('streaming'), figures(undefined, { sentPictures: 3 }));
    expect(known).toEqual({
      name: SRT,
      state: { kind: 'streaming' },
      sinceNs: 2n,
      counts: { ...NO_COUNTS, sentPictures: 3 },
    });
  });

  test('keeps its place beside the others', () => {
    const { outputs } = after(is('connecting'), is('streaming', '/data/x.ts'), is('streaming'));
    expect(outputs.map(({ name, state }) => [name, state.kind])).toEqual([
      [SRT, 'streaming'],
      ['/data/x.ts', 'streaming'],
    ]);
  });

  test('that was never heard of has no figures', () => {
    expect(after(figures(GOOD_LINK)).outputs).toEqual([]);
  });

  test('that was closed is kept until a session streams without it', () => {
    const closed = [is('streaming'), is('closed'), session('waiting'), session('starting')];
    expect(onlyOutput(...closed)?.state.kind).toBe('closed');
    expect(onlyOutput(...closed, is('connecting'), session('streaming'))?.state.kind).toBe('connecting');
    expect(onlyOutput(...closed, session('streaming'))).toBeUndefined();
  });

  test('leaves its failure among those of the other parts, and with itself until it is good', () => {
    const known = after(
      { kind: 'redis-lost', failure: { code: 'redis-closed', text: 'closed' } },
      fails(LOST),
      is('connecting'),
    );
    expect(known.failures[0]).toEqual({ ...LOST, atNs: 2n });
    expect(known.failures).toHaveLength(2);
    expect(known.outputs[0]?.failure).toEqual(LOST);
    for (const kind of ['streaming', 'listening'] as const) {
      const good = fold(known, is(kind), 9n);
      expect(good.outputs[0]).not.toHaveProperty('failure');
      expect(good.failures[0]).toEqual({ ...LOST, atNs: 2n });
    }
  });
});

describe('the place that the video for a destination goes to', () => {
  test('is the last that was told of that one, also where ffmpeg writes it', () => {
    const known = after(goesTo('a.ts', 'a-2.ts'), goesTo('b.ts', 'b.ts'), goesTo('a.ts', 'a-3.ts'));
    expect(known.outputs).toEqual([]);
    expect(shownAs(known, 'a.ts')).toBe('a-3.ts');
    expect(shownAs(known, 'b.ts')).toBe('b.ts');
    expect(shownAs(known, SRT)).toBe(SRT);
  });

  test('is forgotten where it is no destination any more', () => {
    const known = withDestinations(after(goesTo('a.ts', 'a-2.ts'), goesTo('b.ts', 'b-2.ts')), ['b.ts']);
    expect(known.places).toEqual([{ output: 'b.ts', shown: 'b-2.ts' }]);
  });
});

describe('a recorder', () => {
  const recording = { segments: 3, sizeBytes: 9, deletedSegments: 1, freeBytes: 7 };

  test('has what it told of its folder last, whatever it does', () => {
    const told: Event = { kind: 'output-figures', output: SRT, counts: NO_COUNTS, recording };
    expect(onlyOutput(is('streaming'), figures())).not.toHaveProperty('recording');
    expect(onlyOutput(is('streaming'), told, figures(), fails(LOST), is('closed'))).toMatchObject({
      recording,
    });
  });

  test('that waits for an outage is good', () => {
    expect(onlyOutput(fails(LOST), is('standby'))).not.toHaveProperty('failure');
  });

  test('that has finished segments is known by that to no one', () => {
    expect(after({ kind: 'segments-recovered', output: SRT, segments: 2 }).outputs).toEqual([]);
  });
});

describe('a link', () => {
  test('has figures while it is connected', () => {
    const connected = [is('streaming'), figures({ rttMs: 12 })];
    expect(onlyOutput(...connected)?.link).toEqual({ ...GOOD_LINK, rttMs: 12 });
    expect(onlyOutput(...connected, figures())).not.toHaveProperty('link');
    for (const away of [fails(LOST), is('connecting'), is('listening'), is('closed')]) {
      expect(onlyOutput(...connected, away)).not.toHaveProperty('link');
    }
    expect(onlyOutput(is('settling'), figures({}), is('streaming'))?.link).toEqual(GOOD_LINK);
  });

  test('counts on over its connections, each of which counts from 0', () => {
    const known = onlyOutput(
      is('settling'),
      figures({ sentPackets: 100, lostPackets: 3, resentPackets: 4, droppedPackets: 1 }),
      is('streaming'),
      figures({ sentPackets: 250, lostPackets: 5, resentPackets: 9, droppedPackets: 1 }),
      fails(LOST),
      figures(),
      is('settling'),
      figures({ sentPackets: 300, lostPackets: 6, resentPackets: 10, droppedPackets: 2 }),
    );
    expect(known?.linkTotals).toEqual({
      sentPackets: 550,
      lostPackets: 11,
      resentPackets: 19,
      droppedPackets: 3,
    });
  });

  test('counts nothing twice where its figures are missing once', () => {
    const known = onlyOutput(
      is('streaming'),
      figures({ sentPackets: 100 }),
      figures(),
      figures({ sentPackets: 130 }),
    );
    expect(known?.linkTotals?.sentPackets).toBe(130);
  });

  test('of several is counted while it is the one that is told of, and never twice', () => {
    const seconds: readonly [connectedMs: number, sentPackets: number][] = [
      // A viewer that has just come, and goes on.
      [200, 20],
      [1_200, 120],
      // Another one, which came before; and the first again.
      [9_000, 5_000],
      [3_150, 320],
      [4_250, 430],
      // One that has come since.
      [700, 60],
    ];
    let known = after(is('streaming'));
    const totals = seconds.map(([connectedMs, sentPackets], second) => {
      known = fold(known, figures({ connectedMs, sentPackets }), BigInt(second + 1) * 1_000_000_000n);
      return known.outputs[0]?.linkTotals?.sentPackets;
    });
    expect(totals).toEqual([20, 120, 120, 120, 230, 290]);
  });

  test('has no totals before it has told of any', () => {
    expect(onlyOutput(is('streaming'), figures())).not.toHaveProperty('linkTotals');
  });
});

describe('an encoder that fails in a session that goes on', () => {
  const failure: Failure = { code: 'ffmpeg-killed', text: 'killed' };

  test('leaves its failure; what it has made counts on, since the session counts', () => {
    const known = after(
      session('streaming'),
      { kind: 'encoder-progress', frames: 24, sizeBytes: 1_000 },
      { kind: 'session', state: { kind: 'restarting', failure, retryMs: 0 } },
      session('streaming'),
      { kind: 'encoder-progress', frames: 30, sizeBytes: 1_500 },
    );
    expect(known.failures).toEqual([{ ...failure, atNs: 3n }]);
    expect(known.encoder).toMatchObject({ frames: 30, bytes: 1_500 });
  });

  test('leaves its failure also where it was to take over, and the one before goes on', () => {
    const known = after(session('streaming'), { kind: 'encoder-not-changed', failure, retryMs: 500 });
    expect(known.failures).toEqual([{ ...failure, atNs: 2n }]);
    expect(known.session.state.kind).toBe('streaming');
    expect(after(session('streaming'), { kind: 'encoder-changed' }).failures).toEqual([]);
  });
});
