import { describe, expect, test } from 'bun:test';
import { DESTINATION, NO_FRAMES, said, started, streaming, STREAMING } from '../support/operator-log.ts';

describe('an output that is called', () => {
  test('says that it listens, that it streams, and who comes and goes', async () => {
    const stage = started();
    stage.log.take();
    stage.state(STREAMING);
    stage.output({ kind: 'listening' });
    await stage.clock.advanceMs(5_000);
    stage.output(STREAMING);
    stage.figures({ viewers: 1 });
    await stage.clock.advanceMs(1_000);
    stage.figures({ viewers: 1 });
    await stage.clock.advanceMs(1_000);
    stage.figures({ viewers: 2 });
    await stage.clock.advanceMs(1_000);
    stage.output({ kind: 'listening' });
    stage.figures({ viewers: 0 });
    await stage.clock.advanceMs(1_000);
    stage.output(STREAMING);
    stage.figures({ viewers: 1 });
    expect(said(stage)).toEqual([
      'info: listening for viewers at srt://video:9000',
      'info: streaming to srt://video:9000',
      'info: a viewer has connected to srt://video:9000: 1 there now',
      'info: a viewer has connected to srt://video:9000: 2 there now',
      'info: a viewer has left srt://video:9000: 0 there now',
      'info: a viewer has connected to srt://video:9000: 1 there now',
    ]);
  });

  test('says that it listens after it could not, with the number of attempts', () => {
    const stage = started();
    stage.log.take();
    for (let attempt = 0; attempt < 3; attempt += 1) stage.outputFails('port in use');
    stage.output({ kind: 'listening' });
    expect(said(stage)).toEqual([
      'error: the stream to srt://video:9000 failed: port in use; trying again in 0.5 s',
      'info: listening for viewers at srt://video:9000 (failed attempts not told of: 2)',
    ]);
  });

  test('does not fill the journal where a viewer comes and goes for ever', async () => {
    const stage = started();
    stage.state(STREAMING);
    stage.output({ kind: 'listening' });
    for (let visit = 0; visit < 600; visit += 1) {
      stage.output(STREAMING);
      stage.figures({ viewers: 1 });
      await stage.clock.advanceMs(500);
      stage.output({ kind: 'listening' });
      stage.figures({ viewers: 0 });
      await stage.clock.advanceMs(500);
      stage.on(NO_FRAMES);
    }
    expect(said(stage).length).toBeLessThan(3 + 10 + 11);
    await stage.clock.advanceMs(60_000);
    stage.on(NO_FRAMES);
    expect(stage.log.lines.at(-1)).toMatch(/^info: a viewer has left srt:\/\/video:9000: 0 there now \(and/);
  });

  test('says that a viewer was turned away, and once a minute how many more were', async () => {
    const stage = streaming();
    for (let second = 0; second < 61; second += 1) {
      stage.on({ kind: 'viewer-turned-away', output: DESTINATION, viewers: 16 });
      await stage.clock.advanceMs(1_000);
    }
    const message =
      'warn: a viewer was turned away from srt://video:9000: 16 are there, and no more are let in';
    expect(said(stage)).toEqual([message, `${message} (and 59 more before it)`]);
  });

  test('is not one that calls itself: of that no viewer is told', () => {
    const stage = streaming();
    stage.figures({ viewers: 1 });
    expect(said(stage)).toEqual([]);
  });
});
