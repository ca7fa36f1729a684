import { describe, expect, test } from 'bun:test';
import type { OutputReach, ReachDoubt } from '../../../src/outputs/output.ts';
import { ENDLESS, outageNow, type OutageMoment } from '../../../src/outputs/recorder/outage.ts';

const SECOND_NS = 1_000_000_000n;
const GETS: OutputReach = { kind: 'gets' };

function away(second: bigint, doubt: ReachDoubt = 'none'): OutputReach {
  return { kind: 'away', sinceNs: second * SECOND_NS, doubt };
}

const AT = 100n * SECOND_NS;

/** There has been video for long. */
function at(nowNs: bigint, isLast = false): OutageMoment {
  return { nowNs, videoSinceNs: 0n, isLast };
}

describe('an outage begins', () => {
  test('a second after the last picture got anywhere', () => {
    expect(outageNow(undefined, [away(99n)], at(AT - 1n))).toBeUndefined();
    expect(outageNow(undefined, [away(99n)], at(AT))).toEqual({ sinceNs: 99n * SECOND_NS });
  });

  test('when the last of several is away, with the time of that one', () => {
    expect(outageNow(undefined, [away(10n), GETS], at(AT))).toBeUndefined();
    expect(outageNow(undefined, [away(10n), away(97n, 'connecting')], at(AT))).toBeUndefined();
    expect(outageNow(undefined, [away(10n), away(98n), away(5n)], at(AT))).toEqual({
      sinceNs: 98n * SECOND_NS,
    });
  });

  test.each(['connecting', 'settling'] as const)(
    '4 s after an output was opened that is still %s',
    (doubt) => {
      expect(outageNow(undefined, [away(96n, doubt)], at(AT - 1n))).toBeUndefined();
      expect(outageNow(undefined, [away(96n, doubt)], at(AT))).toEqual({ sinceNs: 96n * SECOND_NS });
    },
  );

  test('not before there has been video for 4 s where an output was opened before it', () => {
    const settling = [away(90n, 'settling')];
    const now = { nowNs: AT, videoSinceNs: 96n * SECOND_NS + 1n, isLast: false };
    expect(outageNow(undefined, settling, now)).toBeUndefined();
    expect(outageNow(undefined, settling, { ...now, videoSinceNs: undefined })).toBeUndefined();
    expect(outageNow(undefined, settling, { ...now, videoSinceNs: 96n * SECOND_NS })).toEqual({
      sinceNs: 90n * SECOND_NS,
    });
  });

  test('at the end where no connection is there, and not where one is', () => {
    expect(outageNow(undefined, [away(100n)], at(AT, true))).toEqual({ sinceNs: AT });
    expect(outageNow(undefined, [away(100n, 'connecting')], at(AT, true))).toEqual({ sinceNs: AT });
    expect(outageNow(undefined, [away(100n, 'settling')], at(AT, true))).toBeUndefined();
  });

  test('at once where there is nobody else', () => {
    expect(outageNow(undefined, [], at(AT))).toBe(ENDLESS);
  });
});

describe('an outage goes on', () => {
  const outage = { sinceNs: 90n * SECOND_NS };

  test('while it is not known whether it is over', () => {
    expect(outageNow(outage, [away(90n)], at(AT))).toBe(outage);
    expect(outageNow(outage, [away(100n)], at(AT))).toBe(outage);
    expect(outageNow(outage, [away(99n), away(100n, 'settling')], at(AT))).toBe(outage);
    expect(outageNow(outage, [], at(AT))).toBe(outage);
  });

  test('until anybody gets the video', () => {
    expect(outageNow(outage, [away(90n), GETS], at(AT))).toBeUndefined();
  });
});
