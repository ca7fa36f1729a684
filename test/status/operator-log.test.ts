import { describe, expect, test } from 'bun:test';
import { NO_FRAMES, OperatorStage } from '../support/operator-log.ts';

const id = { ms: 1_700_000_000_000n, sequence: 3n };

describe('what the service does', () => {
  test('is said in words', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.state({ kind: 'waiting' });
    stage.state({ kind: 'starting' });
    stage.state({ kind: 'streaming' });
    stage.state({ kind: 'closing', reason: 'idle' });
    stage.fails('the disk is full');
    expect(log.lines).toEqual([
      'info: waiting for frames on imagestream',
      'info: a frame is there: opening srt://video:9000',
      'info: streaming to srt://video:9000',
      'info: no new frame on imagestream for 5 s: closing the stream until one comes',
      'error: the stream to srt://video:9000 failed: the disk is full; trying again in 0.5 s',
    ]);
  });

  test('names the file that a recording goes to instead of one that is there', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.goesTo('/data/out-2.ts');
    expect(log.lines[0]).toEndWith('exists already: this stream goes to /data/out-2.ts');
  });
});

describe('a Redis that is lost', () => {
  test('is said once for each reason, and once that it is back', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.on({ kind: 'redis-connected' });
    expect(log.take()).toEqual(['info: Redis at box:6379: connected']);
    for (let attempt = 0; attempt < 20; attempt += 1) stage.losesRedis('refused');
    expect(log.take()).toEqual(['error: refused; trying again until it answers']);
    stage.losesRedis('still loading');
    stage.losesRedis('still loading');
    expect(log.take()).toHaveLength(1);
    stage.on({ kind: 'redis-connected' });
    expect(log.take()).toEqual(['info: Redis at box:6379: connected again']);
    stage.losesRedis('refused');
    expect(log.take()).toHaveLength(1);
  });

  test('that comes and goes for ever is told of ever more rarely, and the last word is how it is', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    stage.on({ kind: 'redis-connected' });
    for (let loss = 0; loss < 1_000; loss += 1) {
      await clock.advanceMs(600);
      stage.losesRedis('closed');
      await clock.advanceMs(600);
      stage.on({ kind: 'redis-connected' });
      stage.on(NO_FRAMES);
      expect(log.lines.at(-1)).toMatch(/^info: Redis at box:6379: connected/);
    }
    // 20 minutes of it.
    expect(log.lines.length).toBeLessThan(2 * (10 + 21) + 1);
  });

  test('that has lost its data is said as well', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.on({ kind: 'stream-started-over' });
    expect(log.lines[0]).toStartWith('warn: imagestream has started over');
  });
});

describe('a wrong frame', () => {
  test('of another size is named with its id, its size and the size needed', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.on({ kind: 'wrong-entry', entry: { kind: 'wrong-size', id, sizeBytes: 2_073_600 } });
    expect(log.lines).toEqual([
      'warn: frame 1700000000000-3 has 2073600 bytes in pixels, needed are 4147200 bytes for 1920x1080 gray16be: ' +
        'dropped; check COSMOS_VIDEO_RESOLUTION and COSMOS_VIDEO_FORMAT',
    ]);
  });

  test('without the field is named with its id and the field', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.on({ kind: 'wrong-entry', entry: { kind: 'no-key', id } });
    expect(log.lines).toEqual([
      'warn: frame 1700000000000-3 has no field pixels: dropped; check COSMOS_VIDEO_KEY',
    ]);
  });

  test.each([
    [
      { kind: 'too-many-fields', id, fieldCount: 500_001 },
      'has 500001 fields, at most 1000 may stand beside the frame',
    ],
    [{ kind: 'too-much-beside', id }, 'has more than 64 MiB in the fields beside the frame'],
  ] as const)('with too much beside its pixels is named with it: %#', (entry, words) => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.on({ kind: 'wrong-entry', entry });
    expect(log.lines).toEqual([
      `warn: frame 1700000000000-3 ${words}: dropped; check what writes into the stream`,
    ]);
  });

  test('is said at most once a second, with the number of the others', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    for (let frame = 0; frame < 72; frame += 1) {
      stage.on({ kind: 'wrong-entry', entry: { kind: 'no-key', id } });
      await clock.advanceMs(1_000 / 24);
    }
    expect(log.lines).toHaveLength(3);
    expect(log.lines[2]).toEndWith('(and 23 more before it)');
    await clock.advanceMs(1_000);
    stage.on(NO_FRAMES);
    expect(log.lines).toHaveLength(4);
  });
});

describe('wrong frames that never end', () => {
  test('are said ten times, then once a minute, but one that is wrong in another way at once', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    for (let second = 0; second < 600; second += 1) {
      stage.on({ kind: 'wrong-entry', entry: { kind: 'wrong-size', id, sizeBytes: 9 } });
      stage.on(NO_FRAMES);
      await clock.advanceMs(1_000);
    }
    expect(log.take()).toHaveLength(19);
    stage.on({ kind: 'wrong-entry', entry: { kind: 'no-key', id } });
    expect(log.take()).toHaveLength(1);
  });

  test('nor does a stream that starts over every second fill the journal', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    for (let second = 0; second < 600; second += 1) {
      stage.on({ kind: 'stream-started-over' });
      stage.on(NO_FRAMES);
      await clock.advanceMs(1_000);
    }
    expect(log.lines).toHaveLength(19);
  });
});

describe('a schedule that starts again', () => {
  test('is said with its lag and what it gives up', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.on({ kind: 'schedule-restarted', lagMs: 3_250, skippedTicks: 78 });
    expect(log.lines).toEqual([
      'warn: 3250 ms behind the schedule: 78 ticks are given up, the schedule starts again',
    ]);
  });
});

describe('a line of ffmpeg', () => {
  test('over and over is said once a minute after the first ten', async () => {
    const stage = new OperatorStage();
    const { log, clock } = stage;
    for (let second = 0; second < 600; second += 1) {
      for (let line = 0; line < 20; line += 1) stage.ffmpegSays('[warning] Non-monotonous DTS');
      await clock.advanceMs(1_000);
      stage.on(NO_FRAMES);
    }
    expect(log.lines.length).toBeLessThan(10 + 11);
    expect(log.lines.at(-1)).toMatch(/\(and \d+ more before it\)$/);
  });

  test.each([
    ['[error] x.ts: No such file', 'error: ffmpeg: x.ts: No such file'],
    ['[fatal] Unknown encoder', 'error: ffmpeg: Unknown encoder'],
    ['[srt @ 0x5] [error] refused', 'error: ffmpeg: [srt @ 0x5] refused'],
    ['[libx264 @ 0x5] [warning] slow', 'warn: ffmpeg: [libx264 @ 0x5] slow'],
    ['18:34:01/SRT:RcvQ REJECT', 'warn: ffmpeg: 18:34:01/SRT:RcvQ REJECT'],
  ])('%s is passed on at its level', (line, expected) => {
    const stage = new OperatorStage();
    const { log } = stage;
    stage.ffmpegSays(line);
    expect(log.lines).toEqual([expected]);
  });

  test('is held back where there are too many, errors apart from warnings', () => {
    const stage = new OperatorStage();
    const { log } = stage;
    for (let line = 0; line < 100; line += 1) stage.ffmpegSays('[warning] much');
    stage.ffmpegSays('[error] last words');
    expect(log.lines).toHaveLength(11);
    expect(log.lines.at(-1)).toBe('error: ffmpeg: last words');
  });
});
