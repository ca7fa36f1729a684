import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { LimitedLog, warningLog } from '../../src/status/limited-log.ts';

const MS = 1_000_000n;

function limitedTo(perSecond: number) {
  const written: string[] = [];
  return { log: new LimitedLog(perSecond, (message) => written.push(message)), written };
}

/** Something every `gapMs` for so long, with the flush of each second. */
function happens(log: LimitedLog, { fromMs, forMs, gapMs }: Record<'fromMs' | 'forMs' | 'gapMs', number>) {
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 100) {
    if (nowMs % 1_000 === 0) log.flush(BigInt(nowMs) * MS);
    if ((nowMs - fromMs) % gapMs === 0) log.log('wrong', BigInt(nowMs) * MS);
  }
}

function warnings() {
  const written: string[] = [];
  return { log: warningLog((message) => written.push(message)), written };
}

describe('a limited log', () => {
  test('writes the first messages of a second and holds the others back', () => {
    const { log, written } = limitedTo(2);
    for (const message of ['a', 'b', 'c', 'd']) log.log(message, 5_000n * MS);
    expect(written).toEqual(['a', 'b']);
  });

  test('says with the next message how many it held back, once', () => {
    const { log, written } = limitedTo(1);
    for (const message of ['a', 'b', 'c', 'd']) log.log(message, 0n);
    log.log('e', 1_000n * MS);
    log.log('f', 2_000n * MS);
    expect(written).toEqual(['a', 'e (and 3 more before it)', 'f']);
  });

  test('begins a new second at the first message after the last one is over', () => {
    const { log, written } = limitedTo(1);
    log.log('a', 0n);
    log.log('b', 999n * MS);
    log.log('c', 1_000n * MS);
    log.log('d', 1_999n * MS);
    expect(written).toEqual(['a', 'c (and 1 more before it)']);
  });

  test('says the last message that it held back even if no other comes, when it is asked to', () => {
    const { log, written } = limitedTo(1);
    for (const message of ['a', 'b', 'c']) log.log(message, 0n);
    log.flush(500n * MS);
    expect(written).toEqual(['a']);
    log.flush(1_000n * MS);
    expect(written).toEqual(['a', 'c (and 1 more before it)']);
    log.flush(5_000n * MS);
    expect(written).toHaveLength(2);
  });

  test('has nothing to say when it held nothing back', () => {
    const { log, written } = limitedTo(1);
    log.flush(0n);
    log.log('a', 0n);
    log.flush(2_000n * MS);
    expect(written).toEqual(['a']);
  });

  test('accounts for every message, and never writes more than it may', () => {
    const steps = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 700n }), fc.boolean()), { maxLength: 100 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (all, perSecond) => {
        const { log, written } = limitedTo(perSecond);
        let [nowNs, told] = [0n, 0];
        const atNs: bigint[] = [];
        for (const [gapMs, isFlush] of all) {
          nowNs += gapMs * MS;
          const before = written.length;
          if (isFlush) log.flush(nowNs);
          else {
            log.log('x', nowNs);
            told += 1;
          }
          if (written.length > before) atNs.push(nowNs);
        }
        log.flush(nowNs + 1_000n * MS);
        const counts = written.map((line) => 1 + Number(/and (\d+) more/.exec(line)?.[1] ?? 0));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(told);
        for (const [index, at] of atNs.entries()) {
          const later = atNs[index + 2 * perSecond];
          expect(later === undefined || later - at >= 1_000n * MS).toBe(true);
        }
      }),
    );
  });
});

describe('a warning that comes again and again', () => {
  test('is written once a second ten times, and then once a minute with the number of those held back', () => {
    const { log, written } = warnings();
    happens(log, { fromMs: 0, forMs: 10_000, gapMs: 1_000 });
    expect(written).toHaveLength(10);
    happens(log, { fromMs: 10_000, forMs: 240_000, gapMs: 1_000 });
    expect(written).toHaveLength(14);
    for (const line of written.slice(10)) expect(line).toMatch(/^wrong \(and 5[89] more before it\)$/);
  });

  test('comes to fewer than 1,500 lines in a day', () => {
    const { log, written } = warnings();
    happens(log, { fromMs: 0, forMs: 86_400_000, gapMs: 500 });
    expect(written.length).toBeGreaterThan(1_400);
    expect(written.length).toBeLessThan(1_500);
  });

  test('is written at once again after a minute without one', () => {
    const { log, written } = warnings();
    happens(log, { fromMs: 0, forMs: 30_000, gapMs: 1_000 });
    happens(log, { fromMs: 30_000, forMs: 300_000, gapMs: 1_000_000 });
    const before = written.length;
    happens(log, { fromMs: 330_000, forMs: 5_000, gapMs: 1_000 });
    expect(written).toHaveLength(before + 5);
    expect(written.at(-1)).toBe('wrong');
  });

  test('that comes less often than once a minute is always written', () => {
    const { log, written } = warnings();
    happens(log, { fromMs: 0, forMs: 3_600_000, gapMs: 90_000 });
    expect(written).toEqual(Array(40).fill('wrong'));
  });

  test('is accounted for to the last one', () => {
    const { log, written } = warnings();
    happens(log, { fromMs: 0, forMs: 1_000_000, gapMs: 700 });
    log.flush(2_000_000n * MS);
    const counts = written.map((line) => 1 + Number(/and (\d+) more/.exec(line)?.[1] ?? 0));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.ceil(1_000_000 / 700));
  });
});
