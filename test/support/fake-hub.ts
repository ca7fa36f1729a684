import type { Feed } from '../../src/outputs/hub.ts';
import type { VideoHub } from '../../src/service/encoder-run.ts';

type How = Parameters<VideoHub['feed']>[1];

/** The video of one ffmpeg, on its way. */
export class FakeFeed implements Feed {
  pictures = 0;
  sizeBytes = 0;
  readonly ended: Promise<void>;
  /** All of it was handed on. */
  readonly end: () => void;

  constructor(readonly how: How) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.end = resolve;
  }
}

/** Outputs that take whatever comes, and tell what that was. */
export class FakeHub implements VideoHub {
  readonly feeds: FakeFeed[] = [];
  pictures = 0;
  sizeBytes = 0;
  /** Milliseconds that it was given to close, once it was told to. */
  closedWithinMs: number | undefined;

  feed(_: AsyncIterable<Uint8Array>, how: How): Feed {
    const feed = new FakeFeed(how);
    this.feeds.push(feed);
    return feed;
  }

  async close(limitMs: number): Promise<void> {
    this.closedWithinMs = limitMs;
    for (const feed of this.feeds) feed.end();
  }
}
