import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { SourceCensus } from '../../src/source/source-census.ts';
import { compareStreamIds, STREAM_START, type StreamId } from '../../src/source/stream-id.ts';
import type { StreamInfo } from '../../src/source/stream-info.ts';

/** A stream and a reader of it, of which everything is known. */
class KnownStream {
  added = 0;
  entriesRead = 0;
  passedOver = 0;
  position: StreamId = STREAM_START;
  #lastId: StreamId = STREAM_START;
  #waiting: StreamId[] = [];

  constructor(private readonly maxEntries = 100) {}

  /** All in one millisecond. */
  add(count: number): void {
    const ms = this.#lastId.ms + 20n;
    for (let i = 0; i < count; i += 1) {
      this.added += 1;
      this.#lastId = { ms, sequence: BigInt(i) };
      this.#waiting.push(this.#lastId);
      if (this.#waiting.length > this.maxEntries) this.#lose();
    }
  }

  read(count: number): void {
    for (const id of this.#waiting.splice(0, count)) {
      this.entriesRead += 1;
      this.position = id;
    }
  }

  passOver(count: number): void {
    for (let i = 0; i < count && this.#waiting.length > 1; i += 1) this.#lose();
  }

  restart(): void {
    this.added = 0;
    this.#lastId = STREAM_START;
    this.#waiting = [];
  }

  get hasCaughtUp(): boolean {
    return compareStreamIds(this.#lastId, this.position) === 0;
  }

  /** What Redis says; entries that were read stay in the stream, so that it is as long as it may be. */
  get info(): StreamInfo {
    return {
      lastId: this.#lastId,
      length: Math.min(this.added, this.maxEntries),
      entriesAdded: this.added,
    };
  }

  get state() {
    return { entriesRead: this.entriesRead, position: this.position };
  }

  #lose(): void {
    this.#waiting.shift();
    this.passedOver += 1;
  }
}

function look(census: SourceCensus, stream: KnownStream): void {
  census.look(stream.info, stream.state);
}

describe('the census of a source', () => {
  test('begins with nothing, whatever was in the stream before', () => {
    const stream = new KnownStream();
    stream.add(5_000);
    const census = new SourceCensus();
    look(census, stream);
    expect(census.totals).toEqual({ entriesAdded: 0, passedOver: 0 });
  });

  test('counts what was added since', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    look(census, stream);
    stream.add(7);
    look(census, stream);
    stream.add(3);
    look(census, stream);
    expect(census.totals.entriesAdded).toBe(10);
  });

  test('does not count what waits as passed over, even a burst within a millisecond', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    look(census, stream);
    for (let second = 0; second < 60; second += 1) {
      stream.add(24);
      look(census, stream);
      stream.read(12);
      look(census, stream);
      stream.read(12);
    }
    look(census, stream);
    expect(census.totals).toEqual({ entriesAdded: 60 * 24, passedOver: 0 });
  });

  test('is exact again as soon as reading has caught up', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    look(census, stream);
    stream.add(300);
    stream.read(50);
    look(census, stream);
    stream.read(50);
    look(census, stream);
    expect(census.totals.passedOver).toBe(200);
  });

  test('follows a source that is always ahead, at most one length of the stream behind the truth', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    look(census, stream);
    for (let second = 0; second < 60; second += 1) {
      stream.add(48);
      stream.passOver(24);
      stream.read(24);
      stream.add(1);
      look(census, stream);
    }
    expect(census.totals.passedOver).toBeGreaterThan(stream.passedOver - 101);
    expect(census.totals.passedOver).toBeLessThanOrEqual(stream.passedOver);
  });

  test('waits for an answer that belongs to the reading, when reading went on meanwhile', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    stream.add(5);
    stream.read(5);
    const before = stream.info;
    stream.add(3);
    stream.read(3);
    census.look(before, stream.state);
    look(census, stream);
    expect(census.totals.passedOver).toBe(0);
  });

  test('begins anew when Redis has lost its data, and keeps what it knew', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    look(census, stream);
    stream.add(300);
    stream.read(100);
    look(census, stream);
    stream.restart();
    stream.add(20);
    look(census, stream);
    stream.position = STREAM_START;
    stream.read(20);
    look(census, stream);
    expect(census.totals).toEqual({ entriesAdded: 300, passedOver: 200 });
    stream.add(5);
    stream.read(5);
    look(census, stream);
    expect(census.totals).toEqual({ entriesAdded: 305, passedOver: 200 });
  });

  test('knows nothing where Redis keeps no count', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    for (let i = 0; i < 3; i += 1) {
      stream.add(100);
      const { lastId, length } = stream.info;
      census.look({ lastId, length }, stream.state);
    }
    expect(census.totals).toEqual({ entriesAdded: 0, passedOver: 0 });
  });

  test('is never too high, never falls, and is exact at every look at which reading has caught up', () => {
    const count = fc.integer({ min: 1, max: 60 });
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom('add' as const, 'read' as const, 'passOver' as const), count }),
      fc.record({ do: fc.constant('look' as const), count }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 2, max: 50 }), (steps, maxEntries) => {
        const [stream, census] = [new KnownStream(maxEntries), new SourceCensus()];
        look(census, stream);
        for (const { do: action, count: times } of steps) {
          const before = census.totals.passedOver;
          if (action !== 'look') stream[action](times);
          else look(census, stream);
          expect(census.totals.passedOver).toBeGreaterThanOrEqual(before);
          expect(census.totals.passedOver).toBeLessThanOrEqual(stream.passedOver);
          if (action === 'look' && stream.hasCaughtUp)
            expect(census.totals.passedOver).toBe(stream.passedOver);
        }
      }),
    );
  });
});
