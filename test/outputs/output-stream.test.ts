import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { FakeCarrier, FIGURES, linkError } from '../support/fake-carrier.ts';
import { settle } from '../support/fake-clock.ts';
import { readStream, TsMaker } from '../support/ts-packets.ts';
import { numbers, opening, StreamStage } from './stream-stage.ts';

describe('the stream of a receiver', () => {
  test('begins with PAT, PMT and the keyframe, where it was there before the video', () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    stage.video.group(2);
    stage.video.group(1);
    expect(opening(carrier)).toEqual(['pat', 'pmt', true]);
    expect(numbers(carrier)).toEqual([0, 1, 2, 3, 4]);
  });

  test('begins with the present GOP, where it comes in the middle of it: its first picture at once, and in order', async () => {
    const stage = new StreamStage();
    stage.video.group(3);
    stage.video.group(2);
    const carrier = stage.connect();
    expect(opening(carrier)).toEqual(['pat', 'pmt', true]);
    expect(numbers(carrier)).toEqual([4]);
    stage.video.picture();
    await stage.clock.advanceMs(1_000);
    expect(numbers(carrier)).toEqual([4, 5, 6, 7]);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('begins at the next keyframe, where it has had a part of the present GOP before', () => {
    const stage = new StreamStage();
    const first = stage.connect();
    stage.video.group(2);
    first.failure = linkError('gone');
    stage.video.picture();
    const second = stage.connect();
    stage.video.picture();
    expect(second.received.length).toBe(0);
    stage.video.group(1);
    expect(opening(second)).toEqual(['pat', 'pmt', true]);
    expect(numbers(second)).toEqual([5, 6]);
  });

  test('is handed on in the same call, whatever else waits', () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    stage.video.group(0);
    const before = carrier.received.length;
    stage.video.picture();
    expect(carrier.received.length).toBeGreaterThan(before);
  });

  test('has counters that go on over what was left out', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(20 * PACKET_BYTES));
    stage.video.group(5);
    await stage.clock.advanceMs(3_000);
    stage.video.group(1);
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(10);
    stage.video.group(1);
    // Throws where one is missing.
    expect(numbers(carrier).at(-1)).toBe(9);
  });
});

describe('a way that breaks', () => {
  test('is closed and told of once, when something is sent', () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    stage.video.group(0);
    carrier.failure = linkError('gone');
    stage.video.group(0);
    stage.video.group(0);
    expect(stage.failures.map(({ text }) => text)).toEqual(['gone']);
    expect(carrier.isClosed).toBe(true);
  });

  test('is closed and told of once, when it is looked at', () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    carrier.figures = FIGURES;
    expect(stage.stream.look()).toEqual(FIGURES);
    carrier.failure = linkError('gone');
    expect([stage.stream.look(), stage.stream.look()]).toEqual([undefined, undefined]);
    expect(stage.failures.map(({ text }) => text)).toEqual(['gone']);
    expect(carrier.isClosed).toBe(true);
  });

  test('has lost the pictures of the time that it names, and what came before has arrived', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    carrier.unconfirmedMs = 100;
    stage.video.group(0);
    for (let count = 0; count < 9; count += 1) {
      await stage.clock.advanceMs(40);
      stage.video.picture();
    }
    await stage.clock.advanceMs(50);
    // Whole at 40, 80, … 360 ms; the last one is on its way. It breaks at 410 ms.
    carrier.failure = linkError('gone');
    stage.stream.look();
    expect(stage.counts).toEqual({ sent: 7, skipped: 3 });
  });

  test('has delivered what it took to the end of a picture, and nothing is tried any more', async () => {
    const stage = new StreamStage();
    const keyframe = stage.video.make({ isKeyframe: true });
    const carrier = stage.connect(new FakeCarrier(keyframe.length));
    stage.video.bytes(Buffer.concat([keyframe, stage.video.make()]));
    carrier.failure = linkError('gone');
    stage.stream.look();
    expect(stage.counts).toEqual({ sent: 1, skipped: 1 });
    await settle();
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('loses what waited, and the rest of a picture means nothing to the next one', async () => {
    const stage = new StreamStage();
    const first = stage.connect(new FakeCarrier(4 * PACKET_BYTES));
    stage.video.group(2);
    first.failure = linkError('gone');
    await stage.clock.advanceMs(5);
    expect(stage.counts).toEqual({ sent: 0, skipped: 3 });
    const second = stage.connect();
    stage.video.group(1);
    expect(opening(second)).toEqual(['pat', 'pmt', true]);
    expect(numbers(second)).toEqual([3, 4]);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('by a fault of ours is no matter of the link', () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    carrier.isClosed = true;
    expect(() => stage.video.group(0)).toThrow('it is closed');
  });
});

test('pictures count as sent once they have arrived, though no other follows', async () => {
  const stage = new StreamStage();
  stage.connect().unconfirmedMs = 100;
  stage.video.group(2);
  expect(stage.counts).toEqual({ sent: 0, skipped: 0 });
  await stage.clock.advanceMs(100);
  stage.stream.look();
  expect(stage.counts).toEqual({ sent: 2, skipped: 0 });
});

describe('while there is no way', () => {
  test('pictures are skipped, but for those that the next one begins with', async () => {
    const stage = new StreamStage();
    stage.video.group(3);
    stage.video.group(2);
    expect(stage.counts).toEqual({ sent: 0, skipped: 4 });
    stage.connect();
    stage.video.picture();
    await stage.clock.advanceMs(1_000);
    expect(stage.counts).toEqual({ sent: 3, skipped: 4 });
  });
});

describe('at the end', () => {
  test('what waits is handed on, and the way has the rest of the time', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(2);
    const finished = stage.stream.finish(1_000);
    await stage.clock.advanceMs(200);
    carrier.roomBytes = Infinity;
    await stage.clock.advanceMs(5);
    await finished;
    expect(numbers(carrier)).toEqual([0, 1, 2]);
    expect(carrier.finishedWithinMs).toBe(795);
    expect(stage.counts).toEqual({ sent: 3, skipped: 0 });
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('what does not get through in time is skipped', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(9 * PACKET_BYTES));
    stage.video.group(2);
    const finished = stage.stream.finish(1_000);
    await stage.clock.advanceMs(1_000);
    await finished;
    expect(carrier.finishedWithinMs).toBe(0);
    expect(stage.counts).toEqual({ sent: 1, skipped: 2 });
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('pictures that waited for a way are skipped', async () => {
    const stage = new StreamStage();
    stage.video.group(2);
    await stage.stream.finish(1_000);
    expect(stage.counts).toEqual({ sent: 0, skipped: 3 });
  });

  test('a way that breaks meanwhile ends it', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(0));
    stage.video.group(2);
    const finished = stage.stream.finish(1_000);
    carrier.failure = linkError('gone');
    await stage.clock.advanceMs(5);
    await finished;
    expect(stage.counts).toEqual({ sent: 0, skipped: 3 });
  });
});

test('bytes are counted as they are handed on', () => {
  const stage = new StreamStage();
  const carrier = stage.connect();
  stage.video.group(4);
  expect(stage.account.sentBytes).toBe(carrier.received.length);
});

test('a stream whose numbers are others is still told apart by its counters', () => {
  const bytes = new TsMaker().picture({ isKeyframe: true });
  expect(() => readStream(Buffer.concat([bytes, bytes]))).toThrow('counter');
});
