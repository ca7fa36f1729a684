import { describe, expect, test } from 'bun:test';
import type { ScalingMethod } from '../../src/config/config.ts';
import { SessionWatch } from '../../src/status/session-watch.ts';
import { NOTHING_COUNTED } from '../../src/status/snapshot.ts';
import { LogDouble } from '../support/log-double.ts';
import { SETTINGS } from '../support/operator-log.ts';

/** How a session goes in some seconds. */
interface Pace {
  readonly sourceFps?: number;
  readonly outputFps?: number;
  /** Of the source's, those that are passed over unread. */
  readonly passedOverFps?: number;
}

/** A session at 24 frames a second that is looked at once a second, in the hands of a test. */
class WatchedSession {
  readonly log = new LogDouble();
  readonly watch: SessionWatch;
  #nowMs = 0;
  #frames = NOTHING_COUNTED.frames;
  #passedOver = 0;

  constructor(method: ScalingMethod = 'scale') {
    this.watch = new SessionWatch({ ...SETTINGS, idleTimeoutMs: 0, method }, this.log);
  }

  run(seconds: number, { sourceFps = 24, outputFps = 24, passedOverFps = 0 }: Pace = {}): this {
    for (let second = 0; second < seconds; second += 1) {
      this.#nowMs += 1_000;
      const { output, read } = this.#frames;
      const frames = { output: output + outputFps, read: read + sourceFps - passedOverFps };
      this.#frames = { ...this.#frames, ...frames };
      this.#passedOver += passedOverFps;
      const atNs = BigInt(this.#nowMs) * 1_000_000n;
      this.watch.flush(atNs);
      const passedOver = this.#passedOver;
      const entries = this.#frames.read + passedOver;
      this.watch.look({ frames: this.#frames, source: { kind: 'counted', entries, passedOver }, atNs });
    }
    return this;
  }

  /** Seconds in which nobody looks. */
  pass(seconds: number): void {
    this.#nowMs += seconds * 1_000;
  }

  encoderRestarted(): void {
    this.watch.encoderRestarted(BigInt(this.#nowMs) * 1_000_000n);
  }
}

describe('a session that is as it should be', () => {
  test('is not spoken of', () => {
    expect(new WatchedSession().run(600).log.lines).toEqual([]);
  });
});

describe('an ffmpeg that stands still for 5 s', () => {
  test('is said when it goes on, without advice on presets, and the source is not blamed', () => {
    const session = new WatchedSession().run(20).run(5, { outputFps: 0, sourceFps: 0 });
    expect(session.log.lines).toEqual([]);
    expect(session.run(60).log.lines).toEqual([
      'warn: ffmpeg took no frame for 5 s: it was stopped, or what it writes to was blocked; it goes on now',
    ]);
  });
});

describe('a source that is faster than the video', () => {
  test('is said once in 30 s, whether its frames are read or passed over', () => {
    for (const passedOverFps of [0, 30]) {
      const { lines } = new WatchedSession().run(300, { sourceFps: 60, passedOverFps }).log;
      expect(lines).toHaveLength(1);
      expect(lines[0]).toStartWith('warn: imagestream gets 60.0 frames a second, the video shows 24.00');
    }
  });

  test('is what was asked for with skip', () => {
    expect(new WatchedSession('skip').run(300, { sourceFps: 60, passedOverFps: 36 }).log.lines).toEqual([]);
  });
});

describe('a source that brings no frame', () => {
  test('is said after 5 s with what goes on, and that it is back', () => {
    expect(new WatchedSession().run(20).run(29, { sourceFps: 0 }).run(60).log.lines).toEqual([
      'warn: no new frame on imagestream for 5 s: repeating the last picture',
      'info: frames on imagestream are back, after 30 s without one',
    ]);
  });

  test('again and again does not fill the journal', () => {
    const session = new WatchedSession();
    for (let round = 0; round < 60; round += 1) session.run(7, { sourceFps: 0 }).run(3);
    // Ten minutes of it.
    expect(session.log.lines).toHaveLength(2);
  });

  test('and is held is one line each way, also where another ffmpeg takes over meanwhile', () => {
    const session = new WatchedSession().run(20).run(30, { sourceFps: 0 });
    session.encoderRestarted();
    session.run(30, { sourceFps: 0 }).run(60);
    expect(session.log.lines).toEqual([
      'warn: no new frame on imagestream for 5 s: repeating the last picture',
      'info: frames on imagestream are back, after 61 s without one',
    ]);
  });

  test('while there was no ffmpeg to take it is not to blame for that', () => {
    const session = new WatchedSession().run(20);
    session.pass(20);
    session.encoderRestarted();
    expect(session.run(4, { sourceFps: 0 }).run(60).log.lines).toEqual([]);
  });
});

describe('other settings', () => {
  test('that leave the frame rate alone forget nothing of what was counted', () => {
    const session = new WatchedSession().run(8, { outputFps: 18 });
    session.watch.configure({ ...SETTINGS, idleTimeoutMs: 0, preset: 'fast' });
    expect(session.run(5, { outputFps: 18 }).log.lines).toHaveLength(1);
    expect(session.log.lines[0]).toContain('instead of fast');
  });

  test('with another frame rate have it watched instead', () => {
    const session = new WatchedSession().run(20);
    session.watch.configure({
      ...SETTINGS,
      idleTimeoutMs: 0,
      frameRate: { numerator: 18n, denominator: 1n },
    });
    expect(session.run(60, { outputFps: 18, sourceFps: 18 }).log.lines).toEqual([]);
  });
});
