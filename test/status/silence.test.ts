import { describe, expect, test } from 'bun:test';
import { Silence, silenceInWords } from '../../src/status/silence.ts';

const MS = 1_000_000n;

/** A session that is looked at once a second, in the hands of a test. */
class WatchedSession {
  readonly silence: Silence;
  read = 100;
  output = 100;
  nowMs = 0;

  constructor(idleTimeoutMs = 0) {
    this.silence = new Silence(idleTimeoutMs);
  }

  /** What was said in so many seconds. */
  run(seconds: number, { fps = 24, isTaken = true } = {}) {
    const said = [];
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1_000;
      this.read += fps;
      if (isTaken) this.output += 24;
      const news = this.silence.look(this.read, this.output, BigInt(this.nowMs) * MS);
      if (news) said.push(news);
    }
    return said;
  }
}

describe('a source without a new frame', () => {
  test('is spoken of after 5 s, once, and again when frames are back, with how long it was', () => {
    const session = new WatchedSession();
    expect(session.run(60)).toEqual([]);
    expect(session.run(40, { fps: 0 })).toEqual([{ kind: 'silent', seconds: 5 }]);
    expect(session.run(600)).toEqual([{ kind: 'back', seconds: 41 }]);
    expect(session.run(5, { fps: 0 })).toEqual([{ kind: 'silent', seconds: 5 }]);
  });

  test('is spoken of at the look that is nearest to 5 s, be it a hair too early', () => {
    const session = new WatchedSession();
    session.run(1);
    expect(session.run(4, { fps: 0 })).toEqual([]);
    session.nowMs -= 20;
    expect(session.run(1, { fps: 0 })).toEqual([{ kind: 'silent', seconds: 4.98 }]);
  });

  test('is spoken of once in ten minutes for as long as it lasts, and once that it is over', () => {
    const session = new WatchedSession();
    session.run(1);
    expect(session.run(3_600, { fps: 0 }).map(({ kind, seconds }) => `${kind} ${seconds}`)).toEqual(
      [5, 605, 1_205, 1_805, 2_405, 3_005].map((seconds) => `silent ${seconds}`),
    );
    expect(session.run(60)).toEqual([{ kind: 'back', seconds: 3_601 }]);
  });

  test('again and again is spoken of once in ten minutes, and what was not said has no end', () => {
    const session = new WatchedSession();
    const said = [];
    for (let round = 0; round < 180; round += 1) said.push(...session.run(15, { fps: 0 }), ...session.run(5));
    // An hour of it.
    expect(said.map(({ kind }) => kind).join(' ')).toBe('silent back '.repeat(6).trim());
  });

  test('is spoken of as soon as that is allowed where it lasts by then', () => {
    const session = new WatchedSession();
    session.run(10, { fps: 0 });
    session.run(400);
    const [news] = session.run(300, { fps: 0 });
    // 600 s after the first, which was said in its sixth second.
    expect(news).toEqual({ kind: 'silent', seconds: 196 });
    expect(session.run(1)).toHaveLength(1);
  });

  test('is not over because reading begins again, which counts from 0', () => {
    const session = new WatchedSession();
    session.run(10);
    session.run(10, { fps: 0 });
    session.read = 0;
    expect(session.run(10, { fps: 0 })).toEqual([]);
    expect(session.run(1)).toMatchObject([{ kind: 'back' }]);
  });

  test('for 4 s is not spoken of, nor is one that is slow', () => {
    const session = new WatchedSession();
    for (let round = 0; round < 5; round += 1) {
      expect(session.run(4, { fps: 0 })).toEqual([]);
      expect(session.run(1, { fps: 1 })).toEqual([]);
    }
  });

  test('is not spoken of while ffmpeg takes none, for then none is read', () => {
    const session = new WatchedSession();
    session.run(10);
    expect(session.run(9, { fps: 0, isTaken: false })).toEqual([]);
    expect(session.run(4, { fps: 0 })).toEqual([]);
    expect(session.run(1, { fps: 0 })).toHaveLength(1);
  });

  test('is not spoken of while the program stood still', () => {
    const session = new WatchedSession();
    session.run(10);
    session.nowMs += 20_000;
    session.silence.postpone(BigInt(session.nowMs) * MS);
    expect(session.run(4, { fps: 0 })).toEqual([]);
  });

  test('is not spoken of where the session is closed by then, which is said itself', () => {
    for (const idleTimeoutMs of [500, 5_000, 6_000]) {
      expect(new WatchedSession(idleTimeoutMs).run(20, { fps: 0 })).toEqual([]);
    }
    expect(new WatchedSession(7_000).run(7, { fps: 0 })).toHaveLength(1);
  });

  test('is over where another session begins, which it does with a frame', () => {
    const session = new WatchedSession();
    session.run(10);
    session.run(10, { fps: 0 });
    session.silence.restart();
    expect(session.run(10)).toEqual([{ kind: 'back', seconds: 11 }]);
  });

  test('is spoken of once in ten minutes over sessions, too', () => {
    const session = new WatchedSession();
    session.run(10, { fps: 0 });
    session.silence.restart();
    expect(session.run(1).map(({ kind }) => kind)).toEqual(['back']);
    expect(session.run(10, { fps: 0 })).toEqual([]);
  });
});

test('the words name the stream, what goes on, and how long it was', () => {
  expect(silenceInWords('imagestream', { kind: 'silent', seconds: 5.02 })).toBe(
    'no new frame on imagestream for 5 s: repeating the last picture',
  );
  expect(silenceInWords('imagestream', { kind: 'back', seconds: 81 })).toBe(
    'frames on imagestream are back, after 81 s without one',
  );
});
