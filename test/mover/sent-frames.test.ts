import { describe, expect, test } from 'bun:test';
import { SentFrames } from '../../src/mover/sent-frames.ts';

const MS = 1_000_000n;

/** So many frames, one every 40 ms, every second one of them new. */
function sent(count: number): { frames: SentFrames; nowNs: bigint } {
  const frames = new SentFrames();
  frames.begin();
  for (let index = 0; index < count; index += 1) frames.onSent(index % 2 === 0, BigInt(index) * 40n * MS);
  return { frames, nowNs: BigInt(count) * 40n * MS };
}

describe('what a failed session has lost', () => {
  test('are the new frames that ffmpeg had not encoded', () => {
    const { frames, nowNs } = sent(100);
    expect(frames.lose({ encodedFrames: 90, unnoticedMs: 0 }, nowNs)).toBe(5);
  });

  test('are those that were sent while the link was dead already', () => {
    const { frames, nowNs } = sent(200);
    expect(frames.lose({ encodedFrames: 200, unnoticedMs: 5_000 }, nowNs)).toBe(62);
  });

  test('are all of them where nothing was encoded, and none that came before the session', () => {
    const { frames } = sent(100);
    frames.begin();
    frames.onSent(true, 0n);
    frames.onSent(false, 1n);
    frames.onSent(true, 2n);
    expect(frames.lose({ encodedFrames: 0, unnoticedMs: 0 }, 3n)).toBe(2);
  });

  test('is told once', () => {
    const { frames, nowNs } = sent(100);
    frames.lose({ encodedFrames: 0, unnoticedMs: 0 }, nowNs);
    expect(frames.lose({ encodedFrames: 0, unnoticedMs: 0 }, nowNs)).toBe(0);
  });

  test('is right after days, of which only the last seconds are remembered', () => {
    const { frames, nowNs } = sent(100_000);
    expect(frames.lose({ encodedFrames: 99_000, unnoticedMs: 0 }, nowNs)).toBe(500);
    const later = sent(100_001);
    expect(later.frames.lose({ encodedFrames: 100_001, unnoticedMs: 1_000 }, later.nowNs)).toBe(12);
  });
});
