import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { MOST_BURST_BYTES } from '../../src/outputs/join-pace.ts';
import { STAMPED_BYTES } from '../../src/outputs/stamped-packets.ts';
import { FakeCarrier } from '../support/fake-carrier.ts';
import { settle } from '../support/fake-clock.ts';
import { numbers, opening, StreamStage } from './stream-stage.ts';

const PERIOD_MS = 40;
/** With the headers of their packets, 3 Mbit/s at 25 pictures a second. */
const PICTURE_BYTES = 14_000;
const KEYFRAME_BYTES = 40_000;
const STEP_MS = 5;
/** What is sent may be ahead of an even pace by a picture that has just come, and a datagram. */
const UNEVEN_BYTES = PICTURE_BYTES * 1.05 + 1_316;

function upTo(last: number, first = 0): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A GOP of which one picture after the other has come, so many in all. */
async function gopOf(stage: StreamStage, pictures: number, sizeBytes = PICTURE_BYTES): Promise<void> {
  stage.video.picture({ isKeyframe: true, sizeBytes: Math.max(KEYFRAME_BYTES, sizeBytes) });
  await more(stage, pictures - 1, sizeBytes);
}

async function more(stage: StreamStage, pictures: number, sizeBytes = PICTURE_BYTES): Promise<void> {
  for (let count = 0; count < pictures; count += 1) {
    await stage.clock.advanceMs(PERIOD_MS);
    stage.video.picture({ sizeBytes });
  }
}

describe('who joins in the middle of a GOP', () => {
  test('gets its first picture at once, and the rest no faster than half as fast again as it came', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 40);
    const gopMs = 39 * PERIOD_MS;
    const gopBytes = stage.video.gop.joinPoint?.sizeBytes ?? 0;
    const carrier = stage.connect();
    expect(numbers(carrier)).toEqual([0]);
    const burstBytes = carrier.received.length;
    expect(burstBytes).toBeLessThan(KEYFRAME_BYTES * 1.1);
    for (let afterMs = STEP_MS; afterMs <= 4_000; afterMs += STEP_MS) {
      await stage.clock.advanceMs(STEP_MS);
      if (afterMs % PERIOD_MS === 0) stage.video.picture({ sizeBytes: PICTURE_BYTES });
      const pacedBytes = carrier.received.length - burstBytes;
      expect(pacedBytes).toBeLessThanOrEqual((1.5 * gopBytes * afterMs) / gopMs + UNEVEN_BYTES);
    }
    // By then it has caught up: what comes goes on in the same call.
    expect(numbers(carrier)).toEqual(upTo(139));
    expect(stage.counts.skipped).toBe(0);
    await settle();
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('misses nothing however small the pictures are: what has gone is not waited for', async () => {
    const stage = new StreamStage();
    stage.video.picture({ isKeyframe: true });
    await more(stage, 48, 1_000);
    const carrier = stage.connect();
    for (let gops = 0; gops < 3; gops += 1) {
      stage.video.picture({ isKeyframe: true });
      await more(stage, 48, 1_000);
    }
    expect(numbers(carrier)).toEqual(upTo(195));
    expect(stage.counts.skipped).toBe(0);
  });

  test('gets all that came before within two thirds of the time that it took, though no more comes', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 40);
    const carrier = stage.connect();
    await stage.clock.advanceMs((39 * PERIOD_MS * 2) / 3 + STEP_MS);
    expect(numbers(carrier)).toEqual(upTo(39));
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('gets no more than the burst at once, however large the first picture is', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 10, 300_000);
    const carrier = stage.connect();
    expect(carrier.received.length).toBe(MOST_BURST_BYTES + 2 * PACKET_BYTES);
  });

  test('is held back no longer once it has caught up', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 10);
    const carrier = stage.connect();
    await stage.clock.advanceMs(300);
    stage.video.picture({ isKeyframe: true, sizeBytes: 500_000 });
    expect(numbers(carrier)).toEqual(upTo(10));
  });

  test('loses nothing where far more comes all at once than did before', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 40);
    const carrier = stage.connect();
    await more(stage, 100, 8 * PICTURE_BYTES);
    await stage.stream.finish(0);
    expect(stage.counts).toEqual({ sent: 140, skipped: 0 });
    expect(numbers(carrier)).toEqual(upTo(139));
  });

  test('loses nothing of a GOP that is as long as one is kept', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 40, 190_000);
    const carrier = stage.connect();
    await more(stage, 5, 190_000);
    stage.video.picture({ isKeyframe: true, sizeBytes: 190_000 });
    await more(stage, 60, 190_000);
    await stage.clock.advanceMs(2_000);
    expect(numbers(carrier)).toEqual(upTo(105));
    expect(stage.counts.skipped).toBe(0);
  });

  test('gets what waits at once at the end', async () => {
    const stage = new StreamStage();
    await gopOf(stage, 40);
    const carrier = stage.connect();
    const finished = stage.stream.finish(100);
    await stage.clock.advanceMs(STEP_MS);
    await finished;
    expect(numbers(carrier)).toEqual(upTo(39));
  });

  test('gets it at the same pace where it is the same receiver, which had no room before', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(0, { sizeBytes: 100_000 });
    await stage.clock.advanceMs(2_100);
    stage.video.picture();
    await gopOf(stage, 20);
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(STEP_MS);
    const waitedBytes = carrier.received.length;
    stage.video.picture({ sizeBytes: PICTURE_BYTES });
    expect(carrier.received.length - waitedBytes).toBeLessThan(KEYFRAME_BYTES * 1.1);
    await stage.clock.advanceMs(1_000);
    expect(numbers(carrier)).toEqual([0, ...upTo(22, 2)]);
  });
});

test('what was on its way before is no part of the burst', async () => {
  const stage = new StreamStage();
  const carrier = stage.connect(new FakeCarrier(0));
  const bytes = stage.video.make({ isKeyframe: true, sizeBytes: 150_000 });
  stage.video.bytes(bytes.subarray(0, STAMPED_BYTES));
  await stage.clock.advanceMs(1_500);
  stage.video.bytes(bytes.subarray(STAMPED_BYTES));
  await stage.clock.advanceMs(600);
  // What came first has waited for too long: it is the last that goes, and the next keyframe is not joined at.
  stage.video.picture();
  await gopOf(stage, 2);
  carrier.roomBytes = STAMPED_BYTES;
  await stage.clock.advanceMs(STEP_MS);
  expect(carrier.received.length).toBe(STAMPED_BYTES);
  carrier.roomBytes = Infinity;
  stage.video.picture();
  expect(numbers(carrier)).toEqual([0, 2]);
});

describe('a GOP that is older than two seconds', () => {
  test('is not begun with: the next one is', async () => {
    const stage = new StreamStage();
    stage.video.group(3);
    await stage.clock.advanceMs(2_001);
    const carrier = stage.connect();
    stage.video.picture();
    await stage.clock.advanceMs(100);
    expect(carrier.received.length).toBe(0);
    expect(stage.stream.isCarrying).toBe(false);
    stage.video.group(1);
    expect(opening(carrier)).toEqual(['pat', 'pmt', true]);
    expect(numbers(carrier)).toEqual([5, 6]);
    expect(stage.counts).toEqual({ sent: 1, skipped: 5 });
    expect(stage.stream.isCarrying).toBe(true);
  });

  test('is begun with up to then', async () => {
    const stage = new StreamStage();
    stage.video.group(3);
    await stage.clock.advanceMs(2_000);
    expect(numbers(stage.connect())).toEqual([0]);
  });
});
