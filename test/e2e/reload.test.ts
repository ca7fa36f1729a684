import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { SMALL } from '../support/builder.ts';
import { PictureWriter } from '../support/picture-writer.ts';
import { script } from '../support/script.ts';
import { analyse, decoderWords, frameNumbers, probe } from '../support/video.ts';
import { ReloadStage } from './reload-stage.ts';

// A change of settings restarts what it concerns, and nothing else.

const LIMIT_MS = 60_000;
/** More frames than x264 holds back with these settings. */
const HELD_BACK = 48;
const GOOD = { backwards: 0, unreadable: 0 };

/** The words for a change of this section, by how far it reaches. */
const inForce = (section: string) =>
  new RegExp(`settings read again \\(${section} changed\\): in force now, nothing restarts`);
const readOn = (section: string) =>
  new RegExp(`settings read again \\(${section} changed\\): the frames are read .* an open video goes on`);
const takenOver = (section: string) =>
  new RegExp(`settings read again \\(${section} changed\\): another ffmpeg takes over between two frames`);
const openedAgain = (section: string) =>
  new RegExp(`settings read again \\(${section} changed\\): an open video is closed, and opened again`);

describe('a change that restarts nothing: the same ffmpeg and the same connection', () => {
  test.each([
    ['log level', 'log', { LOG_LEVEL: 'debug' }, / debug since the start: /],
    ['interval of the reports', 'report', { STATS_INTERVAL: '1' }, / streaming \| out /],
  ])(
    '%s',
    async (_, section, settings, effect) => {
      await using run = await ReloadStage.open({ STATS_INTERVAL: section === 'log' ? '1' : '300' });
      const { builder, stage } = run;
      await run.streams();
      const before = await run.running();
      expect(builder.count(effect)).toBe(0);
      await run.reload(settings, inForce(section));
      await run.showMore(stage.writer, async () => builder.count(effect) > 1);
      expect(await run.running()).toEqual(before);
      expect(await builder.stop()).toBe(0);
      expect(analyse(await frameNumbers(stage.file('video.ts'), SMALL))).toMatchObject(GOOD);
    },
    LIMIT_MS,
  );
});

describe('a change of the pacing: the same ffmpeg and the same connection', () => {
  test.each([
    ['method', { FRAMERATE_SCALING: 'skip' }],
    ['maximum delay', { MAX_DELAY: '0.5' }],
    ['trimming', { TRIM_AFTER: '0' }],
  ])(
    '%s',
    async (_, settings) => {
      await using run = await ReloadStage.open({ IDLE_TIMEOUT: '15' });
      const { builder, stage } = run;
      await run.streams();
      const before = await run.running();
      await run.reload(settings, readOn('pacing'));
      const plan = await builder.line(/in force now: /);
      expect(plan.includes('by skip')).toBe('FRAMERATE_SCALING' in settings);
      const atReload = stage.writer.number;
      await run.showMore(stage.writer);
      expect(await run.running()).toEqual(before);
      expect(await builder.stop()).toBe(0);
      const numbers = await frameNumbers(stage.file('video.ts'), SMALL);
      expect(analyse(numbers)).toMatchObject(GOOD);
      expect(numbers.filter((number) => (number ?? 0) >= atReload).length).toBeGreaterThan(6);
    },
    LIMIT_MS,
  );

  test(
    'idle timeout: it holds for the video that is open',
    async () => {
      await using run = await ReloadStage.open({ IDLE_TIMEOUT: '0' });
      const { builder, stage } = run;
      await run.streams();
      const before = await run.running();
      await run.reload({ IDLE_TIMEOUT: '2' }, readOn('pacing'));
      await run.showMore(stage.writer);
      expect(await run.running()).toEqual(before);
      await builder.line(/no new frame on imagestream for 2 s: closing the stream/);
      await builder.line(/waiting for frames/, { nth: 2 });
      expect(await run.connections()).toEqual([before.connection]);
      expect(await builder.stop()).toBe(0);
    },
    LIMIT_MS,
  );
});

describe('a change of the source: the same ffmpeg, and another connection', () => {
  test.each([
    ['stream', { STREAM: 'other' }, { stream: 'other' }],
    ['key', { KEY: 'image' }, { key: 'image' }],
    ['user', { USERNAME: 'viewer', PASSWORD: 'view-only' }, {}],
  ])(
    '%s',
    async (name, settings, place) => {
      await using run = await ReloadStage.open({ IDLE_TIMEOUT: '15' });
      const { builder, stage } = run;
      await stage.redis.call('ACL', 'SETUSER', 'viewer', 'on', '>view-only', 'allkeys', '+@all');
      await run.streams();
      // The mark that it counts by.
      const marks = () => stage.redis.xinfo('GROUPS', 'imagestream');
      await stage.writer.writeUntil(async () => listOf(await marks()).length === 1);
      const before = await run.running();
      await run.reload(settings, readOn('source'));
      await builder.line(/in force now: /);
      const writer = new PictureWriter(stage.redis, { ...place, first: stage.writer.number });
      await run.showMore(writer);
      const after = await run.running();
      expect(after).toEqual({ ...before, connection: expect.any(String) });
      expect(after.connection).not.toBe(before.connection);
      expect(await run.connections('viewer')).toEqual(name === 'user' ? [after.connection] : []);
      expect(builder.count(/has no field|closing the stream/)).toBe(0);
      expect(await builder.stop()).toBe(0);
      expect(builder.text).not.toContain('view-only');
      const numbers = await frameNumbers(stage.file('video.ts'), SMALL);
      expect(analyse(numbers)).toMatchObject(GOOD);
      expect(numbers.filter((number) => (number ?? 0) >= stage.writer.number).length).toBeGreaterThan(6);
      expect(await marks()).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('a change of the video: another ffmpeg, and the same connection', () => {
  test.each([
    ['frame rate', 'pacing', { FRAMERATE: '12' }, 'r_frame_rate=12/1'],
    ['audio', 'output', { AUDIO: 'silent' }, 'r_frame_rate=24/1'],
  ])(
    '%s',
    async (_, section, settings, rate) => {
      await using run = await ReloadStage.open();
      const { builder, stage } = run;
      await run.streams();
      const before = await run.running();
      const second = stage.file('video-2.ts');
      await run.reload(settings, openedAgain(section));
      await run.showMore(stage.writer, async () => builder.count(/streaming to/) === 2);
      const after = await run.running();
      expect(after).toEqual({ ...before, ffmpeg: expect.any(Number), sessions: 2 });
      expect(after.ffmpeg).not.toBe(before.ffmpeg);
      expect(await builder.stop()).toBe(0);
      for (const path of [stage.file('video.ts'), second])
        expect(analyse(await frameNumbers(path, SMALL))).toMatchObject(GOOD);
      const [stream] = await probe(second, '-select_streams', 'v', '-show_entries', 'stream=r_frame_rate');
      expect(stream).toContain(rate);
    },
    LIMIT_MS,
  );
});

test(
  'a change of the encoder: another ffmpeg in the same video, which has every picture once',
  async () => {
    await using run = await ReloadStage.open();
    const { builder, stage } = run;
    await run.streams();
    const before = await run.running();
    const firstAfter = stage.writer.number;
    await run.reload({ CODEC_PRESET: 'veryfast', BITRATE: '2M' }, takenOver('encoder'));
    await run.showMore(stage.writer, async () => builder.count(/the encoder was changed/) === 1);
    const after = await run.running();
    expect(after).toEqual({ ...before, ffmpeg: expect.any(Number) });
    expect(after.ffmpeg).not.toBe(before.ffmpeg);
    expect(await builder.stop()).toBe(0);
    const path = stage.file('video.ts');
    const numbers = await frameNumbers(path, SMALL);
    expect(analyse(numbers)).toMatchObject(GOOD);
    expect(analyse(numbers.filter((number) => (number ?? 0) >= firstAfter)).lost).toBe(0);
    expect(await decoderWords(path)).toBe('');
  },
  LIMIT_MS,
);

test(
  'an encoder that holds frames back streams, takes over and is taken over from, and is followed by another one when it is killed',
  async () => {
    await using run = await ReloadStage.open({ TUNE: 'film', CODEC_PRESET: 'veryfast' });
    const { builder, stage } = run;
    await run.streams();
    const firstAfter = stage.writer.number;
    for (const [index, TUNE] of ['zerolatency', 'none'].entries()) {
      await run.reload({ TUNE }, takenOver('encoder'));
      await run.showMore(stage.writer, async () => builder.count(/the encoder was changed/) === index + 1);
    }
    const lastBefore = stage.writer.number;
    process.kill((await run.running()).ffmpeg, 'SIGKILL');
    await run.showMore(stage.writer, async () => builder.count(/the next ffmpeg encodes/) === 1);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
    const numbers = (await frameNumbers(stage.file('video.ts'), SMALL)).map((number) => number ?? 0);
    // What a killed one has held back is lost.
    const before = numbers.filter((number) => number >= firstAfter && number < lastBefore - 2 * HELD_BACK);
    expect(analyse(before)).toMatchObject({ ...GOOD, lost: 0 });
    expect(numbers.filter((number) => number > lastBefore).length).toBeGreaterThan(12);
  },
  LIMIT_MS,
);

describe('a change of the format: another ffmpeg, and another connection', () => {
  test.each([
    ['resolution', { RESOLUTION: '640x480' }, { ...SMALL, widthPx: 640, heightPx: 480 }],
    ['pixel format', { FORMAT: 'gray' }, { ...SMALL, pixelFormat: 'gray' }],
  ] as const)(
    '%s',
    async (_, settings, picture) => {
      await using run = await ReloadStage.open();
      const { builder, stage } = run;
      await run.streams();
      const before = await run.running();
      await run.reload(settings, openedAgain('format'));
      await builder.line(/in force now: /);
      const writer = new PictureWriter(stage.redis, { picture, first: stage.writer.number });
      await run.showMore(writer, async () => builder.count(/streaming to/) === 2);
      const after = await run.running();
      expect(after.sessions).toBe(2);
      expect(after.ffmpeg).not.toBe(before.ffmpeg);
      expect(after.connection).not.toBe(before.connection);
      expect(await builder.stop()).toBe(0);
      expect(builder.count(/bytes in pixels/)).toBe(0);
      expect(analyse(await frameNumbers(stage.file('video.ts'), SMALL))).toMatchObject(GOOD);
      expect(analyse(await frameNumbers(stage.file('video-2.ts'), picture))).toMatchObject(GOOD);
    },
    LIMIT_MS,
  );
});

test(
  'settings that are read again while the destination opens are in force once it is open',
  async () => {
    await using run = await ReloadStage.open();
    const { builder, stage } = run;
    const sign = stage.file('sign');
    const body = `case "$*" in *pipe:0*) while [ ! -e ${sign} ]; do sleep 0.05; done;; esac; exec ffmpeg "$@"`;
    const FFMPEG = script(stage.folder, 'late-ffmpeg', body);
    await run.reload({ FFMPEG }, takenOver('encoder'));
    await stage.writer.writeUntil(async () => builder.count(/a frame is there: opening/) === 1);
    await run.reload({ FFMPEG, FRAMERATE_SCALING: 'skip', STREAM: 'other' }, readOn('source, pacing'));
    await Bun.write(sign, '');
    await builder.line(/in force now: other .* by skip/);
    await run.showMore(new PictureWriter(stage.redis, { stream: 'other', first: stage.writer.number }));
    expect(builder.count(/streaming to/)).toBe(1);
    expect(builder.count(/failed/)).toBe(0);
    expect(await builder.stop()).toBe(0);
    const numbers = await frameNumbers(stage.file('video.ts'), SMALL);
    expect(analyse(numbers)).toMatchObject(GOOD);
    expect(numbers.filter((number) => (number ?? 0) >= stage.writer.number).length).toBeGreaterThan(6);
  },
  LIMIT_MS,
);

test(
  'a certificate authority that cannot be read is refused when it is read again, and the video goes on',
  async () => {
    await using run = await ReloadStage.open();
    const { builder, stage } = run;
    await run.streams();
    const before = await run.running();
    await run.reload({ TLS: 'on', TLS_CA: '/nowhere/ca.pem' }, /TLS_CA=\/nowhere\/ca\.pem cannot be read/);
    await builder.line(/those from before stay in force/);
    await run.showMore(stage.writer);
    expect(await run.running()).toEqual(before);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'reloads in quick succession end in the last settings, with one restart at the most for each',
  async () => {
    await using run = await ReloadStage.open();
    const { builder, stage } = run;
    await run.streams();
    const { connection } = await run.running();
    await run.reload({ FRAMERATE: '12' }, openedAgain('pacing'));
    await run.reload({ FRAMERATE: '12', MAX_DELAY: '1' }, readOn('pacing'));
    await run.reload({ FRAMERATE: '6', LOG_LEVEL: 'debug' }, openedAgain('pacing, log'));
    await stage.writer.writeUntil(async () => builder.count(/in force now: .* -> 6 fps/) === 1);
    const sessions = builder.count(/streaming to/);
    await run.showMore(stage.writer, async () => builder.count(/streaming to/) > sessions);
    const after = await run.running();
    expect(after.connection).toBe(connection);
    expect(after.sessions).toBeLessThanOrEqual(3);
    expect(await builder.stop()).toBe(0);
    const last = stage.file(after.sessions === 2 ? 'video-2.ts' : 'video-3.ts');
    expect(existsSync(last)).toBe(true);
    expect(await probe(last, '-show_entries', 'stream=r_frame_rate')).toContain('r_frame_rate=6/1');
  },
  LIMIT_MS,
);

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}
