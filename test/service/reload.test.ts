import { describe, expect, test } from 'bun:test';
import { ConfigError } from '../../src/base/errors.ts';
import { settle } from '../support/fake-clock.ts';
import { ServiceStage } from '../support/service-stage.ts';

/** What has been started since the session began that streams: ffmpeg, sessions, pumps, and what the mover was told. */
function since(stage: ServiceStage) {
  const { encoders, mover, probes } = stage;
  const before = {
    encoders: encoders.length,
    inputs: mover.inputs.length,
    told: mover.settings.length,
    probes,
  };
  return () => ({
    encoders: encoders.length - before.encoders,
    inputs: mover.inputs.length - before.inputs,
    told: mover.settings.length - before.told,
    probes: stage.probes - before.probes,
  });
}

const NOTHING = { encoders: 0, inputs: 0, told: 0, probes: 0 };

describe('a reload', () => {
  test('that changes nothing touches nothing, and says so', async () => {
    const stage = await ServiceStage.streaming();
    const started = since(stage);
    await stage.reload({});
    expect(started()).toEqual(NOTHING);
    expect(stage.told).toEqual(['ready', 'reloading', 'ready']);
    expect(stage.log.at(-1)).toBe('info: settings read again: nothing has changed');
    expect(stage.input.events.filter((event) => event === 'pump')).toHaveLength(1);
  });

  test.each([
    [{ LOG_LEVEL: 'debug' }, 'log'],
    [{ STATS_INTERVAL: '5' }, 'report'],
  ])('of %o restarts nothing, not even the pump', async (changes, section) => {
    const stage = await ServiceStage.streaming();
    const started = since(stage);
    await stage.reload(changes);
    expect(started()).toEqual(NOTHING);
    expect(stage.input.events.filter((event) => event === 'pump')).toHaveLength(1);
    expect(stage.log.at(-1)).toBe(
      `info: settings read again (${section} changed): in force now, nothing restarts`,
    );
    expect(stage.told.at(-1)).toBe('ready');
    expect(stage.levels.at(-1)).toBe('LOG_LEVEL' in changes ? 'debug' : 'info');
  });

  test.each([
    { HOST: 'other-redis' },
    { PASSWORD: 'correct horse' },
    { STREAM: 'other' },
    { KEY: 'image' },
    { FRAMERATE_SCALING: 'skip' },
    { MAX_DELAY: '0.5' },
    { TRIM_AFTER: '0' },
    { IDLE_TIMEOUT: '60' },
  ])('of %o is for the mover: the session and its ffmpeg go on', async (changes) => {
    const stage = await ServiceStage.streaming();
    const started = since(stage);
    await stage.reload(changes);
    expect(started()).toEqual({ ...NOTHING, told: 1 });
    expect(stage.input.events).toEqual(['read end closed', 'pump', 'pump']);
    expect(stage.encoder.asked).toEqual([]);
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.told.at(-1)).toBe('ready');
  });

  test.each([
    [{ FRAMERATE: '25' }, 0],
    [{ CODEC_PRESET: 'ultrafast' }, 0],
    [{ QUALITY: '30' }, 0],
    [{ DESTINATION: 'srt://other.example:9000' }, 0],
    [{ SRT_LATENCY: '300' }, 0],
    [{ RESOLUTION: '640x480' }, 1],
    [{ FORMAT: 'gray16be' }, 1],
    [{ FFMPEG: '/opt/ffmpeg' }, 1],
  ])('of %o closes the session in order, and opens another one at once', async (changes, probes) => {
    const stage = await ServiceStage.streaming();
    const first = stage.input;
    const started = since(stage);
    await stage.reload(changes);
    expect(started()).toEqual({ encoders: 1, inputs: 1, told: 1, probes });
    expect(first.events).toEqual(['read end closed', 'pump', 'end']);
    expect(first.loss).toBeUndefined();
    expect(stage.encoders[0]?.asked).toEqual(['stop']);
    expect(stage.told.at(-1)).toBe('ready');
    await stage.open();
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.log.some((line) => line.startsWith('info: in force now: imagestream'))).toBe(true);
  });

  test('says in one line what has changed and what that means', async () => {
    const stage = await ServiceStage.streaming();
    await stage.reload({ QUALITY: '30', LOG_LEVEL: 'debug' });
    expect(stage.log).toContain(
      'info: settings read again (encoder, log changed): an open video is closed, and opened again with the new ones',
    );
  });

  test('of settings that are not good leaves all as it was, and says why', async () => {
    const stage = await ServiceStage.streaming();
    const started = since(stage);
    await stage.reload({ CODEC_PRESET: 'fats' });
    expect(started()).toEqual(NOTHING);
    expect(stage.log.at(-2)).toContain('COSMOS_VIDEO_CODEC_PRESET is "fats"');
    expect(stage.log.at(-1)).toContain('those from before stay in force');
    expect(stage.told.at(-1)).toBe('ready');
    await stage.reload({ CODEC_PRESET: 'fast' });
    expect(started()).toMatchObject({ encoders: 1 });
  });

  test('that ffmpeg refuses leaves all as it was', async () => {
    const stage = await ServiceStage.streaming();
    const started = since(stage);
    stage.probe = () => Promise.reject(new ConfigError(['COSMOS_VIDEO_FORMAT is "gray11": unknown']));
    await stage.reload({ FORMAT: 'gray11' });
    expect(started()).toEqual({ ...NOTHING, probes: 1 });
    expect(stage.log.at(-1)).toContain('those from before stay in force');
  });

  test('while it waits for a frame is taken over at once, and it goes on waiting', async () => {
    const stage = new ServiceStage();
    stage.mover.hasFrame = false;
    stage.start();
    await settle();
    await stage.reload({ STREAM: 'other', QUALITY: '30' });
    expect(stage.mover.settings.at(-1)?.source.stream).toBe('other');
    expect(stage.told).toEqual(['ready', 'reloading', 'ready']);
    expect(stage.states.at(-1)).toBe('waiting');
    expect(stage.encoders).toHaveLength(0);
  });

  test('while a destination opens that never will gives that up, and tries the new one', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    await stage.reload({ DESTINATION: 'srt://right.example:9000' });
    expect(stage.encoders).toHaveLength(2);
    expect(stage.encoders[0]?.asked).toEqual(['kill']);
    expect(stage.mover.inputs[0]?.loss).toEqual({ encodedFrames: 0, unnoticedMs: 0 });
  });

  test('while a destination opens, of what only the mover has to know, waits until it is open', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    await stage.reload({ MAX_DELAY: '1' });
    expect(stage.encoder.asked).toEqual([]);
    expect(stage.told.at(-1)).toBe('reloading');
    await stage.open();
    expect(stage.mover.settings.at(-1)?.pacing.maxDelayMs).toBe(1_000);
    expect(stage.told.at(-1)).toBe('ready');
    expect(stage.states.at(-1)).toBe('streaming');
    expect(stage.encoders).toHaveLength(1);
  });

  test('while it waits to try again tries at once, from the shortest wait on', async () => {
    const stage = new ServiceStage();
    stage.start();
    for (const retryMs of [500, 1_000, 2_000]) {
      await settle();
      stage.encoder.exit(1);
      await settle();
      expect(stage.states.at(-1)).toBe(`failed: exit status 1, ${retryMs} ms`);
      if (retryMs < 2_000) await stage.clock.advanceMs(retryMs);
    }
    await stage.reload({ DESTINATION: 'srt://right.example:9000' });
    expect(stage.encoders).toHaveLength(4);
    stage.encoder.exit(1);
    await settle();
    expect(stage.states.at(-1)).toBe('failed: exit status 1, 500 ms');
  });

  test('that comes while another one waits for ffmpeg to finish is taken over with it', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.obeys = false;
    await stage.reload({ QUALITY: '30' });
    expect(stage.encoder.asked).toEqual(['stop']);
    await stage.reload({ STREAM: 'other' });
    await stage.reload({ LOG_LEVEL: 'debug' });
    expect(stage.told.at(-1)).toBe('reloading');
    stage.encoder.exit(0);
    await settle();
    expect(stage.mover.settings.at(-1)?.source.stream).toBe('other');
    expect(stage.told.at(-1)).toBe('ready');
    expect(stage.encoders).toHaveLength(2);
  });

  test('that takes another one back before it was taken over ends in the settings that were asked for last', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.obeys = false;
    await stage.reload({ QUALITY: '30' });
    await stage.reload({ QUALITY: '23' });
    stage.encoder.exit(0);
    await settle();
    expect(stage.told.at(-1)).toBe('ready');
    await stage.open();
    expect(stage.states.at(-1)).toBe('streaming');
    await stage.reload({});
    expect(stage.log.at(-1)).toBe('info: settings read again: nothing has changed');
  });

  test('takes the secrets of before and after out of what is said', async () => {
    const stage = new ServiceStage();
    stage.variables = { ...stage.variables, PASSWORD: 'the old secret' };
    stage.start();
    await stage.open();
    await stage.reload({ PASSWORD: 'the new secret' });
    stage.encoder.exit(1, '[error] the old secret, the new secret');
    await settle();
    const said = [...stage.log, ...stage.states].join('\n');
    expect(said).toContain('…, …');
    expect(said).not.toContain('secret');
  });

  test('that is stopped while ffmpeg is asked says no more that it is ready', async () => {
    const stage = await ServiceStage.streaming();
    const asked = Promise.withResolvers<never>();
    stage.probe = () => asked.promise;
    await stage.reload({ FORMAT: 'gray16be' });
    await stage.stop();
    asked.reject(new Error('aborted'));
    await settle();
    expect(stage.told).toEqual(['ready', 'reloading', 'stopping']);
  });

  test('that is taken over while another one is read is not the end of reloading', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.obeys = false;
    await stage.reload({ QUALITY: '30' });
    const asked = Promise.withResolvers<void>();
    const { probe } = stage;
    stage.probe = async (format) => {
      await asked.promise;
      return probe(format);
    };
    await stage.reload({ RESOLUTION: '640x480' });
    stage.encoder.exit(0);
    await settle();
    expect(stage.encoders).toHaveLength(2);
    expect(stage.told.at(-1)).toBe('reloading');
    asked.resolve();
    await settle();
    expect(stage.mover.settings.at(-1)?.format.sizeBytes).toBe(640 * 480);
    expect(stage.told.at(-1)).toBe('ready');
  });

  test('that is asked for when it is to stop is not begun', async () => {
    const stage = await ServiceStage.streaming();
    stage.encoder.obeys = false;
    await stage.stop();
    const started = since(stage);
    await stage.reload({ FORMAT: 'gray16be' });
    expect(started()).toEqual(NOTHING);
    expect(stage.told.at(-1)).toBe('stopping');
  });
});
