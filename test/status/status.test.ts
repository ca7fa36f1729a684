import { describe, expect, test } from 'bun:test';
import type { SessionState } from '../../src/base/session-state.ts';
import { NOTHING_COUNTED } from '../../src/status/snapshot.ts';
import type { StatusSettings } from '../../src/status/status-settings.ts';
import { StatusStage } from '../support/status-stage.ts';

const STREAMING: SessionState = { kind: 'streaming' };
const GONE: SessionState = { kind: 'failed', failure: { code: 'link-lost', text: 'gone' }, retryMs: 500 };

/** A session that streams. */
function streaming(settings: Partial<StatusSettings> = {}): StatusStage {
  const stage = new StatusStage(settings);
  stage.state(STREAMING);
  return stage.forgetting();
}

describe('the report', () => {
  test('comes after 10 s, and then once an interval', async () => {
    const stage = streaming();
    await stage.run(9);
    expect(stage.log.lines).toEqual([]);
    await stage.run(1);
    expect(stage.infos()).toHaveLength(1);
    await stage.run(59);
    expect(stage.infos()).toEqual([]);
    await stage.run(121);
    const lines = stage.infos();
    expect(lines).toHaveLength(3);
    expect(lines[2]).toStartWith('info: streaming | out 24.00 fps');
  });

  test('comes on time for all that events drift, and has true rates', async () => {
    const stage = streaming({ reportIntervalMs: 10_000 });
    for (let second = 0; second < 592; second += 1) await stage.second(1_013);
    const lines = stage.infos();
    expect(lines).toHaveLength(60);
    for (const line of lines) expect(line).toMatch(/out (24.00|23.9\d|24.0\d) fps/);
  });

  test('comes sooner where the interval is shorter, also between two events', async () => {
    const stage = streaming({ reportIntervalMs: 1_500 });
    await stage.run(15);
    expect(stage.infos()).toHaveLength(10);
  });

  test('that was missed is not made up', async () => {
    const stage = streaming({ reportIntervalMs: 10_000 });
    await stage.run(10);
    stage.log.take();
    await stage.second(65_000);
    await stage.run(15);
    expect(stage.infos().filter((line) => line.includes(' | '))).toHaveLength(2);
  });

  test('has the ages of its interval, all events together', async () => {
    const stage = streaming();
    await stage.run(10);
    expect(stage.infos()[0]).toContain('backlog age 10 ms (max 10)');
  });

  test('has what the source added in its interval', async () => {
    const stage = streaming();
    await stage.run(9);
    stage.source = { kind: 'counted', entries: 300, passedOver: 0 };
    await stage.run(1);
    expect(stage.infos()[0]).toContain('source 30.00 fps');
    stage.source = { kind: 'counted', entries: 900, passedOver: 0 };
    await stage.run(60);
    expect(stage.infos()[0]).toContain('source 10.00 fps');
  });

  test('is followed by the totals, for whoever looks for every frame', async () => {
    const stage = streaming();
    await stage.run(10);
    expect(stage.log.lines[1]).toStartWith('debug: since the start: source 0, unique ');
  });

  test('says once why the source is not counted, and again of another Redis', async () => {
    const stage = streaming();
    const told = () => stage.infos().filter((line) => line.includes('is not counted, so'));
    stage.source = { kind: 'not-counted', reason: 'NOPERM this user has no XINFO' };
    await stage.run(300);
    const first = told();
    expect(first).toHaveLength(1);
    expect(first[0]).toContain('NOPERM');
    stage.configure({ redis: 'Redis at shed:6379' });
    await stage.run(120);
    expect(told()).toHaveLength(1);
  });

  test('comes 10 s after another interval was set, and then in that one', async () => {
    const stage = streaming();
    await stage.run(25);
    stage.log.take();
    stage.configure({ reportIntervalMs: 20_000 });
    await stage.run(9);
    expect(stage.infos()).toEqual([]);
    await stage.run(1);
    expect(stage.infos()).toHaveLength(1);
    await stage.run(40);
    expect(stage.infos()).toHaveLength(2);
  });
});

describe('a slow encoder', () => {
  test('is warned of once, after 10 s of streaming', async () => {
    const stage = streaming();
    stage.outputFps = 18;
    await stage.run(10);
    expect(stage.warnings).toEqual([]);
    await stage.run(60);
    expect(stage.warnings).toHaveLength(1);
    expect(stage.warnings[0]).toContain('25 % too slow');
  });

  test('is none where nothing is streamed', async () => {
    const stage = new StatusStage();
    stage.outputFps = 0;
    await stage.run(120);
    expect(stage.warnings).toEqual([]);
  });
});

describe('a program that stands still itself', () => {
  test('says so when it goes on, and nothing of ffmpeg and the source', async () => {
    const stage = streaming();
    await stage.run(20);
    // Ticks are made up when it goes on, and no frame was read yet.
    stage.outputFps = 1;
    stage.sourceFps = 0;
    await stage.second(7_000);
    stage.outputFps = 24;
    stage.sourceFps = 24;
    await stage.run(60);
    expect(stage.warnings).toHaveLength(1);
    expect(stage.warnings[0]).toContain('the program was held up for 7 s');
  });
});

describe('a source that brings no frame while a session streams', () => {
  test('is said, and that it is back', async () => {
    const stage = streaming({ reportIntervalMs: 1_000_000 });
    await stage.run(20);
    stage.sourceFps = 0;
    await stage.run(29);
    stage.sourceFps = 24;
    await stage.run(20);
    const lines = stage.log.lines.filter((line) => !line.startsWith('debug'));
    expect(lines.map((line) => line.split(':')[0])).toEqual(['info', 'warn', 'info']);
  });
});

describe('a source that is silent while the last picture is held', () => {
  test('is said once, and once that it is back, also where ffmpeg fails meanwhile', async () => {
    const stage = streaming({ reportIntervalMs: 1_000_000 });
    const failure = { code: 'ffmpeg-killed', text: 'killed' } as const;
    await stage.run(20);
    stage.infos();
    stage.sourceFps = 0;
    await stage.run(30);
    stage.state({ kind: 'restarting', failure, retryMs: 500 });
    await stage.run(2);
    stage.state(STREAMING);
    await stage.run(28);
    stage.sourceFps = 24;
    await stage.run(30);
    const said = stage.log.lines.filter((line) => line.includes('frame'));
    expect(said).toEqual([
      'warn: no new frame on imagestream for 5 s: repeating the last picture',
      expect.stringMatching(/^info: frames on imagestream are back, after 6\d s without one$/),
    ]);
  });
});

describe('a session that begins between two events', () => {
  test('is not taken for one that was slow', async () => {
    const stage = streaming();
    for (let session = 0; session < 5; session += 1) {
      await stage.run(15);
      stage.outputFps = 0;
      stage.state(GONE);
      await stage.clock.advanceMs(800);
      stage.state(STREAMING);
      stage.outputFps = 24;
      await stage.second(200);
    }
    expect(stage.warnings).toEqual([]);
  });
});

describe('a session that is as slow as the one before it', () => {
  test('is warned of, too', async () => {
    const stage = streaming();
    stage.outputFps = 18;
    await stage.run(30);
    stage.state(GONE);
    stage.state(STREAMING);
    await stage.run(30);
    expect(stage.warnings).toHaveLength(2);
  });
});

describe('what the service manager is told', () => {
  test('is every 5 s what a session is like, for that time alone', async () => {
    const stage = streaming();
    await stage.run(3);
    stage.outputFps = 12;
    await stage.run(3);
    stage.outputFps = 24;
    await stage.run(10);
    expect(stage.told).toEqual([
      'streaming 16.8 fps to srt://video:9000, 0 dup, lag 10 ms',
      'streaming 24.0 fps to srt://video:9000, 0 dup, lag 10 ms',
      'streaming 24.0 fps to srt://video:9000, 0 dup, lag 10 ms',
    ]);
  });

  test('is each change of the state at once, without figures from before', async () => {
    const stage = streaming();
    await stage.run(4);
    stage.state(GONE);
    stage.state({ kind: 'waiting' });
    stage.state({ kind: 'starting' });
    stage.state(STREAMING);
    await stage.run(4);
    expect(stage.told).toEqual([
      'retrying in 0.5 s: gone',
      'waiting for frames on imagestream',
      'opening srt://video:9000',
      'streaming to srt://video:9000',
    ]);
  });

  test('is nothing new where nothing is streamed', async () => {
    const stage = new StatusStage();
    await stage.run(60);
    expect(stage.told).toEqual([]);
  });
});

describe('progress', () => {
  test.each([STREAMING, { kind: 'waiting' }] as const)(
    'is made with every event while ticks go on, and while there is nothing to send: %o',
    async (state) => {
      const stage = new StatusStage();
      stage.state(state);
      if (state.kind === 'waiting') stage.outputFps = 0;
      await stage.run(60);
      expect(stage.aliveCount).toBe(60);
    },
  );

  test('is no longer made when a session has stood still for 15 s', async () => {
    const stage = streaming();
    await stage.run(10);
    stage.outputFps = 0;
    const before = stage.aliveCount;
    await stage.run(60);
    expect(stage.aliveCount - before).toBe(15);
  });
});

describe('the status', () => {
  test('says what was held back once a second', async () => {
    const stage = streaming();
    const id = { ms: 1n, sequence: 0n };
    for (let entry = 0; entry < 3; entry += 1) {
      stage.status.on({ kind: 'wrong-entry', entry: { kind: 'no-key', id } });
    }
    expect(stage.warnings).toHaveLength(1);
    await stage.run(1);
    expect(stage.warnings).toHaveLength(2);
  });

  test('gives what is known', async () => {
    const stage = streaming();
    const before = stage.status.snapshot;
    await stage.run(2);
    expect(before.frames).toEqual(NOTHING_COUNTED.frames);
    expect(stage.status.snapshot).toMatchObject({
      atNs: stage.clock.nowNs(),
      session: { state: STREAMING },
      frames: { output: 48 },
    });
  });

  test('has no timer', async () => {
    const stage = streaming();
    await stage.run(20);
    expect(stage.clock.sleeperCount).toBe(0);
  });
});
