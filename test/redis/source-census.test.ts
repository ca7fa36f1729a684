import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { EntryCount } from '../../src/redis/entry-counter.ts';
import { SourceCensus } from '../../src/redis/source-census.ts';

/** A stream and a reader of it, of which everything is known. */
class KnownStream {
  added = 0;
  entriesRead = 0;
  passedOver = 0;
  #waiting = 0;

  constructor(private readonly maxEntries = 100) {}

  add(count: number): void {
    this.added += count;
    this.#waiting += count;
    while (this.#waiting > this.maxEntries) this.#lose();
  }

  read(count: number): void {
    const read = Math.min(count, this.#waiting);
    this.#waiting -= read;
    this.entriesRead += read;
  }

  passOver(count: number): void {
    for (let i = 0; i < count && this.#waiting > 1; i += 1) this.#lose();
  }

  /** Another stream of the same name. */
  restart(): void {
    this.added = 0;
    this.#waiting = 0;
  }

  get hasCaughtUp(): boolean {
    return this.#waiting === 0;
  }

  /** What Redis says; entries that were read stay in the stream, so that it is as long as it may be. */
  get count(): EntryCount {
    return { length: Math.min(this.added, this.maxEntries), added: this.added, isGroupNew: false };
  }

  get reading() {
    return { entriesRead: this.entriesRead, found: this.hasCaughtUp ? 'nothing' : 'more' } as const;
  }

  #lose(): void {
    this.#waiting -= 1;
    this.passedOver += 1;
  }
}

function look(census: SourceCensus, stream: KnownStream): void {
  census.look(stream.count, stream.reading);
}

/** A census of a stream of which nothing waits. */
function begun(stream = new KnownStream()): [KnownStream, SourceCensus] {
  const census = new SourceCensus();
  // It is not empty, of which not every Redis knows how much was added.
  stream.added = 1;
  census.begin(stream.count, 0);
  return [stream, census];
}

describe('the census of a source', () => {
  test('begins with nothing, whatever was in the stream before', () => {
    const stream = new KnownStream();
    stream.add(5_000);
    const census = new SourceCensus();
    census.begin(stream.count, 0);
    expect(census.totals).toEqual({ entries: 0, passedOver: 0 });
  });

  test('begins with the newest entry where that is still to be read', () => {
    const stream = new KnownStream();
    stream.add(5_000);
    const census = new SourceCensus();
    census.begin(stream.count, 1);
    stream.entriesRead = 1;
    census.look({ ...stream.count, added: 5_003 }, { entriesRead: 1, found: 'more' });
    census.look({ ...stream.count, added: 5_003 }, { entriesRead: 3, found: 'nothing' });
    expect(census.totals).toEqual({ entries: 4, passedOver: 1 });
  });

  test('counts what was added since', () => {
    const [stream, census] = begun();
    stream.add(7);
    look(census, stream);
    stream.add(3);
    look(census, stream);
    expect(census.totals.entries).toBe(10);
  });

  test('does not count what waits as passed over, even a burst within a millisecond', () => {
    const [stream, census] = begun();
    for (let second = 0; second < 60; second += 1) {
      stream.add(24);
      look(census, stream);
      stream.read(12);
      look(census, stream);
      stream.read(12);
    }
    look(census, stream);
    expect(census.totals).toEqual({ entries: 60 * 24, passedOver: 0 });
  });

  test('is exact again as soon as reading has caught up', () => {
    const [stream, census] = begun();
    stream.add(300);
    stream.read(50);
    look(census, stream);
    stream.read(50);
    look(census, stream);
    expect(census.totals.passedOver).toBe(200);
  });

  test('follows a source that is always ahead, at most one length of the stream behind the truth', () => {
    const [stream, census] = begun();
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

  test('takes the newest entry that was read for one that may have come after the count', () => {
    const [stream, census] = begun();
    stream.add(5);
    const before = stream.count;
    stream.add(1);
    stream.passOver(5);
    stream.read(1);
    census.look(before, { entriesRead: stream.entriesRead, found: 'nothing-else' });
    expect(census.totals.passedOver).toBe(4);
    look(census, stream);
    expect(census.totals.passedOver).toBe(5);
  });

  test('counts all of a stream that has started over with lower ids, and keeps what it knew', () => {
    const [stream, census] = begun();
    stream.add(300);
    stream.read(100);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 300, passedOver: 200 });
    stream.restart();
    stream.add(20);
    census.look(stream.count, { entriesRead: 100, found: 'more', startedOverAt: 100 });
    stream.passOver(15);
    stream.read(5);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 320, passedOver: 215 });
  });

  test('counts what was known to wait in a stream that has started over as passed over, and the total never falls', () => {
    const [stream, census] = begun();
    stream.add(90);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 90, passedOver: 0 });
    stream.restart();
    stream.add(4);
    census.look(stream.count, { entriesRead: 0, found: 'more', startedOverAt: 0 });
    expect(census.totals).toEqual({ entries: 94, passedOver: 90 });
  });

  test('goes on at once where a stream with ids that go on was made again while much of it waits', () => {
    const [stream, census] = begun();
    stream.add(50);
    stream.read(10);
    look(census, stream);
    stream.restart();
    stream.add(60);
    look(census, stream);
    const { entries } = census.totals;
    expect(entries).toBeGreaterThanOrEqual(50);
    stream.add(24);
    stream.read(5);
    look(census, stream);
    expect(census.totals.entries).toBe(entries + 24);
    expect(census.totals.passedOver).toBeLessThanOrEqual(40);
  });

  test('is told nothing by a stream that is empty now, of which Redis 8 says that nothing was ever added', () => {
    const [stream, census] = begun();
    stream.add(30);
    stream.read(30);
    look(census, stream);
    const empty = { length: 0, added: 0, isGroupNew: false };
    expect(census.knows(empty)).toBe(false);
    census.look(empty, stream.reading);
    stream.add(3);
    stream.read(3);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 33, passedOver: 0 });
  });

  test('takes what is in the stream for new where that was empty, but not for want of entries ever', () => {
    const census = new SourceCensus();
    census.begin({ length: 0, added: 0, isGroupNew: true }, 0);
    census.look({ length: 3, added: 5_003, isGroupNew: false }, { entriesRead: 3, found: 'nothing' });
    expect(census.totals).toEqual({ entries: 3, passedOver: 0 });
    census.look({ length: 4, added: 5_005, isGroupNew: false }, { entriesRead: 4, found: 'nothing' });
    expect(census.totals).toEqual({ entries: 5, passedOver: 1 });
  });

  test('sees that also where the new stream has already more entries than the old one, by its missing group', () => {
    const [stream, census] = begun();
    stream.add(10);
    stream.read(10);
    look(census, stream);
    stream.restart();
    stream.add(40);
    const count = { ...stream.count, isGroupNew: true };
    census.look(count, { entriesRead: 10, found: 'more', startedOverAt: 10 });
    stream.read(40);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 50, passedOver: 0 });
  });

  test('goes on with the same stream where that was only emptied', () => {
    const [stream, census] = begun();
    stream.add(10);
    stream.read(10);
    look(census, stream);
    census.look({ ...stream.count, length: 0 }, { entriesRead: 10, found: 'more', startedOverAt: 10 });
    stream.add(5);
    stream.read(5);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 15, passedOver: 0 });
  });

  test('knows of nothing that is missing where the ids of another stream go on behind the old ones', () => {
    const [stream, census] = begun();
    for (let times = 0; times < 3; times += 1) {
      stream.add(100);
      stream.read(100);
    }
    look(census, stream);
    stream.restart();
    stream.add(20);
    stream.read(20);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 320, passedOver: 0 });
    stream.add(5);
    stream.read(5);
    look(census, stream);
    expect(census.totals).toEqual({ entries: 325, passedOver: 0 });
  });

  test('knows nothing where Redis keeps no count', () => {
    const [stream, census] = [new KnownStream(), new SourceCensus()];
    for (let i = 0; i < 3; i += 1) {
      stream.add(100);
      census.look({ ...stream.count, added: undefined }, stream.reading);
    }
    expect(census.totals).toEqual({ entries: 0, passedOver: 0 });
  });

  test('is never too high, never falls, and is exact at every look at which reading has caught up', () => {
    const count = fc.integer({ min: 1, max: 60 });
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom('add' as const, 'read' as const, 'passOver' as const), count }),
      fc.record({ do: fc.constant('look' as const), count }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 2, max: 50 }), (steps, maxEntries) => {
        const [stream, census] = begun(new KnownStream(maxEntries));
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
