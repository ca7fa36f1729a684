import { NO_AGES } from '../../src/base/counts.ts';
import { describe, expect, test } from 'bun:test';
import { statusLine } from '../../src/status/status-line.ts';
import type { ServiceState } from '../../src/service/run-service.ts';

const NAMES = { stream: 'imagestream', destination: 'srt://video:9000' };
const NOTHING = { output: 0, unique: 0, dup: 0, dropped: 0, lost: 0, wrong: 0, read: 0, late: 0 };

describe('the line for the service manager', () => {
  test.each<[ServiceState, string]>([
    [{ kind: 'waiting' }, 'waiting for frames on imagestream'],
    [{ kind: 'starting' }, 'opening srt://video:9000'],
    [{ kind: 'streaming' }, 'streaming to srt://video:9000'],
    [{ kind: 'closing', reason: 'idle' }, 'closing the stream to srt://video:9000'],
    [{ kind: 'failed', reason: 'the disk is full', retryMs: 2_500 }, 'retrying in 2.5 s: the disk is full'],
  ])('says what the service does: %o', (state, line) => {
    expect(statusLine(state, NAMES, undefined)).toBe(line);
  });

  test('has the figures of the last seconds of a stream', () => {
    const recent = {
      seconds: 5,
      before: { ...NOTHING, output: 100, dup: 3 },
      after: { ...NOTHING, output: 220, dup: 5 },
      ages: { count: 4, sumMs: 90, maxMs: 40 },
    };
    expect(statusLine({ kind: 'streaming' }, NAMES, recent)).toBe(
      'streaming 24.0 fps to srt://video:9000, 2 dup, lag 23 ms',
    );
    expect(statusLine({ kind: 'streaming' }, NAMES, { ...recent, ages: NO_AGES })).toBe(
      'streaming 24.0 fps to srt://video:9000, 2 dup',
    );
  });

  test('has no figures of a stream that is over', () => {
    const recent = { seconds: 5, before: NOTHING, after: NOTHING, ages: NO_AGES };
    expect(statusLine({ kind: 'waiting' }, NAMES, recent)).toBe('waiting for frames on imagestream');
  });
});
