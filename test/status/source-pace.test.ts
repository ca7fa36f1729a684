import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { SourcePace, tooFastInWords } from '../../src/status/source-pace.ts';

const RATE_24 = { numerator: 24n, denominator: 1n };
const MS = 1_000_000n;

/** A source whose frames are counted about once a second, in the hands of a test. */
class Source {
  frames = 0;
  nowMs = 0;
  readonly pace: SourcePace;

  constructor(rate = RATE_24) {
    this.pace = new SourcePace(rate);
  }

  /** Adds a burst at once. */
  burst(frames: number): this {
    this.frames += frames;
    return this;
  }

  /** What was said in so many seconds at this rate, by second. */
  run(fps: number, seconds: number): [second: number, fps: number][] {
    const said: [number, number][] = [];
    for (let second = 0; second < seconds; second += 1) {
      const found = this.pace.sample(Math.floor(this.frames), BigInt(this.nowMs) * MS);
      if (found !== undefined) said.push([this.nowMs / 1_000, found]);
      this.nowMs += 1_000;
      this.frames += fps;
    }
    return said;
  }
}

describe('a source that is faster than the video', () => {
  test('is spoken of once it has been so for 30 s, and only once', () => {
    expect(new Source().run(60, 600)).toEqual([[30, 60]]);
  });

  test('is spoken of when it is faster by little more than 2 %', () => {
    expect(new Source().run(24.6, 600)).toHaveLength(1);
  });

  test('is spoken of again only after it was over', () => {
    const source = new Source();
    expect(source.run(60, 60)).toHaveLength(1);
    expect(source.run(24, 60)).toHaveLength(0);
    expect(source.run(60, 60)).toHaveLength(1);
  });

  test('is no news when another session begins', () => {
    const source = new Source();
    expect(source.run(60, 60)).toHaveLength(1);
    for (let session = 0; session < 5; session += 1) {
      source.pace.discard();
      expect(source.run(60, 60)).toHaveLength(0);
    }
  });

  test('is found at low rates, too', () => {
    expect(new Source({ numerator: 1n, denominator: 1n }).run(1.2, 600)).toHaveLength(1);
    expect(new Source({ numerator: 1n, denominator: 10n }).run(1, 600)).toHaveLength(1);
  });
});

describe('a source that is not faster', () => {
  test('is never spoken of, however unevenly it is looked at', () => {
    const numerator = fc.bigInt({ min: 100n, max: 240_000n });
    const gaps = fc.array(fc.integer({ min: 900, max: 1_500 }), { minLength: 40, maxLength: 80 });
    fc.assert(
      fc.property(numerator, gaps, fc.double({ min: 0, max: 1, noNaN: true }), (value, gapsMs, phase) => {
        const pace = new SourcePace({ numerator: value, denominator: 1_000n });
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const frames = Math.floor((nowMs * Number(value) * 1.01) / 1e6 + phase);
          expect(pace.sample(frames, BigInt(nowMs) * MS)).toBeUndefined();
        }
      }),
    );
  });

  test('is not spoken of for a backlog that comes in at once, however large', () => {
    const source = new Source();
    source.run(24, 60);
    source.run(0, 20);
    expect(source.burst(480).run(24, 120)).toEqual([]);
    expect(source.burst(5_000).run(24, 120)).toEqual([]);
  });

  test('is not spoken of for some seconds of haste', () => {
    const source = new Source();
    source.run(24, 60);
    expect(source.run(60, 15)).toEqual([]);
    expect(source.run(24, 60)).toEqual([]);
  });
});

test('the warning names both rates and the ways out', () => {
  expect(tooFastInWords('imagestream', 60, RATE_24)).toBe(
    'imagestream gets 60.0 frames a second, the video shows 24.00: 36.0 of them are dropped every second, and the others ' +
      'are shown late; raise COSMOS_VIDEO_FRAMERATE, or slow the sensor down, or set COSMOS_VIDEO_FRAMERATE_SCALING=skip ' +
      'where only the newest frame matters',
  );
});
