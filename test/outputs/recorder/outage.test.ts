import { describe, expect, test } from 'bun:test';
import type { OutputReach } from '../../../src/outputs/output.ts';
import { ENDLESS, outageNow } from '../../../src/outputs/recorder/outage.ts';

const SECOND_NS = 1_000_000_000n;
const GETS: OutputReach = { kind: 'gets' };
const MAYBE: OutputReach = { kind: 'maybe' };

function away(second: bigint): OutputReach {
  return { kind: 'away', sinceNs: second * SECOND_NS };
}

const AT = 100n * SECOND_NS;

describe('an outage begins', () => {
  test('a second after the last picture got anywhere', () => {
    expect(outageNow(undefined, [away(99n)], AT - 1n)).toBeUndefined();
    expect(outageNow(undefined, [away(99n)], AT)).toEqual({ sinceNs: 99n * SECOND_NS });
  });

  test('when the last of several is away, with the time of that one', () => {
    expect(outageNow(undefined, [away(10n), GETS], AT)).toBeUndefined();
    expect(outageNow(undefined, [away(10n), MAYBE], AT)).toBeUndefined();
    expect(outageNow(undefined, [away(10n), away(98n), away(5n)], AT)).toEqual({ sinceNs: 98n * SECOND_NS });
  });

  test('at once where there is nobody else', () => {
    expect(outageNow(undefined, [], AT)).toBe(ENDLESS);
  });
});

describe('an outage goes on', () => {
  const outage = { sinceNs: 90n * SECOND_NS };

  test('while it is not known whether it is over', () => {
    expect(outageNow(outage, [away(90n)], AT)).toBe(outage);
    expect(outageNow(outage, [MAYBE], AT)).toBe(outage);
    expect(outageNow(outage, [away(99n), MAYBE], AT)).toBe(outage);
    expect(outageNow(outage, [], AT)).toBe(outage);
  });

  test('until anybody gets the video', () => {
    expect(outageNow(outage, [away(90n), GETS], AT)).toBeUndefined();
  });
});
