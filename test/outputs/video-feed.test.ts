import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES, pidOf } from '../../src/mpegts/packet.ts';
import { SilentTrack, withSilence } from '../../src/mpegts/silent-track.ts';
import { Timeline } from '../../src/mpegts/timeline.ts';
import type { Chunk } from '../../src/outputs/chunk.ts';
import { VideoFeed, type FeedHow } from '../../src/outputs/video-feed.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { stepsOf, tsQuality } from '../support/ts-quality.ts';
import { picturesIn, TsMaker } from '../support/ts-packets.ts';

const PERIOD_TICKS = 3_750;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const STEP_TICKS = 6 * 1_920;
const FIRST: FeedHow = { join: { kind: 'first-of-session' }, periodTicks: PERIOD_TICKS, isWarmedUp: false };
const NEXT: FeedHow = {
  join: { kind: 'goes-on', lostFrames: 0 },
  periodTicks: PERIOD_TICKS,
  isWarmedUp: true,
};

/** What feeds deliver, one after the other. */
class Stage {
  readonly clock = new FakeClock();
  readonly chunks: Chunk[] = [];
  tables: Uint8Array | undefined;
  readonly #timeline = new Timeline();
  readonly #silence: SilentTrack | undefined;

  constructor(hasSilence = true) {
    this.#silence = hasSilence ? new SilentTrack() : undefined;
  }

  feed(how: FeedHow): VideoFeed {
    const deliver = (chunk: Chunk, tables: Uint8Array) => {
      this.chunks.push(chunk);
      this.tables = tables;
    };
    return new VideoFeed(
      { clock: this.clock, timeline: this.#timeline, silence: this.#silence, deliver },
      how,
    );
  }

  /** The pictures of one encoder, each with a read of its own. */
  run(how: FeedHow, maker: TsMaker, pictures: number): void {
    const feed = this.feed(how);
    for (let index = 0; index < pictures; index += 1) feed.take(maker.picture({ isKeyframe: index % 5 < 2 }));
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks.map(({ packets }) => packets));
  }

  get times() {
    const { ptsTicks } = tsQuality(this.bytes);
    return { video: ptsTicks.get(VIDEO_PID) ?? [], audio: ptsTicks.get(AUDIO_PID) ?? [] };
  }
}

/** Without the packets of silence, and without what names it. */
function videoOf(packets: Uint8Array): Uint8Array[] {
  return packetsOf(packets).filter((packet) => pidOf(packet, 0) === VIDEO_PID);
}

function packetsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / PACKET_BYTES }, (_, index) =>
    bytes.slice(index * PACKET_BYTES, (index + 1) * PACKET_BYTES),
  );
}

describe('the silent track', () => {
  test('goes with the video, which is what it is without', () => {
    const [silent, plain] = [new Stage(), new Stage(false)];
    for (const stage of [silent, plain]) {
      stage.run(FIRST, new TsMaker(PERIOD_TICKS), 30);
      stage.run(NEXT, new TsMaker(PERIOD_TICKS, 7_000), 30);
    }
    expect(videoOf(silent.bytes)).toEqual(videoOf(plain.bytes));
    expect(silent.chunks.map(({ pictures }) => pictures)).toEqual(
      plain.chunks.map(({ pictures }) => pictures),
    );
    expect(plain.times.audio).toEqual([]);
    expect(silent.times.audio[0]).toBe(silent.times.video[0]);
    expect(new Set(stepsOf(silent.times.audio))).toEqual(new Set([STEP_TICKS]));
  });

  test('is named in the tables that are handed on, and in each PMT of the stream', () => {
    const [silent, plain] = [new Stage(), new Stage(false)];
    for (const stage of [silent, plain]) stage.run(FIRST, new TsMaker(PERIOD_TICKS), 12);
    const named = withSilence(plain.tables ?? new Uint8Array(0))?.tables;
    expect(named).toBeDefined();
    expect(silent.tables).toEqual(named);
    const pmts = packetsOf(silent.bytes).filter((packet) => pidOf(packet, 0) === 0x1000);
    expect(pmts.length).toBe(6);
    const expected = (named ?? new Uint8Array(0)).slice(PACKET_BYTES + 4);
    for (const pmt of pmts) expect(pmt.slice(4)).toEqual(expected);
  });

  test('comes behind what a read brings of a picture: it delays none, and moves none', () => {
    const stage = new Stage();
    const maker = new TsMaker(PERIOD_TICKS);
    const feed = stage.feed(FIRST);
    const bytes = maker.picture({ isKeyframe: true, sizeBytes: 5_000 });
    feed.take(bytes.slice(0, 1_000));
    feed.take(bytes.slice(1_000));
    const isAudio = stage.chunks.map(({ packets }) =>
      packetsOf(packets).map((packet) => pidOf(packet, 0) === AUDIO_PID),
    );
    expect(isAudio[0]?.at(-1)).toBe(true);
    expect(isAudio.flat().filter(Boolean).length).toBe(1);
    expect(feed.sizeBytes).toBe(stage.bytes.length);
    for (const { packets, pictures } of stage.chunks) {
      for (const { offsetBytes } of pictures) expect(pidOf(packets, offsetBytes)).toBe(VIDEO_PID);
    }
  });

  test('jumps with the video to where a session begins again', async () => {
    const stage = new Stage();
    stage.run(FIRST, new TsMaker(PERIOD_TICKS), 20);
    const before = stage.times;
    await stage.clock.advanceMs(30_000);
    stage.run(FIRST, new TsMaker(PERIOD_TICKS, 5), 20);
    const video = stage.times.video.slice(before.video.length);
    const audio = stage.times.audio.slice(before.audio.length);
    expect(video[0]).toBe((before.video.at(-1) ?? 0) + 2_700_000);
    expect(audio[0]).toBe(video[0]);
    expect(new Set(stepsOf(audio))).toEqual(new Set([STEP_TICKS]));
  });

  test('comes behind each picture that needs it where a read brings several, whose places move with it', () => {
    const [silent, plain] = [new Stage(), new Stage(false)];
    for (const stage of [silent, plain]) {
      const maker = new TsMaker(PERIOD_TICKS);
      const all = Array.from({ length: 40 }, (_, index) => maker.picture({ isKeyframe: index % 10 === 0 }));
      stage.feed(FIRST).take(Uint8Array.from(Buffer.concat(all)));
    }
    const [chunk] = silent.chunks;
    expect(silent.chunks.length).toBe(1);
    expect(chunk?.pictures.length).toBe(40);
    expect(videoOf(silent.bytes)).toEqual(videoOf(plain.bytes));
    for (const [index, { offsetBytes, isKeyframe }] of (chunk?.pictures ?? []).entries()) {
      const [found] = picturesIn(silent.bytes.subarray(offsetBytes, offsetBytes + PACKET_BYTES));
      expect([found?.number, isKeyframe]).toEqual([index, index % 10 === 0]);
    }
    const leadsMs = tsQuality(silent.bytes).leadsMs.get(AUDIO_PID) ?? [];
    expect(leadsMs.length).toBe(14);
    expect(Math.min(...leadsMs.slice(1))).toBeGreaterThanOrEqual(128 - 41.7);
    expect(Math.max(...leadsMs)).toBeLessThan(256);
  });

  test('copies nothing where it has nothing to add', () => {
    const stage = new Stage();
    const maker = new TsMaker(PERIOD_TICKS);
    const feed = stage.feed(FIRST);
    feed.take(maker.picture({ isKeyframe: true }));
    // The one packet of the second picture is enough for the third, too.
    feed.take(maker.picture());
    const third = maker.picture();
    feed.take(third);
    expect(stage.chunks[2]?.packets.buffer === third.buffer).toBe(true);
  });

  test.each([1, 24, 59.94, 240])(
    'is ahead of the pictures by as much as the next one takes, at %d a second',
    (rate) => {
      const periodTicks = 90_000 / rate;
      const stage = new Stage();
      const maker = new TsMaker(periodTicks);
      const feed = stage.feed({ ...FIRST, periodTicks });
      for (let index = 0; index < 100; index += 1) {
        feed.take(maker.picture({ isKeyframe: index % 50 === 0 }));
        const { video, audio } = stage.times;
        const leadTicks = (audio.at(-1) ?? 0) + STEP_TICKS - (video.at(-1) ?? 0);
        expect(leadTicks).toBeGreaterThanOrEqual(Math.max(STEP_TICKS, Math.floor(periodTicks)));
        expect(leadTicks).toBeLessThan(Math.max(STEP_TICKS, periodTicks) + STEP_TICKS);
      }
    },
  );

  test('is the same however the reads have cut the video', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1 }), (cuts) => {
        const stage = new Stage();
        const maker = new TsMaker(PERIOD_TICKS);
        const bytes = Buffer.concat(
          Array.from({ length: 60 }, (_, index) => maker.picture({ isKeyframe: index % 24 === 0 })),
        );
        const feed = stage.feed(FIRST);
        for (let offset = 0, index = 0; offset < bytes.length; index += 1) {
          const end = offset + (cuts[index % cuts.length] ?? 1);
          feed.take(Uint8Array.from(bytes.subarray(offset, end)));
          offset = end;
        }
        const { audio, video } = stage.times;
        expect(video.length).toBe(60);
        expect(audio).toEqual(
          Array.from({ length: audio.length }, (_, index) => (video[0] ?? 0) + index * STEP_TICKS),
        );
        expect(audio.length).toBe(Math.ceil((59 * PERIOD_TICKS + STEP_TICKS) / STEP_TICKS));
      }),
      { numRuns: 50 },
    );
  });

  test('is left out where the tables have no room for it', () => {
    const stage = new Stage();
    const feed = stage.feed(FIRST);
    const bytes = new TsMaker(PERIOD_TICKS).picture({ isKeyframe: true });
    // Where stuffing would be, behind the section of the PMT.
    bytes[PACKET_BYTES + 5 + 21] = 0;
    feed.take(bytes);
    expect(picturesIn(stage.bytes).length).toBe(1);
    expect(stage.times.audio).toEqual([]);
  });
});
