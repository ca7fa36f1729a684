import type { SourceCounts } from '../../src/base/counts.ts';
import { describe, expect, test } from 'bun:test';
import type { RecentFrames } from '../../src/status/status-line.ts';
import { runWatch } from '../../src/status/watch.ts';
import type { ServiceState } from '../../src/service/run-service.ts';
import type { TransportReport } from '../../src/mover/frame-transport.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { LogDouble } from '../support/log-double.ts';
import { follow } from '../support/reader-stage.ts';

/** A stream that takes `outputFps` of the 24 frames a second that are due. */
class WatchStage {
  readonly clock = new FakeClock();
  readonly log = new LogDouble();
  readonly ending = new AbortController();
  source: SourceCounts = { kind: 'counted', entries: 0, passedOver: 0 };
  state: ServiceState = { kind: 'streaming' };
  readonly recent: RecentFrames[] = [];
  flushes = 0;
  progress = 0;
  #outputFps = 24;
  #sourceFps = 24;
  #output = 0;
  #read = 0;
  #countedMs = this.clock.nowMs;

  set outputFps(fps: number) {
    this.#count();
    this.#outputFps = fps;
  }

  set sourceFps(fps: number) {
    this.#count();
    this.#sourceFps = fps;
  }

  /** Each warning so far. */
  get warnings(): string[] {
    return this.log.lines.filter((line) => line.startsWith('warn'));
  }

  start(reportIntervalMs = 60_000) {
    const frameRate = { numerator: 24n, denominator: 1n };
    return follow(
      runWatch(
        {
          config: {
            frameRate,
            preset: 'medium',
            method: 'scale',
            stream: 'imagestream',
            idleTimeoutMs: 0,
            reportIntervalMs,
          },
          clock: this.clock,
          log: this.log,
          state: () => this.state,
          transport: { report: () => Promise.resolve(this.#report()) },
          encoderCounts: () => ({ frames: Math.floor(this.#output), bytes: 0 }),
          flush: () => (this.flushes += 1),
          onProgress: () => (this.progress += 1),
          onRecent: (recent) => this.recent.push(recent),
        },
        this.ending.signal,
      ),
    );
  }

  #report(): TransportReport {
    this.#count();
    const output = Math.floor(this.#output);
    return {
      counts: {
        output,
        unique: 0,
        dup: 0,
        dropped: 0,
        lost: 0,
        wrong: 0,
        read: Math.floor(this.#read),
        late: 0,
      },
      ages: { count: 1, sumMs: 10, maxMs: 10 },
      source: this.source,
    };
  }

  #count(): void {
    this.#output += ((this.clock.nowMs - this.#countedMs) * this.#outputFps) / 1_000;
    this.#read += ((this.clock.nowMs - this.#countedMs) * this.#sourceFps) / 1_000;
    this.#countedMs = this.clock.nowMs;
  }
}

/** Without the totals behind each. */
function reports(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('info'));
}

describe('the report', () => {
  test('comes after 10 s, and then once an interval', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(9_999);
    expect(stage.log.lines).toEqual([]);
    await stage.clock.advanceMs(1);
    expect(reports(stage.log.take())).toHaveLength(1);
    await stage.clock.advanceMs(59_999);
    expect(stage.log.lines).toEqual([]);
    await stage.clock.advanceMs(120_001);
    expect(reports(stage.log.lines)).toHaveLength(3);
    expect(reports(stage.log.lines)[2]).toStartWith('info: streaming | out 24.00 fps');
  });

  test('comes sooner where the interval is shorter', async () => {
    const stage = new WatchStage();
    stage.start(1_500);
    await stage.clock.advanceMs(15_000);
    expect(reports(stage.log.lines)).toHaveLength(10);
  });

  test('has the ages of its interval, all looks together', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(10_000);
    expect(stage.log.lines[0]).toContain('backlog age 10 ms (max 10)');
  });

  test('has what the source added in its interval', async () => {
    const stage = new WatchStage();
    stage.start();
    await settle();
    stage.source = { kind: 'counted', entries: 300, passedOver: 0 };
    await stage.clock.advanceMs(10_000);
    expect(reports(stage.log.take())[0]).toContain('source 30.00 fps');
    stage.source = { kind: 'counted', entries: 900, passedOver: 0 };
    await stage.clock.advanceMs(60_000);
    expect(reports(stage.log.take())[0]).toContain('source 10.00 fps');
  });

  test('is followed by the totals, for whoever looks for every frame', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(10_000);
    expect(stage.log.take()[1]).toStartWith('debug: since the start: source 0, unique ');
  });

  test('says once why the source is not counted', async () => {
    const stage = new WatchStage();
    stage.source = { kind: 'not-counted', reason: 'NOPERM this user has no XINFO' };
    stage.start();
    await stage.clock.advanceMs(300_000);
    const told = stage.log.take().filter((line) => line.includes('is not counted, so'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('NOPERM');
  });
});

describe('a slow encoder', () => {
  test('is warned of once, after 10 s of streaming', async () => {
    const stage = new WatchStage();
    stage.outputFps = 18;
    stage.start();
    await stage.clock.advanceMs(10_900);
    expect(stage.warnings).toEqual([]);
    await stage.clock.advanceMs(60_000);
    const warnings = stage.warnings;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('25 % too slow');
  });

  test('is none where nothing is streamed', async () => {
    const stage = new WatchStage();
    stage.outputFps = 0;
    stage.state = { kind: 'waiting' };
    stage.start();
    await stage.clock.advanceMs(120_000);
    expect(stage.warnings).toEqual([]);
  });
});

describe('a program that stands still itself', () => {
  test('says so when it goes on, and nothing of ffmpeg and the source', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(20_500);
    stage.outputFps = 0;
    stage.sourceFps = 0;
    await stage.clock.jumpMs(7_000);
    stage.outputFps = 24;
    stage.sourceFps = 24;
    await stage.clock.advanceMs(60_000);
    expect(stage.warnings).toHaveLength(1);
    expect(stage.warnings[0]).toContain('the program was held up for 7 s');
  });
});

describe('a source that brings no frame while a stream runs', () => {
  test('is said, and that it is back', async () => {
    const stage = new WatchStage();
    stage.start(1_000_000);
    await stage.clock.advanceMs(20_500);
    stage.sourceFps = 0;
    await stage.clock.advanceMs(29_000);
    stage.sourceFps = 24;
    await stage.clock.advanceMs(20_000);
    const lines = stage.log.lines.filter((line) => !line.startsWith('debug'));
    expect(lines.map((line) => line.split(':')[0])).toEqual(['info', 'warn', 'info']);
  });
});

describe('a stream that begins anew between two looks', () => {
  test('is not taken for one that was slow', async () => {
    const stage = new WatchStage();
    stage.start();
    for (let stream = 0; stream < 5; stream += 1) {
      await stage.clock.advanceMs(15_100);
      stage.outputFps = 0;
      stage.state = { kind: 'failed', reason: 'gone', retryMs: 500 };
      await stage.clock.advanceMs(800);
      stage.state = { kind: 'streaming' };
      stage.outputFps = 24;
    }
    expect(stage.warnings).toEqual([]);
  });
});

describe('the figures of a stream', () => {
  test('are told every 5 s, for that time alone', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(16_500);
    expect(stage.recent).toHaveLength(3);
    const last = stage.recent[2];
    expect(last?.seconds).toBe(5);
    expect((last?.after.output ?? 0) - (last?.before.output ?? 0)).toBe(120);
    expect(last?.ages).toMatchObject({ count: 5, maxMs: 10 });
  });

  test('are none where nothing is streamed', async () => {
    const stage = new WatchStage();
    stage.state = { kind: 'waiting' };
    stage.start();
    await stage.clock.advanceMs(60_000);
    expect(stage.recent).toEqual([]);
  });
});

describe('progress', () => {
  test('is made while ticks go on, and while there is nothing to send', async () => {
    for (const kind of ['streaming', 'waiting'] as const) {
      const stage = new WatchStage();
      stage.state = { kind };
      if (kind === 'waiting') stage.outputFps = 0;
      stage.start();
      await stage.clock.advanceMs(60_000);
      expect(stage.progress).toBeGreaterThanOrEqual(59);
    }
  });

  test('is no longer made when a stream has stood still for 15 s', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(10_500);
    stage.outputFps = 0;
    const before = stage.progress;
    await stage.clock.advanceMs(60_000);
    expect(stage.progress - before).toBeGreaterThanOrEqual(14);
    expect(stage.progress - before).toBeLessThanOrEqual(17);
  });
});

describe('the watch', () => {
  test('lets out what was held back once a second', async () => {
    const stage = new WatchStage();
    stage.start();
    await stage.clock.advanceMs(30_000);
    expect(stage.flushes).toBeGreaterThanOrEqual(29);
    expect(stage.flushes).toBeLessThanOrEqual(31);
  });

  test('ends when it is told to, and leaves no timer behind', async () => {
    const stage = new WatchStage();
    const watch = stage.start();
    await stage.clock.advanceMs(5_500);
    stage.ending.abort();
    await settle();
    expect(watch.outcome.kind).toBe('value');
    expect(stage.clock.sleeperCount).toBe(0);
  });
});
