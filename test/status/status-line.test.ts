import { describe, expect, test } from 'bun:test';
import { NO_AGES } from '../../src/base/counts.ts';
import type { SessionState } from '../../src/base/session-state.ts';
import { firstSnapshot, type Snapshot } from '../../src/status/snapshot.ts';
import { statusLine } from '../../src/status/status-line.ts';

const NAMES = { stream: 'imagestream', destinations: ['srt://video:9000'] };
const FIRST = firstSnapshot(0n);
const FULL = { code: 'file-disk-full', text: 'the disk is full' } as const;

function inState(state: SessionState, ...places: Snapshot['places']): Snapshot {
  return { ...FIRST, session: { state, sinceNs: 0n }, places };
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
    const place = { output: 'srt://video:9000', shown: '/data/out-2.ts' };
    expect(statusLine(inState({ kind: 'streaming' }, place), NAMES)).toBe('streaming to /data/out-2.ts');
  });

  test('names all destinations, and only where there is none the recorder', () => {
    const recorder = '/data/kept';
    const several = { ...NAMES, destinations: ['srt://a:1', 'udp://b:2', 'c.ts'], recorder };
    expect(statusLine(inState({ kind: 'starting' }), several)).toBe('opening srt://a:1, udp://b:2 and c.ts');
    const alone = { ...NAMES, destinations: [], recorder };
    expect(statusLine(inState({ kind: 'starting' }), alone)).toBe('opening the recording in /data/kept');
    const closing = inState({ kind: 'closing', reason: 'idle' });
    expect(statusLine(closing, alone)).toBe('closing the recording in /data/kept');
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
