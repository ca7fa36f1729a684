import { describe, expect, test } from 'bun:test';
import { NO_AGES } from '../../src/base/counts.ts';
import { outputLines, outputParts as partsOf } from '../../src/status/output-report.ts';
import type { LinkTotals, OutputStatus } from '../../src/status/output-status.ts';
import { reportLine } from '../../src/status/report.ts';
import { firstSnapshot } from '../../src/status/snapshot.ts';
import { GOOD_LINK, NO_COUNTS } from '../support/operator-log.ts';

const PACKETS: LinkTotals = { sentPackets: 5_000, lostPackets: 4, resentPackets: 5, droppedPackets: 2 };
const LINK = { ...GOOD_LINK, rttMs: 12.4, bufferMs: 3, connectedMs: 61_400 };

const FILE: OutputStatus = {
  name: '/data/x.ts',
  state: { kind: 'streaming' },
  sinceNs: 0n,
  counts: { ...NO_COUNTS, sentPictures: 240, attempts: 1 },
};
const SRT: OutputStatus = { ...FILE, name: 'srt://video:9000', link: LINK, linkTotals: PACKETS };

const RECORDING = { segments: 12, sizeBytes: 340_200_000, deletedSegments: 3, freeBytes: 51_200_000_000 };
const RECORDER: OutputStatus = { ...FILE, name: '/data/kept', recording: RECORDING };
const NAMES = { recorder: RECORDER.name };

function outputParts(before: readonly OutputStatus[], after: readonly OutputStatus[]) {
  return partsOf(before, after, NAMES);
}

function withDeleted(deletedSegments: number): OutputStatus {
  return { ...RECORDER, recording: { ...RECORDING, deletedSegments } };
}

/** Of an interval in which nothing was sent. */
const QUIET =
  'rtt 12 ms, sent 0, lost 0, sent again 0 (- %), dropped 0, skipped 0, buffer 3 ms of 120 ms, attempts 1, up 61 s';

function skipped(output: OutputStatus, slow: number): OutputStatus {
  return { ...output, counts: { ...output.counts, skipped: { away: 0, slow, broken: 0, standby: 0 } } };
}

describe('the report of a link', () => {
  test('has what was counted in its interval, and how it is now', () => {
    const after = {
      ...skipped(SRT, 9),
      linkTotals: { sentPackets: 6_000, lostPackets: 5, resentPackets: 6, droppedPackets: 5 },
    };
    expect(outputParts([skipped(SRT, 2)], [after])).toEqual([
      'link rtt 12 ms, sent 1000, lost 1, sent again 1 (0.10 %), dropped 3, skipped 7, buffer 3 ms of 120 ms, attempts 1, up 61 s',
    ]);
  });

  test('has all that was counted of one that is new', () => {
    expect(outputParts([], [SRT])).toEqual([
      'link rtt 12 ms, sent 5000, lost 4, sent again 5 (0.10 %), dropped 2, skipped 0, buffer 3 ms of 120 ms, attempts 1, up 61 s',
    ]);
  });

  test('has no numbers where there are none', () => {
    const { link: _, ...away } = SRT;
    expect(outputParts([SRT], [away])).toEqual([
      'link rtt - ms, sent 0, lost 0, sent again 0 (- %), dropped 0, skipped 0, buffer - ms of - ms, attempts 1, up -',
    ]);
  });

  test('is there for one that is closed only where something was sent in the interval', () => {
    const closed = { ...SRT, state: { kind: 'closed' } } as const;
    expect(outputParts([], [closed])).toHaveLength(1);
    expect(outputParts([SRT], [closed])).toEqual([]);
  });

  test('names it where there are several outputs', () => {
    const other = { ...SRT, name: 'srt://other:9000' };
    expect(outputParts([SRT, other], [SRT, other])).toEqual([
      `link srt://video:9000 ${QUIET}`,
      `link srt://other:9000 ${QUIET}`,
    ]);
  });
});

describe('the report of another output', () => {
  test('is there where it has skipped pictures', () => {
    expect(outputParts([skipped(FILE, 3)], [skipped(FILE, 3)])).toEqual([]);
    expect(outputParts([skipped(FILE, 3)], [skipped(FILE, 8)])).toEqual(['skipped 5']);
  });

  test('names it where there are several, and counts those of one that counts from 0 again', () => {
    const udp = skipped({ ...FILE, name: 'udp://group:5000' }, 4);
    expect(outputParts([skipped(udp, 9)], [FILE, udp])).toEqual(['udp://group:5000 skipped 4']);
  });
});

describe('the report of the recorder', () => {
  test('has what is in its folder, and what was deleted in the interval', () => {
    expect(outputParts([withDeleted(1)], [withDeleted(4)])).toEqual([
      'recording 12 segments, 340 MB, deleted 3, free 51200 MB',
    ]);
    expect(outputParts([], [RECORDER])).toEqual(['recording 12 segments, 340 MB, deleted 3, free 51200 MB']);
  });

  test('has the pictures that it has missed, which those without an outage are not', () => {
    const missed = { ...RECORDER.counts, skipped: { away: 1, slow: 2, broken: 3, standby: 40 } };
    const [part] = outputParts([RECORDER], [{ ...RECORDER, counts: missed }]);
    expect(part).toBe('recording 12 segments, 340 MB, deleted 0, free 51200 MB, skipped 6');
  });

  test('says nothing before it has looked into its folder, but of what it has missed', () => {
    const { recording: _, ...blind } = RECORDER;
    expect(outputParts([], [blind])).toEqual([]);
    expect(outputParts([], [skipped(blind, 5)])).toEqual(['recording skipped 5']);
  });

  test('stands behind those of the destinations, one of which needs no name', () => {
    expect(outputParts([RECORDER, SRT], [RECORDER, SRT])).toEqual([
      `link ${QUIET}`,
      'recording 12 segments, 340 MB, deleted 0, free 51200 MB',
    ]);
  });
});

describe('the report line', () => {
  const first = firstSnapshot(0n);
  const streaming = {
    ...first,
    atNs: 60_000_000_000n,
    session: { state: { kind: 'streaming' }, sinceNs: 0n },
  } as const;

  function lineOf(...outputs: readonly OutputStatus[]): string {
    const settings = { ...NAMES, frameRate: { numerator: 24n, denominator: 1n } };
    return reportLine({ before: { ...first, outputs }, ages: NO_AGES }, { ...streaming, outputs }, settings);
  }

  test('ends with the outputs', () => {
    expect(lineOf(SRT)).toEndWith(`encoder 0.00x, 0.00 Mbit/s | link ${QUIET}`);
    expect(lineOf(FILE)).toEndWith('encoder 0.00x, 0.00 Mbit/s');
  });

  test('does not say that anything streams where no output does', () => {
    const away = { ...SRT, state: { kind: 'connecting' } } as const;
    expect(lineOf(away)).toStartWith('encoding | out ');
    expect(lineOf(away, FILE)).toStartWith('streaming | out ');
    expect(lineOf(RECORDER, SRT)).toStartWith('streaming | out ');
  });

  test('says that it is recorded where the recorder alone gets it', () => {
    const away = { ...SRT, state: { kind: 'connecting' } } as const;
    expect(lineOf(away, RECORDER)).toStartWith('recording | out ');
    expect(lineOf(RECORDER)).toStartWith('recording | out ');
    expect(lineOf({ ...RECORDER, state: { kind: 'standby' } }, away)).toStartWith('encoding | out ');
  });

  test('says that it streams where ffmpeg writes to the destination itself', () => {
    const settings = { frameRate: { numerator: 24n, denominator: 1n } };
    const line = reportLine({ before: first, ages: NO_AGES }, streaming, settings);
    expect(line).toStartWith('streaming | out ');
  });
});

describe('the totals of outputs', () => {
  test('have all that is known of each, and why it has skipped pictures', () => {
    const { link: _, ...away } = skipped(SRT, 7);
    const lines = outputLines([SRT, away, FILE, RECORDER]);
    expect(lines).toEqual([
      'output srt://video:9000: attempts 1, viewers 0, pictures sent 240, skipped 0 (away 0, slow 0, broken 0, standby 0), ' +
        'packets sent 5000, lost 4, sent again 5, dropped 2, latency 120 ms, connected for 61 s',
      'output srt://video:9000: attempts 1, viewers 0, pictures sent 240, skipped 7 (away 0, slow 7, broken 0, standby 0), ' +
        'packets sent 5000, lost 4, sent again 5, dropped 2',
      'output /data/x.ts: attempts 1, viewers 0, pictures sent 240, skipped 0 (away 0, slow 0, broken 0, standby 0)',
      'output /data/kept: attempts 1, viewers 0, pictures sent 240, skipped 0 (away 0, slow 0, broken 0, standby 0), ' +
        'segments 12, 340.2 MB, deleted 3, free 51200.0 MB',
    ]);
  });

  test('say when the oldest recording began', () => {
    const recording = { ...RECORDING, oldestMs: Date.UTC(2026, 10, 24, 20, 33) };
    expect(outputLines([{ ...RECORDER, recording }])[0]).toEndWith(
      'free 51200.0 MB, oldest 2026-11-24T20:33:00.000Z',
    );
  });

  test('count each cause of skipping, also the one that is no loss', () => {
    const counts = { ...NO_COUNTS, skipped: { away: 20, slow: 5, broken: 6, standby: 4 } };
    expect(outputLines([{ ...FILE, counts }])[0]).toEndWith(
      'pictures sent 0, skipped 35 (away 20, slow 5, broken 6, standby 4)',
    );
  });
});
