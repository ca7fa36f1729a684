import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { LimitedLog } from '../../src/observe/limited-log.ts';

const MS = 1_000_000n;

function limitedTo(perSecond: number) {
  const written: string[] = [];
  return { log: new LimitedLog(perSecond, (message) => written.push(message)), written };
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
