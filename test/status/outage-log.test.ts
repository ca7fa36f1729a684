import { describe, expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { OutageLog } from '../../src/status/outage-log.ts';
import { LogDouble } from '../support/log-double.ts';

/** Something that fails, in the hands of a test. */
class Failing {
  readonly log = new LogDouble();
  readonly outage = new OutageLog(this.log);
  nowMs = 0;

  fail(reason: string): void {
    this.outage.failed(reason, `${reason}!`, BigInt(this.nowMs) * NS_PER_MS);
  }
}

describe('the end of an outage', () => {
  test('is news where its failure was told of, once', () => {
    const failing = new Failing();
    failing.fail('lost');
    failing.fail('lost');
    expect(failing.outage.end(false)).toBe(1);
    expect(failing.outage.end(false)).toBeUndefined();
  });

  test('is none where there was no failure, but for those who want to know anyway', () => {
    const { outage } = new Failing();
    expect(outage.end(false)).toBeUndefined();
    expect(outage.end(true)).toBe(0);
  });

  test('is none where nothing was told of, and the next one that is has the number of all', () => {
    const failing = new Failing();
    for (let outage = 0; outage < 10; outage += 1) {
      failing.fail('lost');
      failing.outage.end(false);
      failing.nowMs += 2_000;
    }
    expect(failing.log.take()).toHaveLength(10);
    for (let outage = 0; outage < 3; outage += 1) {
      failing.fail('lost');
      failing.fail('lost');
      expect(failing.outage.end(false)).toBeUndefined();
      failing.nowMs += 2_000;
    }
    expect(failing.log.take().every((line) => line === 'debug: lost!')).toBe(true);
    failing.nowMs += 54_000;
    failing.fail('lost');
    expect(failing.log.take()).toEqual(['error: lost! (and 3 more before it)']);
    // The second failure of each of the three.
    expect(failing.outage.end(false)).toBe(3);
  });
});

describe('failures of one outage', () => {
  test('that are the same are told of once a minute, with their number', () => {
    const failing = new Failing();
    for (; failing.nowMs <= 60_000; failing.nowMs += 10_000) failing.fail('lost');
    expect(failing.log.take().filter((line) => line.startsWith('error'))).toEqual([
      'error: lost!',
      'error: lost! (and 5 more before it)',
    ]);
  });

  test('that are others are told of at once, with the number of those that were not', () => {
    const failing = new Failing();
    for (const reason of ['lost', 'lost', 'refused']) failing.fail(reason);
    expect(failing.log.take()).toEqual([
      'error: lost!',
      'debug: lost!',
      'error: refused! (failed attempts not told of: 1)',
    ]);
  });

  test('are no more than ten in a second, however many reasons there are', () => {
    const failing = new Failing();
    for (const reason of 'abcdefghijklmnopqrstuvwxyz') failing.fail(reason);
    expect(failing.log.lines.filter((line) => line.startsWith('error'))).toHaveLength(10);
  });

  test('are told of again once that is asked for', () => {
    const failing = new Failing();
    failing.fail('lost');
    failing.outage.forget();
    failing.fail('lost');
    expect(failing.log.lines).toEqual(['error: lost!', 'error: lost!']);
  });
});
