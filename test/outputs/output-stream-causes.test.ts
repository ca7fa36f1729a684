import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { OutputStream } from '../../src/outputs/output-stream.ts';
import { FakeCarrier, linkError } from '../support/fake-carrier.ts';
import { StreamStage } from './stream-stage.ts';

describe('a picture is skipped', () => {
  test('since the output is away: there is no way, or the next keyframe is waited for', async () => {
    const stage = new StreamStage();
    stage.video.group(3);
    await stage.clock.advanceMs(2_100);
    stage.connect();
    stage.video.picture();
    stage.video.group(1);
    await stage.stream.finish(0);
    expect([stage.counts.sent, stage.causes]).toEqual([2, { away: 5 }]);
  });

  test('since it is slow, from where too much waited up to the next keyframe', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(9 * PACKET_BYTES));
    stage.video.group(1);
    await stage.clock.advanceMs(2_100);
    for (let count = 0; count < 4; count += 1) stage.video.picture();
    stage.video.group(2);
    carrier.roomBytes = Infinity;
    stage.video.group(1);
    await stage.clock.advanceMs(100);
    stage.video.group(0);
    const finished = stage.stream.finish(100);
    await stage.clock.advanceMs(100);
    await finished;
    expect([stage.counts.sent, stage.causes]).toEqual([5, { slow: 7 }]);
  });

  test('since its way broke, and then since it is away', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect();
    carrier.unconfirmedMs = 60_000;
    stage.video.group(2);
    carrier.failure = linkError('gone');
    stage.video.picture();
    stage.video.picture();
    await stage.stream.finish(0);
    expect(stage.causes).toEqual({ broken: 4, away: 1 });
  });

  test('for no other cause where it had been slow before', async () => {
    const stage = new StreamStage();
    const carrier = stage.connect(new FakeCarrier(9 * PACKET_BYTES));
    stage.video.group(1);
    await stage.clock.advanceMs(2_100);
    stage.video.picture();
    stage.video.picture();
    carrier.failure = linkError('gone');
    await stage.clock.advanceMs(5);
    stage.video.picture();
    stage.video.group(2);
    await stage.stream.finish(0);
    // One was through, and the second one on its way.
    expect([stage.counts.sent, stage.causes]).toEqual([1, { broken: 1, slow: 2, away: 4 }]);
  });

  test('since it was closed before it was through', async () => {
    const stage = new StreamStage();
    stage.connect(new FakeCarrier(0));
    stage.video.group(2);
    const finished = stage.stream.finish(100);
    await stage.clock.advanceMs(100);
    await finished;
    expect(stage.causes).toEqual({ broken: 3 });
  });
});

test('pictures that came before a stream began are not its own, though it begins with them', async () => {
  const stage = new StreamStage();
  stage.connect();
  stage.video.group(2);
  await stage.stream.finish(0);
  const { clock, account } = stage;
  const later = new OutputStream({ clock, gop: stage.video.gop, account });
  const carrier = new FakeCarrier();
  later.connect(carrier, () => {});
  await clock.advanceMs(1_000);
  await later.finish(0);
  expect(carrier.received.length).toBeGreaterThan(0);
  expect(stage.counts).toEqual({ sent: 3, skipped: 0 });
});
