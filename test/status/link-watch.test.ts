import { describe, expect, test } from 'bun:test';
import type { LinkFigures } from '../../src/base/output-state.ts';
import { LinkWatch, narrowInWords, type NarrowLink } from '../../src/status/link-watch.ts';
import { GOOD_LINK, NO_COUNTS } from '../support/operator-log.ts';

/** Of a stream of 3 Mbit/s. */
const HANDED_BYTES = 375_000;
const PACKET_BYTES = 1_316;
const PICTURES = 24;

/** What a second is like that is not as one of a link that is well. */
interface Second {
  readonly rttMs?: number;
  readonly bufferMs?: number;
  readonly bufferBytes?: number;
  readonly resent?: number;
  readonly dropped?: number;
  readonly skipped?: number;
  readonly handedBytes?: number;
  /** From the figures before it on. */
  readonly seconds?: number;
}

/** A link whose figures are looked at once a second, in the hands of a test. */
class WatchedLink {
  readonly watch = new LinkWatch();
  #figures: LinkFigures = GOOD_LINK;
  #pictures = { sentPictures: PICTURES, skipped: NO_COUNTS.skipped };
  #nowNs = 0n;

  second(second: Second = {}): NarrowLink | undefined {
    const { rttMs = 31, bufferMs = 42, resent = 0, dropped = 0, skipped = 0, seconds = 1 } = second;
    const { handedBytes = HANDED_BYTES, bufferBytes = (HANDED_BYTES * bufferMs) / 1_000 } = second;
    this.#nowNs += BigInt(seconds * 1e9);
    const before = this.#figures;
    this.#figures = {
      ...before,
      rttMs,
      bufferMs,
      bufferBytes,
      sentPackets: before.sentPackets + Math.floor(handedBytes / PACKET_BYTES),
      resentPackets: before.resentPackets + resent,
      droppedPackets: before.droppedPackets + dropped,
      handedBytes: before.handedBytes + handedBytes,
      connectedMs: before.connectedMs + seconds * 1_000,
    };
    const { sentPictures, skipped: others } = this.#pictures;
    this.#pictures = {
      sentPictures: sentPictures + PICTURES - skipped,
      skipped: { ...others, slow: others.slow + skipped },
    };
    return this.watch.look(this.#figures, this.#pictures, this.#nowNs);
  }

  /** @returns the news of these seconds */
  run(...seconds: readonly Second[]): NarrowLink[] {
    return seconds.map((second) => this.second(second)).filter((news) => news !== undefined);
  }

  /** It is connected again: its figures begin anew. */
  reconnect(): void {
    this.#figures = { ...GOOD_LINK, connectedMs: 0, handedBytes: 0 };
  }
}

/** So many seconds of this. */
function times(count: number, second: Second = {}): Second[] {
  return Array.from({ length: count }, () => second);
}

/** A link of 2 Mbit/s for a stream of 3, as it was measured: a third of each second stays in the buffer, 2 s of it at most. */
function narrowing(seconds: number): Second[] {
  return Array.from({ length: seconds }, (_, second) => ({
    rttMs: 188 + second * 100,
    bufferMs: 251 + second * 333,
    resent: 30,
  }));
}

/** As narrow, with a buffer that is full: what is too old is given up. */
const FULL: Second = { rttMs: 400, bufferMs: 1_000, dropped: 95 };

describe('a link that is narrow', () => {
  test('is told of after about 3 s, with what it bears of what is put into it', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    expect(link.run(...narrowing(3))).toEqual([]);
    const [news] = link.run(...narrowing(5).slice(3));
    expect((news?.deliveredBps ?? 0) / 1e6).toBeCloseTo(2, 1);
    expect((news?.offeredBps ?? 0) / 1e6).toBeCloseTo(3, 1);
  });

  test('is told of also where the sender gives up what is too late, and the buffer grows no more', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const [news] = link.run(...times(6, FULL));
    expect((news?.deliveredBps ?? 0) / 1e6).toBeCloseTo(2, 1);
  });

  test('is told of also where it takes no more, and pictures are skipped before it', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const full = { rttMs: 900, bufferMs: 900, skipped: 8, handedBytes: 250_000 };
    const [news] = link.run(...times(7, full));
    expect((news?.deliveredBps ?? 0) / 1e6).toBeCloseTo(2, 1);
    expect((news?.offeredBps ?? 0) / 1e6).toBeCloseTo(3, 1);
  });

  test('is told of also where only what is sent again shows it, for all that the latency is long', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const seconds = [60, 130, 200, 270, 340].map((bufferMs) => ({ rttMs: 90, bufferMs, resent: 95 }));
    expect(link.run(...seconds)).toHaveLength(1);
    const fewer = new WatchedLink();
    fewer.run(...times(10));
    expect(fewer.run(...seconds.map((second) => ({ ...second, resent: 26 })))).toEqual([]);
  });

  test('is told of once an hour', () => {
    const link = new WatchedLink();
    expect(link.run(...times(3_600, FULL))).toHaveLength(1);
    expect(link.run(...times(20, FULL))).toHaveLength(1);
  });

  test('is told of again where other settings did not help', () => {
    const link = new WatchedLink();
    link.run(...times(20, FULL));
    link.watch.forget();
    expect(link.run(...times(20, FULL))).toHaveLength(1);
  });

  test('is not told of for what its last connection was like, nor again for a new one', () => {
    const link = new WatchedLink();
    link.run(...times(10), ...narrowing(3));
    link.reconnect();
    expect(link.run(...times(20))).toEqual([]);
    expect(link.run(...times(10, FULL))).toHaveLength(1);
    link.reconnect();
    expect(link.run(...times(20, FULL))).toEqual([]);
  });

  test('is not told of where figures of one and another viewer come by turns', () => {
    const watch = new LinkWatch();
    const news = Array.from({ length: 20 }, (_, second) => {
      const bufferMs = 300 * second;
      const connectedMs = 1_000 * second + (second % 2) * 60_000;
      const link = { ...GOOD_LINK, bufferMs, bufferBytes: bufferMs * 375, handedBytes: 375_000 * second };
      const pictures = { sentPictures: 24 * second, skipped: NO_COUNTS.skipped };
      return watch.look({ ...link, connectedMs }, pictures, BigInt(second) * 1_000_000_000n);
    });
    expect(news.every((one) => one === undefined)).toBe(true);
  });

  test('is not told of for figures between which the program stood still', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const late = [1_500, 2_500, 3_500, 4_500].map((bufferMs) => ({ seconds: 4, rttMs: 400, bufferMs }));
    expect(link.run(...late)).toEqual([]);
  });
});

describe('a link that is well', () => {
  test('is not told of for hours', () => {
    expect(new WatchedLink().run(...times(10_000))).toEqual([]);
  });

  test('is not told of where 5 % of its packets are lost by chance, of which 9 % are sent again', () => {
    const lossy = { resent: 26, bufferMs: 80 };
    expect(new WatchedLink().run(...times(600, lossy))).toEqual([]);
  });

  test('is not told of where a third is sent again, and all of it arrives', () => {
    expect(new WatchedLink().run(...times(600, { resent: 95, bufferMs: 100 }))).toEqual([]);
  });

  test('is not told of where the round trip of a radio link wavers, or is longer from now on', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const wavering = [20, 120, 180, 150, 90, 140, 200, 110].map((rttMs) => ({ rttMs, bufferMs: rttMs + 20 }));
    const seconds = times(100).flatMap(() => wavering);
    expect(link.run(...seconds)).toEqual([]);
    expect(link.run(...times(100, { rttMs: 250, bufferMs: 300 }))).toEqual([]);
  });

  test('is not told of where a packet is given up now and then', () => {
    expect(new WatchedLink().run(...times(600, { dropped: 2, resent: 95 }))).toEqual([]);
  });

  test('is not told of where a keyframe is in the buffer of each figure', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const seconds = [15_000, 30_000, 60_000, 120_000].map((bufferBytes) => ({ rttMs: 120, bufferBytes }));
    expect(link.run(...times(50).flatMap(() => seconds))).toEqual([]);
  });

  test('is not told of for a hitch of 2 s, in which the buffer grows', () => {
    const link = new WatchedLink();
    const hitch = [...narrowing(2), ...times(5)];
    expect(link.run(...times(10), ...hitch, ...hitch)).toEqual([]);
  });

  test('is not told of where the buffer is what the latency is for', () => {
    const link = new WatchedLink();
    link.run(...times(10));
    const growing = Array.from({ length: 8 }, (_, second) => ({ bufferMs: 15 * second }));
    expect(link.run(...growing)).toEqual([]);
  });
});

test('the words name the link, what it bears, and what to do with the setting', () => {
  const narrow = { deliveredBps: 2_140_000, offeredBps: 2_960_000 };
  expect(narrowInWords('srt://video:9000', narrow, 4_000_000)).toBe(
    'the link to srt://video:9000 bears about 2.1 of 3.0 Mbit/s: lower COSMOS_VIDEO_BITRATE',
  );
  expect(narrowInWords('srt://video:9000', narrow, undefined)).toBe(
    'the link to srt://video:9000 bears about 2.1 of 3.0 Mbit/s: set COSMOS_VIDEO_BITRATE',
  );
});
