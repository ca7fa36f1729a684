import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { OutputEvent } from '../../src/base/event.ts';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { Timeline } from '../../src/mpegts/timeline.ts';
import { Hub } from '../../src/outputs/hub.ts';
import type { FeedHow } from '../../src/outputs/video-feed.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { KeepingOutput } from '../support/keeping-output.ts';
import { picturesIn, readStream, TsMaker } from '../support/ts-packets.ts';
import { WrittenVideo } from '../support/written-video.ts';

const PERIOD_TICKS = 3_750;
const FIRST: FeedHow = { join: { kind: 'first-of-session' }, periodTicks: PERIOD_TICKS, isWarmedUp: false };
const NEXT: FeedHow = {
  join: { kind: 'goes-on', lostFrames: 0 },
  periodTicks: PERIOD_TICKS,
  isWarmedUp: true,
};

function twelvePictures(maker: TsMaker): Uint8Array[] {
  return Array.from({ length: 12 }, (_, index) => maker.picture({ isKeyframe: index % 5 === 0 }));
}

class Stage {
  readonly clock = new FakeClock();
  readonly events: OutputEvent[] = [];
  readonly outputs: readonly KeepingOutput[];
  readonly hub: Hub;

  constructor(...outputs: KeepingOutput[]) {
    this.outputs = outputs;
    const emit = (event: OutputEvent) => void this.events.push(event);
    this.hub = new Hub({ clock: this.clock, timeline: new Timeline(), emit }, outputs);
  }
}

describe('the video of an encoder', () => {
  test('reaches every output with PAT and PMT before the first keyframe', async () => {
    const [one, two] = [new KeepingOutput('one'), new KeepingOutput('two')];
    const { hub } = new Stage(one, two);
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    const feed = hub.feed(video, FIRST);
    await video.picture(true);
    await video.picture();
    for (const output of [one, two]) {
      const kinds = readStream(output.bytes).map((found) => found.kind);
      expect(kinds).toEqual(['pat', 'pmt', 'picture', 'picture']);
    }
    expect([feed.pictures, hub.pictures]).toEqual([2, 2]);
    expect([feed.sizeBytes, hub.sizeBytes]).toEqual([one.bytes.length, one.bytes.length]);
  });

  test('is handed on with what each read delivers: nothing waits for the next one', async () => {
    const output = new KeepingOutput('one');
    const { hub } = new Stage(output);
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    hub.feed(video, FIRST);
    const bytes = video.maker.picture({ isKeyframe: true, sizeBytes: 5_000 });
    await video.write(bytes.subarray(0, 1_000));
    expect(output.bytes.length).toBe(5 * PACKET_BYTES);
    await video.write(bytes.subarray(1_000));
    expect(output.bytes.length).toBe(bytes.length);
  });

  test('begins at the second keyframe where the first one is only to warm it up', async () => {
    const output = new KeepingOutput('one');
    const { hub } = new Stage(output);
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    const feed = hub.feed(video, NEXT);
    await video.picture(true);
    expect(output.chunks).toEqual([]);
    await video.picture(true);
    await video.picture();
    expect(output.numbers).toEqual([1, 2]);
    expect(feed.pictures).toBe(2);
  });

  test('goes on in time after that of another one, in the numbers of its clock and of the pictures', async () => {
    const output = new KeepingOutput('one');
    const { hub } = new Stage(output);
    const before = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    const first = hub.feed(before, FIRST);
    await before.picture(true);
    await before.picture();
    before.end();
    await first.ended;
    const after = new WrittenVideo(new TsMaker(PERIOD_TICKS, 9_000_000, 100));
    const second = hub.feed(after, NEXT);
    await after.picture(true);
    await after.picture(true);
    await after.picture();
    after.end();
    await second.ended;
    const [firstTicks = 0, ...ticks] = output.chunks
      .flatMap(({ packets }) => picturesIn(packets))
      .map(({ ptsTicks }) => ptsTicks);
    expect(ticks.map((later) => later - firstTicks)).toEqual([1, 2, 3].map((index) => index * PERIOD_TICKS));
    expect([first.pictures, second.pictures, hub.pictures]).toEqual([2, 2, 4]);
  });

  test('leaves a hole in time where pictures of the one before were lost', async () => {
    const output = new KeepingOutput('one');
    const { hub } = new Stage(output);
    for (const [firstTicks, how] of [
      [0, FIRST],
      [500_000, { ...NEXT, join: { kind: 'goes-on', lostFrames: 3 }, isWarmedUp: false }],
    ] as const) {
      const video = new WrittenVideo(new TsMaker(PERIOD_TICKS, firstTicks));
      const feed = hub.feed(video, how);
      await video.picture(true);
      video.end();
      await feed.ended;
    }
    expect(
      output.chunks.flatMap(({ packets }) => picturesIn(packets)).map(({ ptsTicks }) => ptsTicks),
    ).toEqual([0, 4 * PERIOD_TICKS]);
  });

  test('is not copied behind its first picture: each read has memory of its own', async () => {
    const output = new KeepingOutput('one');
    const { hub } = new Stage(output);
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    hub.feed(video, FIRST);
    await video.write(video.maker.picture({ isKeyframe: true }));
    const second = video.maker.picture();
    await video.write(second);
    expect(output.chunks.at(-1)?.packets.buffer).toBe(second.buffer);
  });

  test('is the same however the reads have cut it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1 }), async (cuts) => {
        const output = new KeepingOutput('one');
        const { hub } = new Stage(output);
        const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
        const feed = hub.feed(video, FIRST);
        const bytes = Buffer.concat(twelvePictures(video.maker));
        for (let offset = 0, index = 0; offset < bytes.length; index += 1) {
          const end = offset + (cuts[index % cuts.length] ?? 1);
          await video.write(bytes.subarray(offset, end));
          offset = end;
        }
        video.end();
        await feed.ended;
        expect(output.numbers).toEqual(Array.from({ length: 12 }, (_, index) => index));
        expect(feed.pictures).toBe(12);
        const found = output.chunks.flatMap(({ packets, pictures: starts }) =>
          starts.map(({ offsetBytes, isKeyframe }) => [
            picturesIn(packets.subarray(offsetBytes)).at(0)?.number,
            isKeyframe,
          ]),
        );
        expect(found).toEqual(output.numbers.map((number) => [number, number % 5 === 0]));
      }),
      { numRuns: 25 },
    );
  });

  test('is there for one who joins, from the last keyframe on', async () => {
    const output = new KeepingOutput('one');
    const { hub } = new Stage(output);
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    hub.feed(video, FIRST);
    for (const isKeyframe of [true, false, true, false, false]) await video.picture(isKeyframe);
    const chunks = output.gop?.joinPoint?.chunks ?? [];
    const bytes = Buffer.concat(chunks.map(({ packets }) => packets));
    expect(picturesIn(bytes).map(({ number }) => number)).toEqual([2, 3, 4]);
  });

  test('that cannot be read is no end', async () => {
    const { hub } = new Stage(new KeepingOutput('one'));
    const broken = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('not to be read')) }),
    };
    expect(hub.feed(broken, FIRST).ended).rejects.toThrow('not to be read');
  });
});

describe('a hub', () => {
  test('tells once a second what its outputs have counted, and once more when they are closed', async () => {
    const stage = new Stage(new KeepingOutput('one'), new KeepingOutput('two'));
    await stage.clock.advanceMs(999);
    expect(stage.events).toEqual([]);
    await stage.clock.advanceMs(1);
    expect(stage.events.map(({ kind, output }) => [kind, output])).toEqual([
      ['output-figures', 'one'],
      ['output-figures', 'two'],
    ]);
    await stage.clock.advanceMs(2_000);
    expect(stage.events.length).toBe(6);
    await stage.hub.close(500);
    await stage.clock.advanceMs(5_000);
    expect(stage.events.length).toBe(8);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('closes its outputs beside each other, and delivers nothing more', async () => {
    const slow = Promise.withResolvers<void>();
    const [one, two] = [new KeepingOutput('one', slow.promise), new KeepingOutput('two')];
    const { hub } = new Stage(one, two);
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS));
    const feed = hub.feed(video, FIRST);
    await video.picture(true);
    const closed = hub.close(700);
    expect([one.closedWithinMs, two.closedWithinMs]).toEqual([700, 700]);
    await video.picture();
    await feed.ended;
    expect(one.numbers).toEqual([0]);
    slow.resolve();
    await closed;
    await hub.close(700);
  });
});
