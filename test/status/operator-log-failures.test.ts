import { describe, expect, test } from 'bun:test';
import type { OperatorLog } from '../../src/status/operator-log.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { operatorLog } from '../support/operator-log.ts';

/** A stream that opens and lasts a second. */
async function breakSoon(operator: OperatorLog, clock: FakeClock): Promise<void> {
  operator.state({ kind: 'starting' });
  operator.state({ kind: 'streaming' });
  operator.ffmpegLine('[error] Broken pipe');
  await clock.advanceMs(1_000);
  operator.flush();
  operator.state({ kind: 'failed', reason: 'closed', retryMs: 500 });
}

describe('an attempt to open the destination that fails', () => {
  const refused = { kind: 'failed', reason: 'refused (ffmpeg: 18:34:01 h:1)', retryMs: 500 } as const;

  /** An attempt in which ffmpeg says two lines, and ends. */
  function fail(operator: OperatorLog, reason: string = refused.reason): void {
    operator.state({ kind: 'waiting' });
    operator.state({ kind: 'starting' });
    operator.ffmpegLine('[srt @ 0x5] [error] Connection failed');
    operator.ffmpegLine('[error] srt://h:1: Input/output error');
    operator.state({ ...refused, reason });
  }

  test('is one line, which has the words of ffmpeg; the rest is for those who look closely', () => {
    const { log, operator } = operatorLog();
    fail(operator);
    expect(log.take()).toEqual([
      'info: waiting for frames on imagestream',
      'info: a frame is there: opening srt://video:9000',
      'debug: ffmpeg: [srt @ 0x5] [error] Connection failed',
      'debug: ffmpeg: [error] srt://h:1: Input/output error',
      'error: the stream to srt://video:9000 failed: refused (ffmpeg: 18:34:01 h:1); trying again in 0.5 s',
    ]);
  });

  test('is said again after a minute, with a count, if it is the same but for its numbers', async () => {
    const { log, clock, operator } = operatorLog();
    const said = () => log.take().filter((line) => !line.startsWith('debug: '));
    fail(operator);
    expect(said()).toHaveLength(3);
    for (let attempt = 1; attempt < 12; attempt += 1) {
      await clock.advanceMs(5_000);
      fail(operator, `refused (ffmpeg: 18:34:${attempt} h:1)`);
    }
    expect(said()).toEqual([]);
    await clock.advanceMs(5_000);
    fail(operator);
    expect(said()).toEqual([
      'error: the stream to srt://video:9000 failed: refused (ffmpeg: 18:34:01 h:1); trying again in 0.5 s ' +
        '(and 11 more before it)',
    ]);
    fail(operator);
    fail(operator, 'unknown host');
    expect(said()).toEqual([
      'error: the stream to srt://video:9000 failed: unknown host; trying again in 0.5 s',
    ]);
  });

  test('is forgotten once the destination is open, which says how many were not told of', () => {
    const { log, operator } = operatorLog();
    for (let attempt = 0; attempt < 4; attempt += 1) fail(operator);
    log.take();
    operator.state({ kind: 'starting' });
    operator.state({ kind: 'streaming' });
    fail(operator);
    const said = log.take().filter((line) => !line.startsWith('debug: '));
    expect(said[0]).toBe('info: streaming to srt://video:9000 (failed attempts not told of: 3)');
    expect(said.at(-1)).toStartWith('error: the stream to srt://video:9000 failed: refused');
  });

  test('keeps no line from those who wait for it when the destination opens after all', () => {
    const { log, operator } = operatorLog();
    operator.state({ kind: 'starting' });
    operator.ffmpegLine('[libx264 @ 0x5] [warning] odd');
    operator.state({ kind: 'streaming' });
    operator.ffmpegLine('[error] later');
    expect(log.take()).toEqual([
      'info: a frame is there: opening srt://video:9000',
      'info: streaming to srt://video:9000',
      'warn: ffmpeg: [libx264 @ 0x5] odd',
      'error: ffmpeg: later',
    ]);
  });

  test('names the file of the settings again where that is free again', () => {
    const { log, operator } = operatorLog();
    operator.output('/data/out-2.ts');
    operator.output('srt://video:9000');
    operator.state({ kind: 'starting' });
    expect(log.lines.at(-1)).toBe('info: a frame is there: opening srt://video:9000');
  });

  test('names the file that it goes to once', () => {
    const { log, operator } = operatorLog();
    for (let attempt = 0; attempt < 3; attempt += 1) operator.output('/data/out-2.ts');
    expect(log.take().filter((line) => line.startsWith('info: '))).toHaveLength(1);
  });
});

describe('a stream that breaks soon after it has opened, over and over', () => {
  test('is told of five times, then once a minute, and again when one is good', async () => {
    const { log, clock, operator } = operatorLog();
    const said = () => log.take().filter((line) => !line.startsWith('debug: '));
    for (let stream = 0; stream < 5; stream += 1) await breakSoon(operator, clock);
    expect(said().filter((line) => line.startsWith('info: streaming'))).toHaveLength(5);
    for (let stream = 0; stream < 30; stream += 1) await breakSoon(operator, clock);
    expect(said()).toEqual([]);
    await clock.advanceMs(60_000);
    await breakSoon(operator, clock);
    expect(said()).toEqual([
      'error: the stream to srt://video:9000 failed: closed; trying again in 0.5 s ' +
        '(and 30 more before it)',
    ]);
    await breakSoon(operator, clock);
    operator.state({ kind: 'starting' });
    operator.state({ kind: 'streaming' });
    await clock.advanceMs(9_000);
    operator.flush();
    expect(said()).toEqual([]);
    await clock.advanceMs(1_000);
    operator.flush();
    operator.flush();
    expect(said()).toEqual(['info: streaming to srt://video:9000 (failed attempts not told of: 1)']);
    await breakSoon(operator, clock);
    expect(said().at(-1)).toStartWith('error: the stream to srt://video:9000 failed: closed');
  });

  test('is not what one is that is closed in order', async () => {
    const { log, clock, operator } = operatorLog();
    for (let stream = 0; stream < 4; stream += 1) await breakSoon(operator, clock);
    operator.state({ kind: 'starting' });
    operator.state({ kind: 'streaming' });
    operator.state({ kind: 'closing', reason: 'idle' });
    log.take();
    for (let stream = 0; stream < 5; stream += 1) await breakSoon(operator, clock);
    expect(log.take().filter((line) => line.startsWith('info: streaming'))).toHaveLength(5);
  });
});
