import { describe, expect, test } from 'bun:test';
import { EncoderError } from '../../src/base/errors.ts';
import { settle } from '../support/fake-clock.ts';
import { ServiceStage } from '../support/service-stage.ts';

const GONE = new EncoderError({ code: 'ffmpeg-ended', text: 'the pipe is broken' });

describe('the service', () => {
  test('waits for a frame before it starts ffmpeg', async () => {
    const stage = new ServiceStage();
    stage.mover.hasFrame = false;
    stage.start();
    await stage.clock.advanceMs(3_600_000);
    expect(stage.states).toEqual(['waiting']);
    expect(stage.encoders).toHaveLength(0);
    stage.mover.frameComes();
    await settle();
    expect(stage.states).toEqual(['waiting', 'starting']);
    expect(stage.encoders).toHaveLength(1);
  });

  test('streams once the first frame is taken and the destination is open', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.input.takeFirst();
    await settle();
    expect(stage.states.at(-1)).toBe('starting');
    stage.encoder.open();
    await settle();
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.input.events).toEqual(['read end closed', 'pump']);
  });

  test('closes in order when no frame comes any more, and waits for the next one', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.obeys = false;
    stage.mover.hasFrame = false;
    stage.input.goIdle();
    await settle();
    expect(stage.states.slice(-2)).toEqual(['streaming', 'closing']);
    expect(stage.log.at(-1)).toBe(
      'info: no new frame on imagestream for 5 s: closing the stream until one comes',
    );
    expect(stage.input.events).toContain('end');
    expect(stage.encoder.asked).toEqual(['stop']);
    stage.encoder.exit(0);
    await settle();
    expect(stage.states.at(-1)).toBe('waiting');

    stage.mover.frameComes();
    await stage.open();
    expect(stage.states.slice(-2)).toEqual(['starting', 'streaming']);
    expect(stage.encoders).toHaveLength(2);
  });

  test('ends with a fault of the program', async () => {
    const stage = new ServiceStage();
    const error = new Error('a bug');
    stage.mover.fault = error;
    const service = stage.start();
    await settle();
    expect(service.outcome).toEqual({ kind: 'error', error });
  });

  test('leaves no timer behind when it ends', async () => {
    const stage = new ServiceStage();
    const service = stage.start();
    await stage.open();
    await stage.clock.advanceMs(20_000);
    await stage.stop();
    expect(service.outcome.kind).toBe('value');
    expect(stage.clock.sleeperCount).toBe(0);
  });
});

describe('a stop', () => {
  test('while it waits ends it at once', async () => {
    const stage = new ServiceStage();
    stage.mover.hasFrame = false;
    const service = stage.start();
    await settle();
    await stage.stop();
    expect(service.outcome.kind).toBe('value');
    expect(stage.states).toEqual(['waiting']);
  });

  test('while it starts ends ffmpeg at once, which has nothing to finish', async () => {
    const stage = new ServiceStage();
    const service = stage.start();
    await settle();
    await stage.stop();
    expect(service.outcome.kind).toBe('value');
    expect(stage.states).toEqual(['waiting', 'starting']);
    expect(stage.encoder.asked).toEqual(['kill']);
    expect(stage.input.events.at(-1)).toBe('end');
  });

  test('while it streams lets ffmpeg finish', async () => {
    const stage = new ServiceStage();
    const service = stage.start();
    await stage.open();
    stage.encoder.obeys = false;
    await stage.stop();
    expect(stage.states.at(-1)).toBe('closing');
    expect(stage.log.at(-1)).toBe('info: stopping: finishing the frame, closing the stream');
    expect(stage.encoder.asked).toEqual(['stop']);
    expect(service.outcome.kind).toBe('open');
    stage.encoder.exit(0);
    await settle();
    expect(service.outcome.kind).toBe('value');
  });

  test('while it closes lets ffmpeg finish, and opens no other', async () => {
    const stage = new ServiceStage();
    const service = stage.start();
    await stage.open();
    stage.encoder.obeys = false;
    stage.input.goIdle();
    await settle();
    await stage.stop();
    expect(service.outcome.kind).toBe('open');
    stage.encoder.exit(0);
    await settle();
    expect(service.outcome.kind).toBe('value');
    expect(stage.encoders).toHaveLength(1);
  });

  test('while it waits to try again ends it at once', async () => {
    const stage = new ServiceStage();
    const service = stage.start();
    await settle();
    stage.encoder.exit(1);
    await settle();
    await stage.stop();
    expect(service.outcome.kind).toBe('value');
    expect(stage.encoders).toHaveLength(1);
    expect(stage.clock.sleeperCount).toBe(0);
  });
});

describe('a session that fails', () => {
  test('before it is open says why in words of an operator', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.encoder.exit(1, '[error] /data/x.ts: Permission denied');
    await settle();
    expect(stage.states.at(-1)).toStartWith('failed: permission denied at the destination');
    expect(stage.input.events.at(-1)).toBe('end');
  });

  test('because ffmpeg cannot be started is tried again all the same', async () => {
    const stage = new ServiceStage();
    stage.cannotStart = 'ffmpeg cannot be started: ENOENT';
    stage.start();
    await settle();
    expect(stage.states.at(-1)).toBe('failed: ffmpeg cannot be started: ENOENT, 500 ms');
    expect(stage.input.events).toEqual(['read end closed', 'end']);
    expect(stage.input.loss).toEqual({ encodedFrames: 0, unnoticedMs: 0 });
    stage.cannotStart = undefined;
    await stage.clock.advanceMs(500);
    await stage.open();
    expect(stage.states.at(-1)).toBe('streaming');
  });

  test('because the destination does not open is ended after 20 s', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.input.takeFirst();
    await stage.clock.advanceMs(19_999);
    expect(stage.states.at(-1)).toBe('starting');
    await stage.clock.advanceMs(1);
    expect(stage.states.at(-1)).toBe('failed: the destination did not open within 20 s, 500 ms');
    expect(stage.encoder.asked).toEqual(['kill']);
  });

  test('because the first frame is not taken says what ffmpeg said', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.input.takeFirst(GONE);
    await settle();
    stage.encoder.exit(1, "[fatal] Unknown encoder 'libx264'");
    await settle();
    expect(stage.states.at(-1)).toContain('no such encoder');
  });

  test('while it streams says what ffmpeg said, and stops the pump', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.exit(1, '[error] srt://h:1: Input/output error');
    await settle();
    expect(stage.states.at(-1)).toStartWith('failed: the connection to the destination was lost');
    expect(stage.encoder.asked).toEqual([]);
  });

  test('because ffmpeg is killed says by which signal', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.kill();
    await settle();
    expect(stage.states.at(-1)).toContain('killed by signal 9');
  });

  test('in writing waits 3 s for ffmpeg to say why, and then ends it', async () => {
    const stage = await ServiceStage.streaming();
    stage.input.fail(GONE);
    await stage.clock.advanceMs(2_999);
    expect(stage.encoder.asked).toEqual([]);
    await stage.clock.advanceMs(1);
    expect(stage.encoder.asked).toEqual(['kill']);
    expect(stage.states.at(-1)).toContain('killed by signal 9');
  });

  test('because ffmpeg takes nothing any more ends it at once, and says so', async () => {
    const stage = await ServiceStage.streaming();
    stage.input.fail(
      new EncoderError({ code: 'ffmpeg-stalled', text: 'ffmpeg has taken no whole frame for 10 s' }),
    );
    await settle();
    expect(stage.encoder.asked).toEqual(['kill']);
    expect(stage.states.at(-1)).toBe('failed: ffmpeg has taken no whole frame for 10 s, 500 ms');
  });

  test('for a fault of the program ends the service', async () => {
    const stage = new ServiceStage();
    const service = stage.start();
    await stage.open();
    const error = new Error('a bug');
    stage.input.fail(error);
    await settle();
    expect(service.outcome).toEqual({ kind: 'error', error });
    expect(stage.input.events.at(-1)).toBe('end');
  });
});

describe('the waits between attempts', () => {
  test('begin with 0.5 s and double to 30 s', async () => {
    const stage = new ServiceStage();
    stage.start();
    for (const retryMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await settle();
      const attempts = stage.encoders.length;
      stage.encoder.exit(1);
      await settle();
      expect(stage.states.at(-1)).toBe(`failed: exit status 1, ${retryMs} ms`);
      await stage.clock.advanceMs(retryMs - 1);
      expect(stage.encoders).toHaveLength(attempts);
      await stage.clock.advanceMs(1);
      expect(stage.encoders).toHaveLength(attempts + 1);
    }
  });

  test.each([
    [9_999, 1_000],
    [10_000, 500],
  ])('after a session of %d ms are %d ms', async (streamedMs, retryMs) => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.encoder.exit(1);
    await stage.clock.advanceMs(500);
    await stage.open();
    await stage.clock.advanceMs(streamedMs);
    stage.encoder.exit(1);
    await settle();
    expect(stage.states.at(-1)).toBe(`failed: exit status 1, ${retryMs} ms`);
  });

  test('begin again after a long session that was closed in order', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    stage.encoder.exit(1);
    await stage.clock.advanceMs(500);
    await stage.open();
    await stage.clock.advanceMs(60_000);
    stage.input.goIdle();
    await settle();
    stage.encoder.exit(1);
    await settle();
    expect(stage.states.at(-1)).toBe('failed: exit status 1, 500 ms');
  });
});
