import { describe, expect, test } from 'bun:test';
import { ConfigError } from '../../src/base/errors.ts';
import { settle } from '../support/fake-clock.ts';
import { ServiceStage } from '../support/service-stage.ts';

describe('the service as a whole', () => {
  test('is ready once the settings are good and the mover knows them, and says what it does', async () => {
    const stage = new ServiceStage();
    stage.start();
    await settle();
    expect(stage.told).toEqual(['ready']);
    expect(stage.mover.settings).toHaveLength(1);
    expect(stage.mover.settings[0]).toMatchObject({
      format: { sizeBytes: 76_800 },
      source: { stream: 'imagestream' },
    });
    expect(stage.log[0]).toStartWith(
      'info: cosmos-video-builder 1.2.3: imagestream (pixels: 320x240 gray, 76800 bytes)',
    );
  });

  test('warns of an output that could be ours and is not, and again after other settings', async () => {
    const stage = new ServiceStage();
    stage.lack = 'the library is missing';
    stage.mover.hasFrame = false;
    stage.start();
    await settle();
    const warnings = () => stage.log.filter((line) => line.startsWith('warn:'));
    expect(warnings()).toEqual(['warn: the library is missing']);
    await stage.reload({ DESTINATION: 'srt://video.example:9001' });
    expect(warnings()).toEqual(['warn: the library is missing', 'warn: the library is missing']);
  });

  test('warns of a size that has to be padded', async () => {
    const stage = new ServiceStage();
    stage.variables = { ...stage.variables, RESOLUTION: '321x240' };
    stage.start();
    await settle();
    expect(stage.log.find((line) => line.startsWith('warn:'))).toContain('the video is 322x240');
  });

  test('gives up its mover when it ends, also through a fault', async () => {
    const good = await ServiceStage.streaming();
    await good.stop();
    expect(good.mover.isClosed).toBe(true);
    expect(good.log.at(-1)).toBe('info: stopped');
    const bad = new ServiceStage();
    bad.mover.fault = new Error('a bug');
    const service = bad.start();
    await settle();
    expect(service.outcome.kind).toBe('error');
    expect(bad.mover.isClosed).toBe(true);
  });

  test('ends when it is stopped while ffmpeg is asked about the settings', async () => {
    const stage = new ServiceStage();
    const asked = Promise.withResolvers<never>();
    stage.probe = () => asked.promise;
    const service = stage.start();
    await settle();
    await stage.stop();
    asked.reject(new Error('aborted'));
    await settle();
    expect(service.outcome.kind).toBe('value');
    expect(stage.log).toEqual(['info: stopped while ffmpeg was asked about the settings']);
    expect(stage.told).toEqual([]);
  });

  test('rejects where ffmpeg refuses its first settings', async () => {
    const stage = new ServiceStage();
    const refusal = new ConfigError(['no such format']);
    stage.probe = () => Promise.reject(refusal);
    const service = stage.start();
    await settle();
    expect(service.outcome).toEqual({ kind: 'error', error: refusal });
  });
});
