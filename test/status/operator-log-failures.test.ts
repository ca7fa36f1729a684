import { describe, expect, test } from 'bun:test';
import { DESTINATION, NO_FRAMES, OperatorStage, SETTINGS } from '../support/operator-log.ts';

/** A stream that opens and lasts a second. */
async function breakSoon(stage: OperatorStage): Promise<void> {
  stage.state({ kind: 'starting' });
  stage.state({ kind: 'streaming' });
  stage.ffmpegSays('[error] Broken pipe');
  await stage.clock.advanceMs(1_000);
  stage.on(NO_FRAMES);
  stage.fails('closed');
}

describe('an attempt to open the destination that fails', () => {
  const refused = 'refused (ffmpeg: 18:34:01 h:1)';

  /** An attempt in which ffmpeg says two lines, and ends. */
  function fail(stage: OperatorStage, reason: string = refused): void {
    stage.state({ kind: 'waiting' });
    stage.state({ kind: 'starting' });
    stage.ffmpegSays('[srt @ 0x5] [error] Connection failed');
    stage.ffmpegSays('[error] srt://h:1: Input/output error');
    stage.fails(reason);
  }

  test('is one line, which has the words of ffmpeg; the rest is for those who look closely', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    fail(stage);
    expect(log.take()).toEqual([
      'info: waiting for frames on imagestream',
      'info: a frame is there: opening srt://video:9000',
      'debug: ffmpeg: [srt @ 0x5] [error] Connection failed',
      'debug: ffmpeg: [error] srt://h:1: Input/output error',
      'error: the stream to srt://video:9000 failed: refused (ffmpeg: 18:34:01 h:1); trying again in 0.5 s',
    ]);
  });

  test('is said again after a minute, with a count, if it is the same but for its numbers', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    const said = () => log.take().filter((line) => !line.startsWith('debug: '));
    fail(stage);
    expect(said()).toHaveLength(3);
    for (let attempt = 1; attempt < 12; attempt += 1) {
      await clock.advanceMs(5_000);
      fail(stage, `refused (ffmpeg: 18:34:${attempt} h:1)`);
    }
    expect(said()).toEqual([]);
    await clock.advanceMs(5_000);
    fail(stage);
    expect(said()).toEqual([
      'error: the stream to srt://video:9000 failed: refused (ffmpeg: 18:34:01 h:1); trying again in 0.5 s ' +
        '(and 11 more before it)',
    ]);
    fail(stage);
    fail(stage, 'unknown host');
    expect(said()).toEqual([
      'error: the stream to srt://video:9000 failed: unknown host; trying again in 0.5 s ' +
        '(failed attempts not told of: 1)',
    ]);
  });

  test('is forgotten once the destination is open, which says how many were not told of', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    for (let attempt = 0; attempt < 4; attempt += 1) fail(stage);
    log.take();
    stage.state({ kind: 'starting' });
    stage.state({ kind: 'streaming' });
    fail(stage);
    const said = log.take().filter((line) => !line.startsWith('debug: '));
    expect(said[0]).toBe('info: streaming to srt://video:9000 (failed attempts not told of: 3)');
    expect(said.at(-1)).toStartWith('error: the stream to srt://video:9000 failed: refused');
  });

  test('keeps no line from those who wait for it when the destination opens after all', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.state({ kind: 'starting' });
    stage.ffmpegSays('[libx264 @ 0x5] [warning] odd');
    stage.state({ kind: 'streaming' });
    stage.ffmpegSays('[error] later');
    expect(log.take()).toEqual([
      'info: a frame is there: opening srt://video:9000',
      'info: streaming to srt://video:9000',
      'warn: ffmpeg: [libx264 @ 0x5] odd',
      'error: ffmpeg: later',
    ]);
  });

  test('names the file of the settings again where that is free again', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.goesTo('/data/out-2.ts');
    stage.goesTo(DESTINATION);
    stage.state({ kind: 'starting' });
    expect(log.lines.at(-1)).toBe('info: a frame is there: opening srt://video:9000');
  });

  test('names the file that it goes to once', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    for (let attempt = 0; attempt < 3; attempt += 1) stage.goesTo('/data/out-2.ts');
    expect(log.take().filter((line) => line.startsWith('info: '))).toHaveLength(1);
  });
});

describe('a stream that breaks soon after it has opened, over and over', () => {
  test('is told of five times, then once a minute, and again when one is good', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    const said = () => log.take().filter((line) => !line.startsWith('debug: '));
    for (let stream = 0; stream < 5; stream += 1) await breakSoon(stage);
    expect(said().filter((line) => line.startsWith('info: streaming'))).toHaveLength(5);
    for (let stream = 0; stream < 30; stream += 1) await breakSoon(stage);
    expect(said()).toEqual([]);
    await clock.advanceMs(60_000);
    await breakSoon(stage);
    expect(said()).toEqual([
      'error: the stream to srt://video:9000 failed: closed; trying again in 0.5 s ' +
        '(and 30 more before it)',
    ]);
    await breakSoon(stage);
    stage.state({ kind: 'starting' });
    stage.state({ kind: 'streaming' });
    await clock.advanceMs(9_000);
    stage.on(NO_FRAMES);
    expect(said()).toEqual([]);
    await clock.advanceMs(1_000);
    stage.on(NO_FRAMES);
    stage.on(NO_FRAMES);
    expect(said()).toEqual(['info: streaming to srt://video:9000 (failed attempts not told of: 1)']);
    await breakSoon(stage);
    expect(said().at(-1)).toStartWith('error: the stream to srt://video:9000 failed: closed');
  });

  test.each(['idle', 'stopped', 'settings'] as const)(
    'is not what one is that is closed: %s',
    async (reason) => {
      const stage = new OperatorStage();
      const { log } = stage;
      for (let stream = 0; stream < 4; stream += 1) await breakSoon(stage);
      stage.state({ kind: 'starting' });
      stage.state({ kind: 'streaming' });
      stage.state({ kind: 'closing', reason });
      log.take();
      for (let stream = 0; stream < 5; stream += 1) await breakSoon(stage);
      expect(log.take().filter((line) => line.startsWith('info: streaming'))).toHaveLength(5);
    },
  );
});

describe('other settings', () => {
  const elsewhere = { ...SETTINGS, destinations: ['srt://other:9000'] };

  test('say nothing of a session that they close', () => {
    const stage = new OperatorStage();
    stage.state({ kind: 'closing', reason: 'settings' });
    expect(stage.log.lines).toEqual([]);
  });

  test('have the same failure said again, with the attempts that were not told of', () => {
    const stage = new OperatorStage();
    for (let attempt = 0; attempt < 4; attempt += 1) stage.fails('refused');
    stage.log.take();
    stage.operator.configure(elsewhere);
    stage.state({ kind: 'starting' });
    stage.fails('refused');
    expect(stage.log.lines).toEqual([
      'info: a frame is there: opening srt://other:9000',
      'error: the stream to srt://other:9000 failed: refused; trying again in 0.5 s (failed attempts not told of: 3)',
    ]);
  });

  test('that name another Redis have its connection said, and what it refuses', () => {
    const stage = new OperatorStage();
    stage.on({ kind: 'redis-connected' });
    stage.losesRedis('refused');
    stage.operator.configure({ ...SETTINGS, redis: 'Redis at shed:6379' });
    stage.log.take();
    stage.losesRedis('refused');
    stage.on({ kind: 'redis-connected' });
    expect(stage.log.lines).toEqual([
      'error: refused; trying again until it answers',
      'info: Redis at shed:6379: connected',
    ]);
  });

  test('have what Redis still refuses said again: it may have been the password', () => {
    const stage = new OperatorStage();
    stage.losesRedis('refused');
    stage.losesRedis('refused');
    stage.operator.configure(SETTINGS);
    stage.losesRedis('refused');
    stage.losesRedis('refused');
    expect(stage.log.lines).toEqual(
      Array.from({ length: 2 }, () => 'error: refused; trying again until it answers'),
    );
  });

  test('of another frame say nothing late of frames that were wrong before, and the next one that is at once', async () => {
    const stage = new OperatorStage();
    const wrong = (sizeBytes: number) =>
      stage.on({
        kind: 'wrong-entry',
        entry: { kind: 'wrong-size', id: { ms: 7n, sequence: 0n }, sizeBytes },
      });
    wrong(1);
    wrong(2);
    stage.log.take();
    stage.operator.configure({ ...SETTINGS, key: 'image' });
    wrong(3);
    expect(stage.log.take()).toEqual([expect.stringContaining('frame 7-0 has 3 bytes in image')]);
    await stage.clock.advanceMs(2_000);
    stage.on(NO_FRAMES);
    expect(stage.log.lines).toEqual([]);
  });
});
