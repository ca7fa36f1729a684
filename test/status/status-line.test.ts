import { describe, expect, test } from 'bun:test';
import { NO_AGES } from '../../src/base/counts.ts';
import type { SessionState } from '../../src/base/session-state.ts';
import { firstSnapshot, type Snapshot } from '../../src/status/snapshot.ts';
import { statusLine } from '../../src/status/status-line.ts';

const NAMES = { stream: 'imagestream', destination: 'srt://video:9000' };
const FIRST = firstSnapshot(0n);
const FULL = { code: 'file-disk-full', text: 'the disk is full' } as const;

function inState(state: SessionState, output?: string): Snapshot {
  return { ...FIRST, session: { state, sinceNs: 0n, ...(output !== undefined && { output }) } };
}

describe('the line for the service manager', () => {
  test.each<[SessionState, string]>([
    [{ kind: 'waiting' }, 'waiting for frames on imagestream'],
    [{ kind: 'starting' }, 'opening srt://video:9000'],
    [{ kind: 'streaming' }, 'streaming to srt://video:9000'],
    [{ kind: 'closing', reason: 'idle' }, 'closing the stream to srt://video:9000'],
    [{ kind: 'failed', failure: FULL, retryMs: 2_500 }, 'retrying in 2.5 s: the disk is full'],
  ])('says what the service does: %o', (state, line) => {
    expect(statusLine(inState(state), NAMES)).toBe(line);
  });

  test('names the file that a recording goes to instead of one that is there', () => {
    expect(statusLine(inState({ kind: 'streaming' }, '/data/out-2.ts'), NAMES)).toBe(
      'streaming to /data/out-2.ts',
    );
  });

  test('has the figures of the last seconds of a session', () => {
    const before = { ...FIRST, frames: { ...FIRST.frames, output: 100, dup: 3 } };
    const after = {
      ...inState({ kind: 'streaming' }),
      atNs: 5_000_000_000n,
      frames: { ...FIRST.frames, output: 220, dup: 5 },
    };
    const ages = { count: 4, sumMs: 90, maxMs: 40 };
    expect(statusLine(after, NAMES, { before, ages })).toBe(
      'streaming 24.0 fps to srt://video:9000, 2 dup, lag 23 ms',
    );
    expect(statusLine(after, NAMES, { before, ages: NO_AGES })).toBe(
      'streaming 24.0 fps to srt://video:9000, 2 dup',
    );
  });

  test('has no figures of a session that is over', () => {
    const recent = { before: FIRST, ages: NO_AGES };
    expect(statusLine(inState({ kind: 'waiting' }), NAMES, recent)).toBe('waiting for frames on imagestream');
  });
});
