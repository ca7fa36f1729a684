import { describe, expect, test } from 'bun:test';
import type { Failure } from '../../src/base/failure.ts';
import { NO_FRAMES, OperatorStage, said, SETTINGS } from '../support/operator-log.ts';

const KILLED: Failure = { code: 'ffmpeg-killed', text: 'killed by signal 9', signal: 9 };

/** A session that streams to an output of ours. */
function streaming(): OperatorStage {
  const stage = new OperatorStage();
  stage.state({ kind: 'starting' });
  stage.output({ kind: 'streaming' });
  stage.state({ kind: 'streaming' });
  stage.log.take();
  return stage;
}

function restarts(stage: OperatorStage, failure = KILLED, retryMs = 0): void {
  stage.state({ kind: 'restarting', failure, retryMs });
}

describe('an ffmpeg that fails in a session that goes on', () => {
  test('is told of, and that the next one encodes; not that the stream opens, which it was all the time', () => {
    const stage = streaming();
    restarts(stage);
    stage.state({ kind: 'streaming' });
    expect(stage.log.take()).toEqual([
      'error: ffmpeg failed: killed by signal 9; the next one begins in 0.0 s, the stream stays open',
      'info: the next ffmpeg encodes, the stream goes on',
    ]);
  });

  test('is told of once more where the next ones cannot begin, with their number', () => {
    const stage = streaming();
    restarts(stage);
    const late: Failure = { code: 'ffmpeg-stalled', text: 'nothing within 20 s' };
    for (let attempt = 0; attempt < 3; attempt += 1) restarts(stage, late, 1_500);
    stage.state({ kind: 'streaming' });
    expect(said(stage)).toEqual([
      'error: ffmpeg failed: killed by signal 9; the next one begins in 0.0 s, the stream stays open',
      'error: ffmpeg failed: nothing within 20 s; the next one begins in 1.5 s, the stream stays open',
      'info: the next ffmpeg encodes, the stream goes on (failed attempts not told of: 2)',
    ]);
  });

  test('does not fill the journal where it fails every few seconds for ever', async () => {
    const stage = streaming();
    for (let failure = 0; failure < 600; failure += 1) {
      restarts(stage);
      stage.state({ kind: 'streaming' });
      await stage.clock.advanceMs(3_000);
      stage.on(NO_FRAMES);
    }
    expect(said(stage).length).toBeLessThan(2 * (10 + 31));
  });

  test('says why in one line; what it said itself is for those who look closely', () => {
    const stage = streaming();
    restarts(stage);
    stage.ffmpegSays('[error] no memory');
    restarts(stage);
    expect(stage.log.take()).toContain('debug: ffmpeg: [error] no memory');
    stage.ffmpegSays('[warning] odd');
    stage.state({ kind: 'streaming' });
    const lines = said(stage);
    expect(lines).toContain('warn: ffmpeg: odd');
    expect(lines).not.toContain('error: ffmpeg: no memory');
  });

  test('and cannot be begun again ends the session, which says so; the next one opens all anew', () => {
    const stage = streaming();
    restarts(stage);
    stage.log.take();
    stage.output({ kind: 'closed' });
    stage.fails('killed by signal 9');
    stage.state({ kind: 'starting' });
    stage.output({ kind: 'streaming' });
    stage.state({ kind: 'streaming' });
    expect(said(stage)).toEqual([
      'error: the stream to srt://video:9000 failed: killed by signal 9; trying again in 0.5 s',
      'info: streaming to srt://video:9000',
    ]);
    restarts(stage);
    expect(said(stage)).toHaveLength(1);
  });

  test('holds back the word of an output until there is video again', () => {
    const stage = streaming();
    stage.outputFails('lost');
    restarts(stage);
    stage.log.take();
    stage.output({ kind: 'streaming' });
    expect(said(stage)).toEqual([]);
    stage.state({ kind: 'streaming' });
    expect(said(stage)).toEqual([
      'info: the next ffmpeg encodes, the stream goes on',
      'info: streaming to srt://video:9000',
    ]);
  });
});

describe('an encoder that is changed', () => {
  const slow: Failure = { code: 'ffmpeg-stalled', text: 'nothing within 20 s' };

  test('is told of each time', () => {
    const stage = streaming();
    stage.on({ kind: 'encoder-changed' });
    stage.on({ kind: 'encoder-changed' });
    expect(said(stage)).toEqual(
      Array.from({ length: 2 }, () => 'info: the encoder was changed between two frames'),
    );
  });

  test('is told of where it cannot be, first and then once a minute, and when it is with the number', async () => {
    const stage = streaming();
    for (let second = 0; second < 62; second += 1) {
      stage.on({ kind: 'encoder-not-changed', failure: slow, retryMs: 4_000 });
      await stage.clock.advanceMs(1_000);
    }
    const words =
      'error: the encoder with the new settings failed: nothing within 20 s; the one before goes on, trying again in 4.0 s';
    expect(said(stage)).toEqual([words, `${words} (and 59 more before it)`]);
    stage.on({ kind: 'encoder-changed' });
    expect(said(stage)).toEqual([
      'info: the encoder was changed between two frames (failed attempts not told of: 1)',
    ]);
  });

  test('is told of at once where it cannot be with still other settings', () => {
    const stage = streaming();
    stage.on({ kind: 'encoder-not-changed', failure: slow, retryMs: 500 });
    stage.operator.configure(SETTINGS);
    stage.on({ kind: 'encoder-not-changed', failure: slow, retryMs: 500 });
    expect(said(stage)).toHaveLength(2);
  });
});
