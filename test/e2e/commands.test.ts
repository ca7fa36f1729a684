import { expect, test } from 'bun:test';
import { EXECUTABLE, SMALL, startBuilder } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { PictureWriter } from '../support/picture-writer.ts';
import { Stage } from '../support/stage.ts';
import { frameNumbers, analyse } from '../support/video.ts';
import packageJson from '../../package.json' with { type: 'json' };

const LIMIT_MS = 60_000;
const EXIT_CONFIG = 78;

test('--version and --help say what they should and exit 0', async () => {
  await using version = startBuilder({}, '--version');
  expect(await version.exit()).toBe(0);
  expect(version.text).toBe(`cosmos-video-builder ${packageJson.version}`);
  await using help = startBuilder({}, '--help');
  expect(await help.exit()).toBe(0);
  expect(help.text).toContain('COSMOS_VIDEO_DESTINATION');
});

test('all faults are reported together, each naming its variable, with exit status 78', async () => {
  await using builder = startBuilder({ FRAMERATE: '0', PORT: 'x', RESOLUTION: '8x8', CODEC_PRESET: 'warp' });
  expect(await builder.exit()).toBe(EXIT_CONFIG);
  for (const name of ['FRAMERATE', 'PORT', 'RESOLUTION', 'CODEC_PRESET', 'DESTINATION']) {
    expect(builder.count(new RegExp(`error +COSMOS_VIDEO_${name} `))).toBe(1);
  }
});

test('a misspelt variable is named beside the fault that it causes', async () => {
  await using builder = startBuilder({ DESINATION: 'srt://127.0.0.1:9000' });
  expect(await builder.exit()).toBe(EXIT_CONFIG);
  expect(builder.text).toMatch(/warn .*COSMOS_VIDEO_DESINATION.*did you mean COSMOS_VIDEO_DESTINATION/);
  expect(builder.text).toMatch(/error COSMOS_VIDEO_DESTINATION .*is not set/);
});

test('a hang-up ends it in order where there is no file of settings to read again', async () => {
  await using stage = await Stage.open();
  const builder = stage.builder({ DESTINATION: stage.file('x.ts') });
  await builder.line(/connected/);
  expect(await builder.stop('SIGHUP')).toBe(0);
});

test('a pixel format that ffmpeg does not know, and an ffmpeg that is not there, exit with 78', async () => {
  await using format = startBuilder({ FORMAT: 'gray17', DESTINATION: 'x.ts' });
  expect(await format.exit()).toBe(EXIT_CONFIG);
  expect(format.text).toMatch(/COSMOS_VIDEO_FORMAT is "gray17"/);
  await using missing = startBuilder({ FFMPEG: '/nowhere/ffmpeg', DESTINATION: 'x.ts' });
  expect(await missing.exit()).toBe(EXIT_CONFIG);
  expect(missing.text).toMatch(/COSMOS_VIDEO_FFMPEG is "\/nowhere\/ffmpeg".*apt install ffmpeg/);
});

test('the variable of the old sample file is understood, a misspelt one is named with the nearest', async () => {
  await using stage = await Stage.open();
  const settings = { FRAMERATE_SCALE: 'skip', DESINATION: 'x', DESTINATION: stage.file('x.ts') };
  const builder = stage.builder(settings);
  await builder.line(/fps by skip/);
  expect(builder.text).toMatch(/COSMOS_VIDEO_DESINATION.*COSMOS_VIDEO_DESTINATION/);
  expect(builder.text).toMatch(/COSMOS_VIDEO_FRAMERATE_SCALE.*COSMOS_VIDEO_FRAMERATE_SCALING/);
  expect(await builder.stop()).toBe(0);
});

test('a choice of reader, which there once was, is warned of and changes nothing', async () => {
  await using stage = await Stage.open();
  const path = stage.file('x.ts');
  const builder = stage.builder({ READER: 'ioredis', DESTINATION: path });
  await builder.line(/connected/);
  await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
  const end = stage.writer.number + 24;
  await stage.writer.writeUntil(async () => stage.writer.number >= end);
  expect(await builder.stop()).toBe(0);
  expect(builder.count(/warn +COSMOS_VIDEO_READER has no effect any more: frames are read in one way/)).toBe(
    1,
  );
  expect(builder.count(/ (warn|error) /)).toBe(1);
  expect(analyse(await frameNumbers(path, SMALL))).toMatchObject({ backwards: 0, unreadable: 0 });
});

test('under journald every line has its priority, and no time or colour', async () => {
  await using stage = await Stage.open();
  await using builder = new Child([EXECUTABLE, '--port', `${stage.server.port}`, '--host', '127.0.0.1'], {
    env: { JOURNAL_STREAM: '8:1', COSMOS_VIDEO_DESTINATION: stage.file('x.ts'), COSMOS_VIDEO_TYPO: '1' },
  });
  await builder.line(/connected/);
  expect(await builder.stop()).toBe(0);
  expect(builder.lines.filter((line) => !/^<[346]>[ -~]+$/.test(line))).toEqual([]);
  expect(builder.count(/^<4>COSMOS_VIDEO_TYPO/)).toBe(1);
  expect(builder.count(/^<6>waiting for frames/)).toBe(1);
});

test(
  'the source writes pictures that the builder sends on, in RGB too, and both end by themselves or on a signal',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('rgb.ts');
    const settings = { FORMAT: 'rgb24', RESOLUTION: '320x240', DESTINATION: path };
    const builder = stage.builder({ ...settings, IDLE_TIMEOUT: '5' });
    await builder.line(/connected/);
    // What comes while the destination opens is passed over, on a busy machine most of what the source writes.
    const picture = { ...SMALL, pixelFormat: 'rgb24' } as const;
    await new PictureWriter(stage.redis, { picture }).write();
    await builder.line(/streaming to/);
    const source = stage.builder(settings, 'source', '--rate', '24', '--jitter', '0.4', '--count', '60');
    expect(await source.exit()).toBe(0);
    await builder.line(/closing the stream/, { withinMs: 30_000 });
    expect(await builder.stop()).toBe(0);
    const video = analyse(await frameNumbers(path, { widthPx: 320, heightPx: 240 }));
    expect(video).toMatchObject({ backwards: 0, unreadable: 0 });
    expect(video.unique).toBeGreaterThan(30);
    expect(await stage.redis.xlen('imagestream')).toBe(61);
  },
  LIMIT_MS,
);

test(
  'check: 0 where all is good, 1 with what to do where not, 78 for a setting',
  async () => {
    await using stage = await Stage.open();
    const settings = { DESTINATION: 'srt://127.0.0.1:9000?passphrase=not-to-be-seen' };
    const empty = stage.builder(settings, 'check');
    expect(await empty.exit()).toBe(1);
    expect(empty.text).toMatch(/BAD +Redis +the stream imagestream is empty or not there/);
    const source = stage.builder(settings, 'source');
    await source.line(/writing 320x240/);
    await stage.redis.xread('BLOCK', 5000, 'STREAMS', 'imagestream', '$');
    const good = stage.builder(settings, 'check');
    expect(await good.exit()).toBe(0);
    expect(good.text).not.toContain('BAD');
    expect(good.text).not.toContain('not-to-be-seen');
    expect(good.text).toMatch(/good +ffmpeg +it has the encoder libx264/);
    expect(good.text).toMatch(/good +Redis +\d\d\.\d frames a second come in/);
    const wrongSize = stage.builder({ ...settings, RESOLUTION: '640x480' }, 'check');
    expect(await wrongSize.exit()).toBe(1);
    expect(wrongSize.text).toMatch(/153600 bytes, a 640x480 gray16be frame has 614400/);
    const wrongFormat = stage.builder({ ...settings, FORMAT: 'gray17' }, 'check');
    expect(await wrongFormat.exit()).toBe(EXIT_CONFIG);
    expect(await source.stop('SIGINT')).toBe(0);
  },
  LIMIT_MS,
);
