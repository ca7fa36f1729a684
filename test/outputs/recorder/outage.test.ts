import { describe, expect, test } from 'bun:test';
import type { OutputReach, ReachDoubt } from '../../../src/outputs/output.ts';
import { ENDLESS, outageNow } from '../../../src/outputs/recorder/outage.ts';

const SECOND_NS = 1_000_000_000n;
const GETS: OutputReach = { kind: 'gets' };

function away(second: bigint, doubt: ReachDoubt = 'none'): OutputReach {
  return { kind: 'away', sinceNs: second * SECOND_NS, doubt };
}

const AT = 100n * SECOND_NS;

describe('an outage begins', () => {
  test('a second after the last picture got anywhere', () => {
    expect(outageNow(undefined, [away(99n)], AT - 1n)).toBeUndefined();
    expect(outageNow(undefined, [away(99n)], AT)).toEqual({ sinceNs: 99n * SECOND_NS });
  });

  test('when the last of several is away, with the time of that one', () => {
    expect(outageNow(undefined, [away(10n), GETS], AT)).toBeUndefined();
    expect(outageNow(undefined, [away(10n), away(97n, 'connecting')], AT)).toBeUndefined();
    expect(outageNow(undefined, [away(10n), away(98n), away(5n)], AT)).toEqual({ sinceNs: 98n * SECOND_NS });
  });

  test.each(['connecting', 'settling'] as const)(
    '4 s after an output was opened that is still %s',
    (doubt) => {
      expect(outageNow(undefined, [away(96n, doubt)], AT - 1n)).toBeUndefined();
      expect(outageNow(undefined, [away(96n, doubt)], AT)).toEqual({ sinceNs: 96n * SECOND_NS });
    },
  );

  test('at the end where no connection is there, and not where one is', () => {
    expect(outageNow(undefined, [away(100n)], AT, true)).toEqual({ sinceNs: AT });
    expect(outageNow(undefined, [away(100n, 'connecting')], AT, true)).toEqual({ sinceNs: AT });
    expect(outageNow(undefined, [away(100n, 'settling')], AT, true)).toBeUndefined();
  });

  test('at once where there is nobody else', () => {
    expect(outageNow(undefined, [], AT)).toBe(ENDLESS);
  });
});

describe('an outage goes on', () => {
  const outage = { sinceNs: 90n * SECOND_NS };

  test('while it is not known whether it is over', () => {
    expect(outageNow(outage, [away(90n)], AT)).toBe(outage);
    expect(outageNow(outage, [away(100n)], AT)).toBe(outage);
    expect(outageNow(outage, [away(99n), away(100n, 'settling')], AT)).toBe(outage);
    expect(outageNow(outage, [], AT)).toBe(outage);
  });

  test('until anybody gets the video', () => {
    expect(outageNow(outage, [away(90n), GETS], AT)).toBeUndefined();
  });
});
