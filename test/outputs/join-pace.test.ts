import { describe, expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { JoinPace, MOST_BURST_BYTES } from '../../src/outputs/join-pace.ts';
import type { JoinPoint } from '../../src/outputs/present-gop.ts';

const PIECE_BYTES = 1_316;
const PLACE = 1_000_000;
const WAITING_BYTES = 10_000_000;

interface Gop {
  readonly ageMs: number;
  readonly sizeBytes: number;
  readonly firstPictureBytes?: number;
}

/** What one may send who joins with such a GOP, in bytes after so many milliseconds, having sent so many. */
function joining({ ageMs, sizeBytes, firstPictureBytes = 18_800 }: Gop) {
  const point: JoinPoint = {
    tables: new Uint8Array(376),
    chunks: [],
    sinceNs: 5_000n * NS_PER_MS,
    sizeBytes,
    firstPictureBytes,
  };
  const beginNs = point.sinceNs + BigInt(ageMs) * NS_PER_MS;
  const pace = new JoinPace(point, PLACE, beginNs);
  const allowed = (afterMs: number, sentBytes = 0, waitingBytes = WAITING_BYTES) =>
    pace.allowedBytes(PLACE + sentBytes, waitingBytes, beginNs + BigInt(afterMs) * NS_PER_MS);
  return { pace, allowed };
}

describe('one who joins in the middle of a GOP may send', () => {
  test('the tables and the first picture at once, and not more', () => {
    const { allowed } = joining({ ageMs: 1_000, sizeBytes: 400_000 });
    expect(allowed(0)).toBe(376 + 18_800);
    expect(allowed(0, 376 + 18_800)).toBe(0);
  });

  test('no more of the first picture than a router has room for', () => {
    const { allowed } = joining({ ageMs: 1_000, sizeBytes: 400_000, firstPictureBytes: 200_032 });
    expect(allowed(0)).toBe(376 + MOST_BURST_BYTES);
    expect(MOST_BURST_BYTES).toBeLessThanOrEqual(64 * 1024);
  });

  test('from then on half as much again as came in the mean, in whole datagrams', () => {
    const { allowed } = joining({ ageMs: 2_000, sizeBytes: 800_000 });
    const burstBytes = allowed(0);
    for (const afterMs of [5, 10, 50, 400, 1_000]) {
      const pacedBytes = allowed(afterMs, burstBytes);
      expect(pacedBytes % PIECE_BYTES).toBe(0);
      expect(pacedBytes).toBeGreaterThan(600 * afterMs - PIECE_BYTES);
      expect(pacedBytes).toBeLessThanOrEqual(600 * afterMs);
    }
  });

  test('what came before it joined, whenever', () => {
    const { allowed } = joining({ ageMs: 1_000, sizeBytes: 400_000 });
    expect(allowed(0, -50_000)).toBe(50_000 + 376 + 18_800);
  });

  test('the rest, where that is less: no piece waits to be full', () => {
    const { allowed } = joining({ ageMs: 2_000, sizeBytes: 800_000 });
    expect(allowed(1, allowed(0), 376)).toBe(376);
    expect(allowed(1, allowed(0), 752)).toBe(0);
  });

  test('what comes, however fast that is, and half the mean on top', () => {
    const { pace, allowed } = joining({ ageMs: 2_000, sizeBytes: 800_000 });
    const burstBytes = allowed(0);
    pace.came(2_000_000);
    const pacedBytes = allowed(1_000, burstBytes);
    expect(pacedBytes).toBeGreaterThan(2_200_000 - PIECE_BYTES);
    expect(pacedBytes).toBeLessThanOrEqual(2_200_000);
  });

  test('as if half a second had passed, where it has hardly begun: a keyframe is no rate', () => {
    const { allowed } = joining({ ageMs: 0, sizeBytes: 200_032, firstPictureBytes: 200_032 });
    const pacedBytes = allowed(100, allowed(0));
    expect(pacedBytes).toBeGreaterThan(60_000 - PIECE_BYTES);
    expect(pacedBytes).toBeLessThanOrEqual(60_010);
  });

  test('nothing where it is ahead', () => {
    expect(joining({ ageMs: 1_000, sizeBytes: 400_000 }).allowed(0, 100_000)).toBe(0);
  });
});
