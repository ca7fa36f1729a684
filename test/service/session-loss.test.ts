import { describe, expect, test } from 'bun:test';
import { settle } from '../support/fake-clock.ts';
import { LINK_SILENCE_MS, ServiceStage } from '../support/service-stage.ts';

describe('what a session has lost', () => {
  test('is all of it where the destination never opened', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.encoder.exit(1);
    await settle();
    expect(stage.input.loss).toEqual({ encodedFrames: 0, unnoticedMs: 0 });
  });

  test('is what ffmpeg had not encoded when it was killed', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.encodedFrames = 240;
    stage.encoder.kill();
    await settle();
    expect(stage.input.loss).toEqual({ encodedFrames: 240, unnoticedMs: 0 });
  });

  test('is also what was sent into a link that was dead already, when ffmpeg ends by itself', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.encodedFrames = 240;
    stage.encoder.exit(1, '[error] srt://x: Input/output error');
    await settle();
    expect(stage.input.loss).toEqual({ encodedFrames: 240, unnoticedMs: LINK_SILENCE_MS });
  });

  test('is what went into a dead link also where it is closed for want of frames, and ffmpeg cannot finish', async () => {
    const stage = await ServiceStage.streaming();
    const { encoder, input } = stage;
    encoder.encodedFrames = 240;
    encoder.obeys = false;
    input.goIdle();
    await settle();
    encoder.exit(255);
    await settle();
    expect(input.loss).toEqual({ encodedFrames: 240, unnoticedMs: LINK_SILENCE_MS });
  });

  test('is nothing where it was closed in order', async () => {
    const stage = await ServiceStage.streaming();
    const { input } = stage;
    input.goIdle();
    await settle();
    expect(input.events).toContain('end');
    expect(input.loss).toBeUndefined();
  });
});
