import type { DropCause } from '../../src/base/counts.ts';
import type { SourceEvent } from '../../src/base/event.ts';
import type { Frame, FrameOwner } from '../../src/base/frame.ts';
import { formatStreamId } from '../../src/base/stream-entry.ts';
import { StreamFrameReader } from '../../src/redis/stream-frame-reader.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { FakeRedis } from './fake-connection.ts';

/** What became of a call: not yet decided, a value, or a rejection. */
export type Outcome<T> =
  | { readonly kind: 'open' }
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown };

/** Follows a promise without waiting for it. */
export function follow<T>(promise: Promise<T>): { outcome: Outcome<T> } {
  const followed: { outcome: Outcome<T> } = { outcome: { kind: 'open' } };
  promise.then(
    (value) => (followed.outcome = { kind: 'value', value }),
    (error: unknown) => (followed.outcome = { kind: 'error', error }),
  );
  return followed;
}

/** A `StreamFrameReader` on a Redis in memory and a clock that a test turns. */
export class ReaderStage {
  readonly clock = new FakeClock();
  readonly redis = new FakeRedis(this.clock);
  /** What the reader has said, in order. */
  readonly events: string[] = [];
  /** Why frames were dropped, in order. */
  readonly dropped: DropCause[] = [];
  readonly owner: FrameOwner = {
    release: ({ pixels }) => this.redis.release(pixels),
    drop: ({ pixels }, cause) => {
      this.redis.release(pixels);
      this.dropped.push(cause);
    },
  };
  readonly reader: StreamFrameReader;
  readonly never = new AbortController().signal;

  constructor({ maxDelayMs = 2_000 } = {}) {
    this.reader = new StreamFrameReader({
      connect: this.redis.connect,
      stream: 'imagestream',
      random: () => 0,
      clock: this.clock,
      maxDelayMs,
      owner: this.owner,
      emit: (event) => this.events.push(inWords(event)),
    });
  }

  /** The next frame, which must be there already or come within two seconds. */
  async next(): Promise<{ id: string; waited: boolean; passedOver: boolean; frame: Frame }> {
    const read = follow(this.reader.next(this.never));
    await settle();
    if (read.outcome.kind === 'open') await this.clock.advanceMs(2_000);
    if (read.outcome.kind !== 'value') throw new Error(`no frame: ${JSON.stringify(read.outcome.kind)}`);
    return { id: read.outcome.value.frame.id, ...read.outcome.value };
  }

  async newest(): Promise<string | undefined> {
    return (await this.reader.newest(this.never))?.id;
  }
}

function inWords(event: SourceEvent): string {
  switch (event.kind) {
    case 'redis-lost':
      return `lost: ${event.failure.text}`;
    case 'redis-connected':
      return 'connected';
    case 'stream-started-over':
      return 'restarted';
    case 'wrong-entry':
      return `${event.entry.kind} ${formatStreamId(event.entry.id)}`;
  }
}
