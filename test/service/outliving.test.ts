import { describe, expect, test } from 'bun:test';
import { settle } from '../support/fake-clock.ts';
import { ServiceStage } from '../support/service-stage.ts';

/** Fewer attempts than this in a row do not end a session. */
const MOST_RESTARTS = 3;

/** The next ffmpeg that was started has encoded its first picture. */
async function warm(stage: ServiceStage): Promise<void> {
  stage.encoder.open();
  await settle();
}

describe('an ffmpeg that dies in a session whose outputs are ours', () => {
  test('is followed by another one at once, on the same hub', async () => {
    const stage = await ServiceStage.streamingOurs();
    const [first] = stage.encoders;
    stage.input.frames = 240;
    stage.encoder.kill();
    await settle();
    expect(stage.states.at(-1)).toBe('restarting');
    expect(stage.encoders).toHaveLength(2);
    expect(stage.encoder.isWarmedUp).toBe(true);
    const [feed] = stage.hub.feeds;
    expect(stage.hub.feeds).toHaveLength(1);

    await warm(stage);
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.hubs).toHaveLength(1);
    expect(stage.hub.closedWithinMs).toBeUndefined();
    // What the dead one has left goes out first.
    expect(stage.hub.feeds).toHaveLength(1);
    if (feed) feed.pictures = 237;
    feed?.end();
    await settle();
    expect(stage.hub.feeds.map(({ how }) => how.join)).toEqual([
      { kind: 'first-of-session' },
      { kind: 'goes-on', lostFrames: 3 },
    ]);
    expect(stage.hub.feeds.map(({ how }) => how.isWarmedUp)).toEqual([false, true]);
    expect(stage.mover.inputs.map(({ loss }) => loss)).toEqual([
      { encodedFrames: 237, unnoticedMs: 0 },
      undefined,
    ]);
    expect(first?.isVideoClosed).toBe(true);
  });

  test('takes what it has left with it where something keeps its pipe open', async () => {
    const stage = await ServiceStage.streamingOurs();
    const [first] = stage.encoders;
    stage.encoder.kill();
    await settle();
    await warm(stage);
    expect(first?.isVideoClosed).toBe(false);
    await stage.clock.advanceMs(1_000);
    expect(first?.isVideoClosed).toBe(true);
  });

  test('ends the session where no other one starts, and its outputs with it', async () => {
    const stage = await ServiceStage.streamingOurs();
    stage.cannotStart = 'it was removed';
    stage.mover.hasFrame = false;
    stage.encoder.kill();
    await settle();
    for (let attempt = 2; attempt <= MOST_RESTARTS; attempt += 1) {
      expect(stage.hub.closedWithinMs).toBeUndefined();
      await stage.clock.advanceMs(2_000);
    }
    expect(stage.states).toContain('failed: it was removed, 500 ms');
    expect(stage.hub.closedWithinMs).toBeGreaterThan(0);
  });

  test('is tried again with waits in between, and told of each time', async () => {
    const stage = await ServiceStage.streamingOurs();
    stage.encoder.kill();
    await settle();
    stage.encoder.exit(1, '[error] no memory');
    await settle();
    expect(stage.encoders).toHaveLength(2);
    await stage.clock.advanceMs(500);
    expect(stage.encoders).toHaveLength(3);
    await warm(stage);
    expect(stage.states.filter((state) => state === 'restarting')).toHaveLength(2);
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.mover.prepared.map(({ events }) => events.at(-1))).toEqual(['dropped', 'pump']);
  });

  test('soon after its start is followed by another one after waits that grow', async () => {
    const stage = await ServiceStage.streamingOurs();
    for (const waitMs of [0, 500, 1_000, 2_000, 4_000, 4_000]) {
      stage.encoder.kill();
      await settle();
      const started = stage.encoders.length;
      if (waitMs > 0) {
        await stage.clock.advanceMs(waitMs - 1);
        expect(stage.encoders).toHaveLength(started);
        await stage.clock.advanceMs(1);
        expect(stage.encoders).toHaveLength(started + 1);
      }
      await warm(stage);
      stage.hub.feeds.at(-1)?.end();
      await settle();
    }
    await stage.clock.advanceMs(5_000);
    const before = stage.encoders.length;
    stage.encoder.kill();
    await settle();
    expect(stage.encoders).toHaveLength(before + 1);
  });

  test('is given up for the word to stop', async () => {
    const stage = await ServiceStage.streamingOurs();
    stage.encoder.kill();
    await settle();
    const { encoder } = stage;
    stage.hub.feeds[0]?.end();
    await stage.stop();
    expect(encoder.asked).toEqual(['kill']);
    expect(stage.log.at(-1)).toBe('info: stopped');
  });

  test('may be helped by other settings', async () => {
    const stage = await ServiceStage.streamingOurs();
    stage.encoder.kill();
    await settle();
    const late = stage.encoder;
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    expect(late.asked).toEqual(['kill']);
    await warm(stage);
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.hubs).toHaveLength(1);
  });
});

describe('another preset that is read while a session goes on', () => {
  test('lets another ffmpeg take over once that is warm, with no end of the session', async () => {
    const stage = await ServiceStage.streamingOurs();
    const [before] = stage.encoders;
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    expect(stage.encoders).toHaveLength(2);
    expect(stage.input.events.slice(-1)).toEqual(['pump']);
    expect(before?.asked).toEqual([]);

    stage.input.frames = 100;
    await warm(stage);
    const [feed] = stage.hub.feeds;
    expect(before?.asked).toEqual(['stop']);
    if (feed) feed.pictures = 100;
    feed?.end();
    await settle();
    expect(stage.hub.feeds.map(({ how }) => how.join)).toEqual([
      { kind: 'first-of-session' },
      { kind: 'goes-on', lostFrames: 0 },
    ]);
    expect(stage.states.filter((state) => state !== 'streaming')).toEqual(['waiting', 'starting']);
    expect(stage.mover.inputs[0]?.loss).toBeUndefined();
    expect(stage.told.at(-1)).toBe('ready');
  });

  test('takes no end of the ffmpeg before for a failure while the frames change over', async () => {
    const stage = await ServiceStage.streamingOurs();
    const [before] = stage.encoders;
    const { promise: switching, resolve: change } = Promise.withResolvers<void>();
    stage.mover.switching = switching;
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    await warm(stage);
    before?.exit(0);
    await settle();
    change();
    await settle();
    expect(stage.states).not.toContain('restarting');
    expect(stage.log.at(-1)).toBe('info: the encoder was changed between two frames');
    expect(stage.encoders).toHaveLength(2);
    expect(stage.mover.inputs).toHaveLength(2);
    expect(stage.mover.inputs[0]?.loss).toBeUndefined();
  });

  test('is in force also where the session ends while the frames change over', async () => {
    const stage = await ServiceStage.streamingOurs();
    const { promise: switching, resolve: change } = Promise.withResolvers<void>();
    stage.mover.switching = switching;
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    await warm(stage);
    await stage.stop();
    change();
    await settle();
    for (const feed of stage.hub.feeds) feed.end();
    await settle();
    expect(stage.encoders.map(({ asked }) => asked)).toEqual([['stop'], ['stop']]);
    for (const feed of stage.hub.feeds) feed.end();
    await settle();
    expect(stage.log.at(-1)).toBe('info: stopped');
  });

  test('leaves the present ffmpeg where it is while the other one cannot start', async () => {
    const stage = await ServiceStage.streamingOurs();
    const before = stage.encoder;
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    for (let attempt = 0; attempt < 2 * MOST_RESTARTS; attempt += 1) {
      stage.encoder.exit(1, '[error] no memory');
      await settle();
      await stage.clock.advanceMs(500 * 2 ** attempt);
    }
    expect(before.isGone).toBe(false);
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.encoders).toHaveLength(2 + 2 * MOST_RESTARTS);
    await warm(stage);
    expect(before.asked).toEqual(['stop']);
  });

  test('is taken by the next settings that come before it is in force', async () => {
    const stage = await ServiceStage.streamingOurs();
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    const passedOver = stage.encoder;
    await stage.reload({ CODEC_PRESET: 'superfast' });
    expect(passedOver.asked).toEqual(['kill']);
    expect(stage.encoders).toHaveLength(3);
    expect(stage.mover.prepared[0]?.events.at(-1)).toBe('dropped');
    await warm(stage);
    expect(stage.encoders[0]?.asked).toEqual(['stop']);
  });

  test('ends the session where ffmpeg opens the destination itself', async () => {
    const stage = await ServiceStage.streaming();
    const before = stage.encoder;
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    expect(before.asked).toEqual(['stop']);
    expect(stage.states).toContain('closing');
  });

  test('is no longer waited for when the session ends', async () => {
    const stage = await ServiceStage.streamingOurs();
    await stage.reload({ CODEC_PRESET: 'ultrafast' });
    const next = stage.encoder;
    stage.mover.hasFrame = false;
    stage.mover.inputs[0]?.goIdle();
    await settle();
    expect(next.asked).toEqual(['kill']);
    expect(next.isVideoClosed).toBe(true);
  });
});
