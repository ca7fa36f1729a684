import { describe, expect, test } from 'bun:test';
import type { Failure } from '../../src/base/failure.ts';
import type { OutputState } from '../../src/base/output-state.ts';
import { DESTINATION, NO_FRAMES, OperatorStage, SETTINGS } from '../support/operator-log.ts';

const STREAMING = { kind: 'streaming' } as const;
const STANDBY = { kind: 'standby' } as const;
const KEPT = '/data/kept';
const GONE: Failure = { code: 'file-no-folder', text: 'the folder does not exist' };

/** A service with a recorder, and the link of the settings or nothing beside it. */
class RecorderStage extends OperatorStage {
  constructor(destinations: readonly string[] = [DESTINATION]) {
    super({ destinations, recorder: KEPT });
  }

  /** A session that streams has the recorder in these states one after the other. */
  session(...states: readonly OutputState[]): this {
    this.state({ kind: 'starting' });
    for (const state of states) this.recorder(state);
    this.state(STREAMING);
    return this;
  }

  recorder(state: OutputState): void {
    this.output(state, KEPT);
  }

  recordingFails(failure = GONE): void {
    this.recorder({ kind: 'failed', failure, retryMs: 5_000 });
  }

  /** What was said, but for those who look closely. */
  said(): string[] {
    return this.log.take().filter((line) => !line.startsWith('debug: '));
  }
}

describe('a recorder', () => {
  test('is told of in each session, beside the destinations', () => {
    const stage = new RecorderStage().session({ kind: 'connecting' }, STREAMING);
    stage.output(STREAMING);
    expect(stage.said()).toEqual([
      'info: a frame is there: opening srt://video:9000',
      'info: recording to /data/kept',
      'info: streaming to srt://video:9000',
    ]);
    stage.state({ kind: 'closing', reason: 'idle' });
    stage.recorder({ kind: 'closed' });
    expect(stage.session(STREAMING).said().at(-1)).toBe('info: recording to /data/kept');
  });

  test('is told of only once there is video', () => {
    const stage = new RecorderStage();
    stage.state({ kind: 'starting' });
    stage.recorder(STREAMING);
    stage.log.take();
    expect(stage.said()).toEqual([]);
    stage.state(STREAMING);
    expect(stage.said()).toEqual(['info: recording to /data/kept']);
  });

  test('that is not heard of before there is video is told of when it is', () => {
    const stage = new RecorderStage([]).session();
    expect(stage.said()).toHaveLength(1);
    stage.recorder(STREAMING);
    expect(stage.said()).toEqual(['info: recording to /data/kept']);
  });

  test('without a destination is what is opened, closed, and what fails', () => {
    const stage = new RecorderStage([]).session(STREAMING);
    stage.recorder({ kind: 'closed' });
    stage.fails('killed');
    expect(stage.said()).toEqual([
      'info: a frame is there: opening the recording in /data/kept',
      'info: recording to /data/kept',
      'error: the recording in /data/kept failed: killed; trying again in 0.5 s',
    ]);
  });

  test.each([
    [1, '1 segment'],
    [2, '2 segments'],
  ])('that has found %d unfinished says so, whenever that is', (segments, words) => {
    const stage = new RecorderStage();
    stage.on({ kind: 'segments-recovered', output: KEPT, segments });
    expect(stage.said()).toEqual([`info: finished ${words} in /data/kept that an earlier run had left`]);
  });

  test('is told of again where it is another one in the same session', () => {
    const stage = new RecorderStage().session(STREAMING);
    stage.said();
    stage.recorder({ kind: 'closed' });
    stage.recorder(STREAMING);
    expect(stage.said()).toEqual(['info: recording to /data/kept']);
  });

  test('in another folder is another one', () => {
    const stage = new RecorderStage().session(STREAMING);
    stage.operator.configure({ ...SETTINGS, recorder: '/mnt/kept' });
    stage.recorder({ kind: 'closed' });
    stage.output(STREAMING, '/mnt/kept');
    expect(stage.said().slice(1)).toEqual(['info: recording to /data/kept', 'info: recording to /mnt/kept']);
  });
});

describe('a recorder that fails', () => {
  test('is told of in one line, and that it goes on, with the number of attempts', async () => {
    const stage = new RecorderStage().session(STREAMING);
    stage.said();
    for (let attempt = 0; attempt < 100; attempt += 1) {
      stage.recordingFails();
      await stage.clock.advanceMs(5_000);
      stage.recorder({ kind: 'connecting' });
      stage.on(NO_FRAMES);
    }
    stage.recorder(STREAMING);
    expect(stage.said()).toEqual([
      'error: recording to /data/kept has stopped: the folder does not exist; trying again in 5 s',
      'info: recording to /data/kept again (failed attempts not told of: 99)',
    ]);
  });

  test('for days is told of once an hour', async () => {
    const stage = new RecorderStage().session(STREAMING);
    stage.said();
    for (let minute = 0; minute <= 120; minute += 1) {
      stage.recordingFails();
      await stage.clock.advanceMs(60_000);
    }
    expect(stage.said()).toHaveLength(3);
  });

  test('for want of room does so for one reason, whether the disk is full or nearly so', () => {
    const stage = new RecorderStage().session(STREAMING);
    stage.said();
    stage.recordingFails({ code: 'file-disk-full', text: 'the disk is full' });
    stage.recordingFails({ code: 'file-reserve', text: 'the disk has 2.1 MB left' });
    stage.recordingFails({ code: 'file-disk-full', text: 'the disk is full' });
    expect(stage.said()).toEqual([
      'error: recording to /data/kept has stopped: the disk is full; trying again in 5 s',
    ]);
    stage.recordingFails();
    expect(stage.said()).toHaveLength(1);
  });

  test('at its first attempt has not gone on when it records, but begun', () => {
    const stage = new RecorderStage().session({ kind: 'connecting' });
    stage.recordingFails();
    stage.said();
    stage.recorder(STREAMING);
    expect(stage.said()).toEqual(['info: recording to /data/kept']);
  });

  test('is told of at once with other settings', () => {
    const stage = new RecorderStage().session(STREAMING);
    stage.said();
    stage.recordingFails();
    stage.operator.configure({ ...SETTINGS, recorder: KEPT });
    stage.recordingFails();
    expect(stage.said()).toHaveLength(2);
  });
});

describe('a recorder for outages', () => {
  test('says nothing while it waits, and when an outage begins and ends', async () => {
    const stage = new RecorderStage().session(STANDBY);
    expect(stage.said()).toEqual(['info: a frame is there: opening srt://video:9000']);
    stage.recorder(STREAMING);
    await stage.clock.advanceMs(9_000);
    stage.recorder(STANDBY);
    stage.recorder(STANDBY);
    expect(stage.said()).toEqual([
      'info: no destination gets the video: recording to /data/kept until one does',
      'info: a destination gets the video again: recording to /data/kept has ended',
    ]);
  });

  test('that fails in an outage has an end of it all the same', async () => {
    const stage = new RecorderStage().session(STANDBY);
    stage.said();
    stage.recordingFails();
    await stage.clock.advanceMs(5_000);
    stage.recorder(STREAMING);
    await stage.clock.advanceMs(5_000);
    stage.recordingFails({ code: 'file-disk-full', text: 'the disk is full' });
    stage.recorder(STREAMING);
    stage.recordingFails();
    await stage.clock.advanceMs(5_000);
    stage.recorder(STANDBY);
    expect(stage.said()).toEqual([
      'error: recording to /data/kept is not possible: the folder does not exist; trying again in 5 s',
      'info: no destination gets the video: recording to /data/kept until one does',
      'error: recording to /data/kept has stopped: the disk is full; trying again in 5 s',
      'info: recording to /data/kept again',
      'error: recording to /data/kept has stopped: the folder does not exist; trying again in 5 s',
      'info: a destination gets the video again: recording to /data/kept has ended',
    ]);
  });

  test('that could not use its folder says once that it can, and begins nothing by that', () => {
    const stage = new RecorderStage().session({ kind: 'connecting' });
    stage.said();
    for (let attempt = 0; attempt < 3; attempt += 1) stage.recordingFails();
    stage.recorder(STANDBY);
    stage.recorder(STREAMING);
    expect(stage.said()).toEqual([
      'error: recording to /data/kept is not possible: the folder does not exist; trying again in 5 s',
      'info: recording to /data/kept can go on: it begins when no destination gets the video (failed attempts not told of: 2)',
      'info: no destination gets the video: recording to /data/kept until one does',
    ]);
  });

  test('does not say of the next session that the outage of this one has ended', () => {
    const stage = new RecorderStage().session(STANDBY);
    stage.recorder(STREAMING);
    stage.state({ kind: 'closing', reason: 'idle' });
    stage.recorder({ kind: 'closed' });
    stage.said();
    expect(stage.session(STANDBY).said()).toEqual(['info: a frame is there: opening srt://video:9000']);
  });

  test('does not fill the journal where the link breaks over and over, and the last word is how it is', async () => {
    const stage = new RecorderStage().session(STANDBY);
    for (let outage = 0; outage < 300; outage += 1) {
      for (const state of [STREAMING, STANDBY]) {
        await stage.clock.advanceMs(3_000);
        stage.recorder(state);
        stage.on(NO_FRAMES);
      }
    }
    // 30 minutes of it.
    expect(stage.log.lines.length).toBeLessThan(10 + 32);
    await stage.clock.advanceMs(60_000);
    stage.on(NO_FRAMES);
    expect(stage.log.lines.at(-1)).toMatch(/^info: a destination gets the video again: .* \(and \d+ more/);
  });
});
