import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { continued, type SourceReport } from '../../src/redis/source-report.ts';
import { ReaderStage } from '../support/reader-stage.ts';

const counted = (read: number, wrong: number, entries: number, passedOver: number): SourceReport => ({
  read,
  wrong,
  source: { kind: 'counted', entries, passedOver },
});
const refused = (reason: string): SourceReport => ({
  read: 2,
  wrong: 1,
  source: { kind: 'not-counted', reason },
});
const NOTHING = counted(0, 0, 0, 0);

/** A report as a reader can give it. */
const anyReport = fc
  .tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.nat(1_000))
  .map(([read, wrong, passedOver, waiting]) =>
    counted(read, wrong, read + wrong + passedOver + waiting, passedOver),
  );

describe('two sources, one read after the other,', () => {
  test('are counted together, and what waited in the first is passed over', () => {
    expect(continued(counted(5, 1, 10, 2), counted(3, 0, 7, 1))).toEqual(counted(8, 1, 17, 5));
  });

  test('are the first one alone, before anything is known of the second', () => {
    expect(continued(counted(5, 1, 8, 2), NOTHING)).toEqual(counted(5, 1, 8, 2));
    expect(continued(NOTHING, counted(5, 1, 10, 2))).toEqual(counted(5, 1, 10, 2));
  });

  test('are not counted where the second is not, for its reason; what was read still is', () => {
    const notCounted = { read: 7, wrong: 2, source: { kind: 'not-counted', reason: 'NOPERM' } } as const;
    expect(continued(counted(5, 1, 10, 2), refused('NOPERM'))).toEqual(notCounted);
    expect(continued(refused('before'), refused('now')).source).toMatchObject({ reason: 'now' });
  });

  test('are counted again where only the first was not, of which what was read is known', () => {
    expect(continued(refused('NOPERM'), counted(5, 1, 10, 2))).toEqual(counted(7, 2, 13, 2));
  });

  test('and a third give the same, whichever two are put together first', () => {
    fc.assert(
      fc.property(anyReport, anyReport, anyReport, (a, b, c) => {
        expect(continued(continued(a, b), c)).toEqual(continued(a, continued(b, c)));
      }),
    );
  });

  test('leave out no entry: each was read, was wrong, was passed over, or still waits in the second', async () => {
    const first = new ReaderStage();
    first.redis.addNow();
    await first.next();
    first.redis.addNow('wrong-size');
    first.redis.addNow();
    await first.next();
    for (let waiting = 0; waiting < 3; waiting += 1) first.redis.addNow();
    await first.clock.advanceMs(1_000);
    await first.next();
    first.reader.close();
    const before = first.reader.report;
    expect(before).toEqual(counted(3, 1, 6, 0));
    const second = new ReaderStage();
    second.redis.addNow();
    await second.newest();
    expect(continued(before, second.reader.report)).toEqual(counted(4, 1, 7, 2));
  });
});
