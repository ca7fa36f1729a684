import { describe, expect, test } from 'bun:test';
import { NO_AGES } from '../../src/base/counts.ts';
import type { OutputState } from '../../src/base/output-state.ts';
import type { OutputStatus } from '../../src/status/output-status.ts';
import { firstSnapshot } from '../../src/status/snapshot.ts';
import { statusLine } from '../../src/status/status-line.ts';
import { DESTINATION, GOOD_LINK, NO_COUNTS, SETTINGS } from '../support/operator-log.ts';
import type { StatusSettings } from '../../src/status/status-settings.ts';
import { StatusStage } from '../support/status-stage.ts';

const REFUSED = { code: 'link-refused', text: 'refused' } as const;
const FAILED: OutputState = { kind: 'failed', failure: REFUSED, retryMs: 1_000 };
const SRT = DESTINATION;
const FIRST = firstSnapshot(0n);
const RECENT = { before: FIRST, ages: NO_AGES };

function outputIn(state: OutputState, more: Partial<OutputStatus> = {}): OutputStatus {
  return { name: SRT, state, sinceNs: 0n, counts: NO_COUNTS, ...more };
}

/** The line of a session that streams, 5 s after its begin. */
function lineWith(
  outputs: readonly OutputStatus[],
  names: Partial<StatusSettings> = {},
  shown = SRT,
): string {
  const state = { kind: 'streaming' } as const;
  const now = {
    ...FIRST,
    atNs: 5_000_000_000n,
    session: { state, sinceNs: 0n },
    places: [{ output: SRT, shown }],
    frames: { ...FIRST.frames, output: 120, dup: 2 },
    outputs,
  };
  return statusLine(now, { ...SETTINGS, ...names }, RECENT);
}

describe('the line for the service manager', () => {
  test('says that all is well where the outputs stream', () => {
    expect(lineWith([outputIn({ kind: 'streaming' })])).toBe(`streaming 24.0 fps to ${SRT}, 2 dup`);
    expect(lineWith([outputIn({ kind: 'streaming' }, { name: 'udp://group:5000' })])).toBe(
      'streaming 24.0 fps to udp://group:5000, 2 dup',
    );
  });

  test.each<[OutputState, string]>([
    [FAILED, 'trying again in 1.0 s: refused'],
    [{ kind: 'connecting' }, 'connecting'],
    [{ kind: 'settling' }, 'connected just now'],
    [{ kind: 'listening' }, 'waiting for viewers'],
  ])('says that it only encodes where none does, and what there is instead: %o', (state, trouble) => {
    expect(lineWith([outputIn(state)])).toBe(`encoding 24.0 fps, 2 dup; ${SRT}: ${trouble}`);
  });

  test('has the reason also while it is tried again', () => {
    expect(lineWith([outputIn({ kind: 'connecting' }, { failure: REFUSED })])).toEndWith(
      `; ${SRT}: trying again: refused`,
    );
  });

  test('names those that stream and the trouble of the others', () => {
    const file = outputIn({ kind: 'streaming' }, { name: '/data/x.ts' });
    expect(lineWith([outputIn(FAILED), file])).toBe(
      `streaming 24.0 fps to /data/x.ts, 2 dup; ${SRT}: trying again in 1.0 s: refused`,
    );
  });

  test('names a file as it was made', () => {
    expect(lineWith([outputIn({ kind: 'streaming' })], {}, '/data/out-2.ts')).toContain('to /data/out-2.ts,');
    expect(lineWith([outputIn(FAILED)], {}, '/data/out-2.ts')).toContain('; /data/out-2.ts: trying');
  });

  test('names all that stream', () => {
    const names = { destinations: [SRT, 'srt://b:1', 'srt://c:1'] };
    const streaming = [SRT, 'srt://b:1'].map((name) => outputIn({ kind: 'streaming' }, { name }));
    expect(lineWith([...streaming, outputIn(FAILED, { name: 'srt://c:1' })], names)).toBe(
      `streaming 24.0 fps to ${SRT} and srt://b:1, 2 dup; srt://c:1: trying again in 1.0 s: refused`,
    );
  });

  test('says what the recorder does, beside others and alone', () => {
    const recorder = '/data/kept';
    const recorderIn = (state: OutputState) => outputIn(state, { name: recorder });
    const records = recorderIn({ kind: 'streaming' });
    const streams = outputIn({ kind: 'streaming' });
    const alone = { destinations: [], recorder };
    expect(lineWith([streams, records], { recorder })).toBe(
      `streaming 24.0 fps to ${SRT}, 2 dup; recording to /data/kept`,
    );
    expect(lineWith([streams, recorderIn({ kind: 'standby' })], { recorder })).toBe(
      `streaming 24.0 fps to ${SRT}, 2 dup`,
    );
    expect(lineWith([outputIn(FAILED), records], { recorder })).toBe(
      `recording 24.0 fps to /data/kept, 2 dup; ${SRT}: trying again in 1.0 s: refused`,
    );
    expect(lineWith([records], alone)).toBe('recording 24.0 fps to /data/kept, 2 dup');
    expect(lineWith([recorderIn(FAILED)], alone)).toBe(
      'encoding 24.0 fps, 2 dup; /data/kept: trying again in 1.0 s: refused',
    );
  });

  test('says that the next ffmpeg begins', () => {
    const failure = { code: 'ffmpeg-killed', text: 'killed' } as const;
    const state = { kind: 'restarting', failure, retryMs: 500 } as const;
    const now = { ...FIRST, session: { state, sinceNs: 0n }, outputs: [outputIn({ kind: 'streaming' })] };
    expect(statusLine(now, SETTINGS)).toBe('the next ffmpeg begins in 0.5 s: killed');
  });
});

describe('what the service manager is told', () => {
  test('is each change of an output while there is video for it, with figures where there are some', async () => {
    const stage = new StatusStage();
    stage.state({ kind: 'starting' });
    stage.output({ kind: 'connecting' });
    stage.state({ kind: 'streaming' });
    stage.forgetting();
    stage.output({ kind: 'streaming' });
    await stage.run(1);
    stage.output({ kind: 'connecting' });
    await stage.run(2);
    stage.output(FAILED);
    stage.state({ kind: 'closing', reason: 'stopped' });
    stage.output({ kind: 'closed' });
    expect(stage.told).toEqual([
      `streaming to ${SRT}`,
      `encoding; ${SRT}: connecting`,
      `encoding 24.0 fps, 0 dup, lag 10 ms; ${SRT}: trying again in 1.0 s: refused`,
      `closing the stream to ${SRT}`,
    ]);
  });
});

describe('the report', () => {
  test('has the link of the interval, and its totals for those who look closely', async () => {
    const stage = new StatusStage();
    stage.state({ kind: 'starting' });
    stage.output({ kind: 'streaming' });
    stage.state({ kind: 'streaming' });
    stage.status.on({ kind: 'output-figures', output: SRT, counts: NO_COUNTS, link: GOOD_LINK });
    stage.log.take();
    await stage.run(10);
    const [report, totals, output] = stage.log.lines;
    expect(report).toStartWith('info: streaming | ');
    expect(report).toMatch(
      /\| link rtt 31 ms, sent \d+, lost 0, sent again 0 \(0.00 %\), .*, buffer 42 ms of 120 ms, attempts 0, up 1 s$/,
    );
    expect(totals).toMatch(/^debug: since the start: source .* waiting 0, encoded 0$/);
    expect(output).toStartWith(`debug: output ${SRT}: attempts 0,`);
  });
});

describe('the lines for those who look closely', () => {
  test('have the outputs that are in use', async () => {
    const stage = new StatusStage();
    stage.state({ kind: 'starting' });
    stage.output({ kind: 'streaming' });
    stage.output({ kind: 'streaming' }, '/data/x.ts');
    stage.state({ kind: 'streaming' });
    stage.output({ kind: 'closed' });
    await stage.run(10);
    const lines = stage.log.lines.filter((line) => line.startsWith('debug: output '));
    expect(lines.map((line) => line.slice(0, 24))).toEqual(['debug: output /data/x.ts']);
  });
});

describe('the end', () => {
  test('has the totals once more, with those of the outputs that are closed by then', async () => {
    const stage = new StatusStage();
    stage.state({ kind: 'starting' });
    stage.output({ kind: 'streaming' });
    stage.state({ kind: 'streaming' });
    await stage.run(2);
    stage.state({ kind: 'closing', reason: 'stopped' });
    const counts = { ...NO_COUNTS, sentPictures: 48 };
    stage.status.on({ kind: 'output-figures', output: SRT, counts });
    stage.output({ kind: 'closed' });
    stage.status.on({ kind: 'encoder-progress', frames: 48 });
    stage.log.take();
    stage.status.close();
    expect(stage.log.lines).toEqual([
      expect.stringMatching(/^debug: since the start: source .*, encoded 48$/),
      `debug: output ${SRT}: attempts 0, viewers 0, pictures sent 48, skipped 0 (away 0, slow 0, broken 0, standby 0)`,
    ]);
  });
});

describe('a session that waits for the next ffmpeg', () => {
  test('is neither slow nor hung', async () => {
    const stage = new StatusStage();
    stage.state({ kind: 'streaming' });
    await stage.run(5);
    stage.state({
      kind: 'restarting',
      failure: { code: 'ffmpeg-killed', text: 'killed' },
      retryMs: 30_000,
    });
    stage.forgetting();
    stage.outputFps = 0;
    const before = stage.aliveCount;
    await stage.run(30);
    expect(stage.aliveCount - before).toBe(30);
    expect(stage.warnings).toEqual([]);
  });
});
