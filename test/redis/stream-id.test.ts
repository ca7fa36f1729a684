import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { formatStreamId, type StreamId } from '../../src/base/stream-entry.ts';
import {
  compareStreamIds,
  parseStreamId,
  precedingStreamId,
  STREAM_START,
} from '../../src/redis/stream-id.ts';

const LARGEST = 2n ** 64n - 1n;
const part = fc.oneof(
  fc.bigInt({ min: 0n, max: LARGEST }),
  fc.bigInt({ min: 0n, max: 3n }),
  fc.constant(LARGEST),
);
const id: fc.Arbitrary<StreamId> = fc.record({ ms: part, sequence: part });

/** The id as one number of 128 bits, which is how Redis orders them. */
function asNumber({ ms, sequence }: StreamId): bigint {
  return ms * 2n ** 64n + sequence;
}

describe('a stream id', () => {
  test('is read as it is written', () => {
    fc.assert(fc.property(id, (value) => expect(parseStreamId(formatStreamId(value))).toEqual(value)));
    expect(formatStreamId({ ms: 1_700_000_000_000n, sequence: 3n })).toBe('1700000000000-3');
  });

  test.each(['', '5', '5-', '-5', '5-5-5', '5-x', ' 5-5', '+', '0x5-1', '123456789012345678901-0'])(
    'is not "%s"',
    (text) => {
      expect(() => parseStreamId(text)).toThrow(`not a stream id: ${text}`);
    },
  );

  test('is ordered as a number of 128 bits', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        const [x, y] = [asNumber(a), asNumber(b)];
        const expected = x < y ? -1 : x > y ? 1 : 0;
        expect(Math.sign(compareStreamIds(a, b))).toBe(expected);
      }),
    );
  });

  test('is preceded by the very next lower one, and the lowest by itself', () => {
    fc.assert(
      fc.property(id, (value) => {
        const expected = asNumber(value) === 0n ? 0n : asNumber(value) - 1n;
        expect(asNumber(precedingStreamId(value))).toBe(expected);
      }),
    );
    expect(precedingStreamId({ ms: 5n, sequence: 0n })).toEqual({ ms: 4n, sequence: LARGEST });
    expect(precedingStreamId(STREAM_START)).toEqual(STREAM_START);
  });
});
