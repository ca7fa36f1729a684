import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { FakeCarrier } from '../support/fake-carrier.ts';
import { settle } from '../support/fake-clock.ts';
import { picturesIn, readStream } from '../support/ts-packets.ts';
import { numbers, StreamStage } from './stream-stage.ts';

describe('a way that has no room', () => {
  test('is asked again until all is gone, and nothing is left out', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(3);
    expect(carrier.received.length).toBe(0);
    for (let count = 0; count < 40; count += 1) {
      carrier.roomBytes = PACKET_BYTES;
      await stage.clock.advanceMs(5);
    }
    expect(numbers(carrier)).toEqual([0, 1, 2, 3]);
    await settle();
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('loses what has waited for more than two seconds, up to the next keyframe, but never a part of a picture', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(9 * PACKET_BYTES));
    // One chunk is taken to be stamped at once; what is in it is on its way. Of 9 packets two are the tables.
    stage.video.group(4);
    await stage.clock.advanceMs(1_900);
    stage.video.picture();
    expect(stage.counts.skipped).toBe(0);
    await stage.clock.advanceMs(200);
    stage.video.picture();
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(5);
    stage.video.picture();
    stage.video.group(0);
    expect(numbers(carrier)).toEqual([0, 1, 8]);
    expect(picturesIn(carrier.received).every(({ isWhole }) => isWhole)).toBe(true);
    await stage.stream.finish(0);
    expect(stage.counts).toEqual({ sent: 3, skipped: 6 });
  });

  test('gets the picture that is on its way to its end, though the rest of it comes later', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(3 * PACKET_BYTES));
    const keyframe = stage.video.make({ isKeyframe: true, sizeBytes: 4_000 });
    const next = stage.video.make();
    stage.video.bytes(keyframe.subarray(0, 10 * PACKET_BYTES));
    await stage.clock.advanceMs(2_100);
    stage.video.bytes(keyframe.subarray(10 * PACKET_BYTES, 15 * PACKET_BYTES));
    stage.video.bytes(Buffer.concat([keyframe.subarray(15 * PACKET_BYTES), next]));
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(5);
    stage.video.group(0);
    expect(numbers(carrier)).toEqual([0, 2]);
    await stage.stream.finish(0);
    expect(stage.counts).toEqual({ sent: 2, skipped: 1 });
  });

  test('is joined again in the middle of a GOP that it has had no part of, once there is room', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(9 * PACKET_BYTES));
    stage.video.group(1);
    await stage.clock.advanceMs(2_100);
    stage.video.picture();
    stage.video.group(1);
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(5);
    stage.video.picture();
    await stage.clock.advanceMs(1_000);
    expect(numbers(carrier)).toEqual([0, 1, 3, 4, 5]);
    await stage.stream.finish(0);
    expect(stage.counts).toEqual({ sent: 5, skipped: 1 });
  });

  test('gets no tables without the keyframe that they are for', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(8, { sizeBytes: 1024 * 1024 });
    stage.video.group(1);
    await stage.clock.advanceMs(2_100);
    stage.video.picture();
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(50);
    expect(readStream(carrier.received).map(({ kind }) => kind)).toEqual(['pat', 'pmt', 'picture']);
  });

  test('holds no more than 8 MiB', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(6, { sizeBytes: 1024 * 1024 });
    expect(stage.counts.skipped).toBe(0);
    stage.video.group(1, { sizeBytes: 1024 * 1024 });
    expect(stage.counts.skipped).toBeGreaterThan(5);
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(50);
    stage.video.group(0);
    expect(numbers(carrier)).toEqual([0, 9]);
  });

  test('holds no more than that of one picture without an end either', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    const endless = stage.video.make({ isKeyframe: true, sizeBytes: 20 * 1024 * 1024 });
    for (let offset = 0; offset < endless.length; offset += 5_000 * PACKET_BYTES) {
      stage.video.bytes(endless.subarray(offset, offset + 5_000 * PACKET_BYTES));
    }
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(1_000);
    expect(carrier.received.length).toBeLessThan(9 * 1024 * 1024);
    stage.video.group(0);
    expect(numbers(carrier)).toEqual([1]);
    await stage.stream.finish(0);
    expect(stage.counts).toEqual({ sent: 1, skipped: 1 });
  });

  test('holds nobody else up once there is room: what has waited goes in several calls', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(7, { sizeBytes: 900_000 });
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(5);
    expect(carrier.received.length).toBeLessThan(1.1 * 1024 * 1024);
    await stage.clock.advanceMs(100);
    expect(numbers(carrier)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
