import { expect, test } from 'bun:test';
import { NS_PER_MS } from '../../../src/base/clock.ts';
import { RECENT_MOST_BYTES, RecentVideo } from '../../../src/outputs/recorder/recent-video.ts';
import { piecesOf } from '../../../src/outputs/recorder/video-piece.ts';
import { ChunkMaker } from '../../support/chunks.ts';
import { picturesIn } from '../../support/ts-packets.ts';

class Stage {
  readonly recent = new RecentVideo();
  readonly video: ChunkMaker;
  nowMs = 0;
  /** Pictures that were let go. */
  gone = 0;

  constructor() {
    this.video = new ChunkMaker((chunk, tables) => {
      const came = { ns: BigInt(this.nowMs) * NS_PER_MS, wallMs: this.nowMs };
      for (const piece of piecesOf(chunk, tables, came)) this.gone += this.recent.add(piece);
    });
  }

  /** One picture in half a second, a keyframe each second. */
  seconds(count: number): void {
    for (let second = 0; second < count; second += 1) {
      for (const isKeyframe of [true, false]) {
        this.video.picture({ isKeyframe });
        this.nowMs += 500;
      }
    }
  }

  takeFrom(sinceMs: number): number[] {
    const { pieces, before } = this.recent.takeFrom(BigInt(sinceMs) * NS_PER_MS);
    this.gone += before;
    return picturesIn(Buffer.concat(pieces.map(({ chunk }) => chunk.packets))).map(({ number }) => number);
  }
}

test('the video of ten seconds is kept, from the keyframe before on', () => {
  const stage = new Stage();
  stage.seconds(20);
  // The last picture came at 19.5 s.
  expect(stage.takeFrom(0)).toEqual(Array.from({ length: 22 }, (_, index) => index + 18));
  expect(stage.gone).toBe(18);
  expect(stage.recent.sizeBytes).toBe(0);
});

test('it begins with the last keyframe at a time or before', () => {
  for (const [sinceMs, first] of [
    [18_000, 36],
    [17_999, 34],
    [19_999, 38],
  ] as const) {
    const stage = new Stage();
    stage.seconds(20);
    expect(stage.takeFrom(sinceMs)[0]).toBe(first);
    expect(stage.gone).toBe(first);
  }
});

test('before the first keyframe there is nothing to keep', () => {
  const stage = new Stage();
  expect(stage.takeFrom(0)).toEqual([]);
  stage.seconds(1);
  expect(stage.takeFrom(0)).toEqual([0, 1]);
  stage.video.picture();
  expect(stage.gone).toBe(1);
  expect(stage.takeFrom(0)).toEqual([]);
});

test('it has its bound, whole GOPs at a time, also where one GOP has no end', () => {
  const stage = new Stage();
  for (let gops = 0; gops < 10; gops += 1) {
    stage.video.group(3, { sizeBytes: 1_500_000 });
    expect(stage.recent.sizeBytes).toBeLessThanOrEqual(RECENT_MOST_BYTES);
  }
  const numbers = stage.takeFrom(-1);
  expect(numbers[0]).toBe(32);
  stage.video.group(30, { sizeBytes: 1_000_000 });
  expect(stage.takeFrom(0)).toEqual([]);
  expect(stage.gone + numbers.length).toBe(71);
});

test('all of it can be let go', () => {
  const stage = new Stage();
  stage.seconds(3);
  expect([stage.recent.clear(), stage.recent.sizeBytes]).toEqual([6, 0]);
});
