import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { continued, ended, type EndedReport, type SourceReport } from '../../src/redis/source-report.ts';
import { ReaderStage } from '../support/reader-stage.ts';

const counted = (read: number, wrong: number, entries: number, passedOver: number): EndedReport => ({
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
    expect(continued(ended(counted(5, 1, 10, 2)), counted(3, 0, 7, 1))).toEqual(counted(8, 1, 17, 5));
  });

  test('are the first one alone, before anything is known of the second', () => {
    expect(continued(ended(counted(5, 1, 8, 2)), NOTHING)).toEqual(counted(5, 1, 8, 2));
    expect(continued(NOTHING, counted(5, 1, 10, 2))).toEqual(counted(5, 1, 10, 2));
  });

  test('are not counted where the second is not, for its reason; what was read still is', () => {
    const notCounted = { read: 7, wrong: 2, source: { kind: 'not-counted', reason: 'NOPERM' } } as const;
    expect(continued(ended(counted(5, 1, 10, 2)), refused('NOPERM'))).toEqual(notCounted);
    expect(continued(ended(refused('before')), refused('now')).source).toMatchObject({ reason: 'now' });
  });

  test('are counted again where only the first was not, of which what was read is known', () => {
    expect(continued(ended(refused('NOPERM')), counted(5, 1, 10, 2))).toEqual(counted(7, 2, 13, 2));
  });

  test('keep what was passed over in the first, where the one between them was not counted', () => {
    const both = continued(ended(counted(5, 1, 20, 3)), ended(refused('NOPERM')));
    expect(continued(both, counted(1, 0, 1, 0))).toEqual(counted(8, 2, 24, 14));
  });

  test('and a third give the same, whichever two are put together first', () => {
    fc.assert(
      fc.property(anyReport, anyReport, anyReport, (a, b, c) => {
        const [one, two] = [ended(a), ended(b)];
        expect(continued(continued(one, two), c)).toEqual(continued(one, continued(two, c)));
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
    expect(continued(ended(before), second.reader.report)).toEqual(counted(4, 1, 7, 2));
  });
});
