import { describe, expect, test } from 'bun:test';
import {
  CONNECTING,
  NO_FRAMES,
  OperatorStage,
  said,
  SETTINGS,
  started,
  streaming,
  STREAMING,
} from '../support/operator-log.ts';

describe('an output that streams', () => {
  test('is told of by itself, not by the session, and only once the link has held', () => {
    const stage = started();
    stage.state(STREAMING);
    stage.output({ kind: 'settling' });
    expect(said(stage)).toEqual(['info: a frame is there: opening srt://video:9000']);
    stage.output(STREAMING);
    expect(said(stage)).toEqual(['info: streaming to srt://video:9000']);
  });

  test('is told of only once there is video for it', () => {
    const stage = started();
    stage.output(STREAMING);
    expect(said(stage)).toEqual(['info: a frame is there: opening srt://video:9000']);
    stage.state(STREAMING);
    expect(said(stage)).toEqual(['info: streaming to srt://video:9000']);
  });

  test('lets ffmpeg say what it has to say as soon as it encodes', () => {
    const stage = started();
    stage.ffmpegSays('[warning] odd');
    stage.log.take();
    stage.state(STREAMING);
    expect(said(stage)).toEqual(['warn: ffmpeg: odd']);
  });

  test('is told of in each session anew; where ffmpeg writes itself, the session says it', () => {
    const stage = streaming();
    stage.state({ kind: 'closing', reason: 'idle' });
    stage.output({ kind: 'closed' });
    stage.state({ kind: 'waiting' });
    stage.state({ kind: 'starting' });
    stage.output(CONNECTING);
    stage.state(STREAMING);
    stage.output(STREAMING);
    expect(said(stage).slice(2)).toEqual([
      'info: a frame is there: opening srt://video:9000',
      'info: streaming to srt://video:9000',
    ]);
    stage.state({ kind: 'starting' });
    stage.state(STREAMING);
    expect(said(stage).at(-1)).toBe('info: streaming to srt://video:9000');
  });

  test('says how many sessions could not begin before', () => {
    const stage = new OperatorStage();
    for (let attempt = 0; attempt < 3; attempt += 1) stage.fails('no ffmpeg');
    stage.state({ kind: 'starting' });
    stage.output(STREAMING);
    stage.state(STREAMING);
    expect(said(stage).at(-1)).toBe('info: streaming to srt://video:9000 (failed attempts not told of: 2)');
  });

  test('says that once, where there are several', () => {
    const stage = new OperatorStage();
    for (let attempt = 0; attempt < 3; attempt += 1) stage.fails('no ffmpeg');
    stage.state({ kind: 'starting' });
    stage.output(STREAMING);
    stage.output(STREAMING, 'udp://group:5000');
    stage.state(STREAMING);
    expect(said(stage).slice(-2)).toEqual([
      'info: streaming to srt://video:9000 (failed attempts not told of: 2)',
      'info: streaming to udp://group:5000',
    ]);
  });

  test('is named by the file that it goes to instead of one that is there', () => {
    const stage = started();
    stage.goesTo('/data/out-2.ts');
    stage.output(STREAMING);
    stage.state(STREAMING);
    expect(said(stage).at(-1)).toBe('info: streaming to /data/out-2.ts');
  });

  test('is told of apart from the others', () => {
    const stage = started();
    stage.state(STREAMING);
    stage.output(STREAMING, 'udp://group:5000');
    stage.outputFails('refused');
    expect(said(stage).slice(1)).toEqual([
      'info: streaming to udp://group:5000',
      'error: the stream to srt://video:9000 failed: refused; trying again in 0.5 s',
    ]);
  });
});

describe('an output that fails', () => {
  test('is told of once, again after a minute, and when it streams with the number of the others', async () => {
    const stage = streaming();
    for (let second = 0; second < 65; second += 1) {
      stage.outputFails(`refused ${second}`);
      await stage.clock.advanceMs(1_000);
      stage.output(CONNECTING);
    }
    expect(said(stage)).toEqual([
      'error: the stream to srt://video:9000 failed: refused 0; trying again in 0.5 s',
      'error: the stream to srt://video:9000 failed: refused 60; trying again in 0.5 s (and 59 more before it)',
    ]);
    stage.output(STREAMING);
    expect(said(stage)).toEqual(['info: streaming to srt://video:9000 (failed attempts not told of: 4)']);
  });

  test('says each reason of an outage at once: that the link broke, and that nobody answers', () => {
    const stage = streaming();
    stage.outputFails('no acknowledgement');
    stage.outputFails('no answer');
    stage.outputFails('no answer');
    expect(said(stage)).toEqual([
      'error: the stream to srt://video:9000 failed: no acknowledgement; trying again in 0.5 s',
      'error: the stream to srt://video:9000 failed: no answer; trying again in 0.5 s',
    ]);
  });

  test('does not fill the journal where it breaks every few seconds for ever, and the last word is how it is', async () => {
    const stage = streaming();
    const { log, clock } = stage;
    for (let outage = 0; outage < 600; outage += 1) {
      stage.outputFails('no acknowledgement');
      stage.outputFails('no answer');
      await clock.advanceMs(1_000);
      stage.output(STREAMING);
      stage.on(NO_FRAMES);
      const last = log.lines.findLast((line) => !line.startsWith('debug: '));
      expect(last).toStartWith('info: streaming to');
      await clock.advanceMs(2_000);
    }
    // 30 minutes of it.
    expect(said(stage).length).toBeLessThan(2 * (10 + 31));
  });

  test('is told of for those who look closely each time', async () => {
    const stage = streaming();
    for (let outage = 0; outage < 600; outage += 1) {
      stage.outputFails('no acknowledgement');
      await stage.clock.advanceMs(1_000);
      stage.output(STREAMING);
    }
    const all = stage.log.take().filter((line) => line.includes('no acknowledgement'));
    expect(all).toHaveLength(600);
  });

  test('is told of at once with other settings', () => {
    const stage = streaming();
    stage.outputFails('refused');
    stage.operator.configure(SETTINGS);
    stage.outputFails('refused');
    expect(said(stage)).toHaveLength(2);
  });
});
