import { describe, expect, test } from 'bun:test';
import { EncoderError } from '../../src/base/errors.ts';
import { settle } from '../support/fake-clock.ts';
import { ServiceStage } from '../support/service-stage.ts';

describe('an encoder that holds frames back, and shows late that it is ready,', () => {
  test('gets its frames at once when a session begins', async () => {
    const stage = new ServiceStage();
    stage.areOurs = true;
    stage.variables = { ...stage.variables, TUNE: 'film' };
    stage.start();
    await settle();
    stage.input.takeFirst();
    await settle();
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.input.events.at(-1)).toBe('pump');
  });

  test('takes over half a second after it has read the last picture', async () => {
    const stage = await ServiceStage.streamingOurs();
    await stage.reload({ TUNE: 'none' });
    await stage.clock.advanceMs(10_000);
    expect(stage.encoders[0]?.asked).toEqual([]);
    stage.mover.next?.takeFirst();
    await stage.clock.advanceMs(499);
    expect(stage.encoders[0]?.asked).toEqual([]);
    await stage.clock.advanceMs(1);
    expect(stage.encoders[0]?.asked).toEqual(['stop']);
  });
});

describe('a session whose outputs are ours', () => {
  test('closes them with what is in them, behind the last picture', async () => {
    const stage = await ServiceStage.streamingOurs();
    const { encoder, hub } = stage;
    encoder.obeys = false;
    stage.mover.hasFrame = false;
    stage.input.goIdle();
    await settle();
    expect(hub.closedWithinMs).toBeUndefined();
    encoder.exit(0);
    await settle();
    hub.feeds[0]?.end();
    await settle();
    expect(hub.closedWithinMs).toBe(3_500);
    expect(stage.states.at(-1)).toBe('waiting');
  });

  test('opens them anew each time, and ends an ffmpeg that never encodes anything', async () => {
    const stage = new ServiceStage();
    stage.areOurs = true;
    stage.start();
    await settle();
    stage.input.takeFirst();
    await stage.clock.advanceMs(20_000);
    expect(stage.states.at(-1)).toBe('failed: ffmpeg has encoded nothing within 20 s, 500 ms');
    expect(stage.encoder.isVideoClosed).toBe(true);
    await stage.clock.advanceMs(500);
    await stage.open();
    expect(stage.hubs).toHaveLength(2);
  });

  test('counts a stalled ffmpeg as dead', async () => {
    const stage = await ServiceStage.streamingOurs();
    const before = stage.encoder;
    stage.input.fail(new EncoderError({ code: 'ffmpeg-stalled', text: 'it has taken no frame' }));
    await settle();
    expect(before.asked[0]).toBe('kill');
    expect(stage.states.at(-1)).toBe('restarting');
  });
});
