import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parseConfig, parseTestSourceConfig } from '../../src/config/parse-config.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';
import { faultsOf } from './faults.ts';

const DESTINATION = { COSMOS_VIDEO_DESTINATION: 'srt://video.example:9000' };
const config = (env: Record<string, string | undefined>, flags: Record<string, string> = {}) =>
  parseConfig({ ...DESTINATION, ...env }, flags).config;
const warnings = (env: Record<string, string | undefined>, flags: Record<string, string> = {}) =>
  parseConfig({ ...DESTINATION, ...env }, flags).warnings;
const faults = (env: Record<string, string | undefined>, flags: Record<string, string> = {}) =>
  faultsOf(() => parseConfig({ ...DESTINATION, ...env }, flags));

describe('values', () => {
  test('without settings but the destination, the defaults hold', () => {
    expect(parseConfig(DESTINATION, {})).toEqual({
      config: {
        source: {
          redis: { host: 'video-redis', port: 6379, db: 0, tls: false },
          stream: 'imagestream',
          key: 'pixels',
        },
        format: { pixelFormat: 'gray16be', widthPx: 1920, heightPx: 1080 },
        pacing: {
          frameRate: { numerator: 24n, denominator: 1n },
          method: 'scale',
          maxDelayMs: 2000,
          trimAfterMs: 2000,
          idle: 'close',
          idleTimeoutMs: 5000,
        },
        levels: {
          window: { kind: 'full' },
          dampingMs: 1000,
          span: { value: 1, unit: 'percent' },
          gamma: 1,
          palette: 'gray',
          overlay: ['standstill'],
        },
        encoder: {
          ffmpeg: 'ffmpeg',
          preset: 'medium',
          tune: 'zerolatency',
          crf: 23,
          keyframeIntervalS: 2,
        },
        output: {
          destinations: [
            {
              kind: 'srt',
              url: 'srt://video.example:9000',
              display: 'srt://video.example:9000',
              secretOptions: {},
              srt: { mode: 'caller', host: 'video.example', port: 9000, options: [] },
            },
          ],
          audio: 'none',
        },
        log: { level: 'info' },
        report: { intervalMs: 60_000 },
      },
      warnings: [],
    });
  });

  test('every setting reaches its place', () => {
    const { source, pacing, encoder, output, report } = config({
      COSMOS_VIDEO_HOST: '[::1]',
      COSMOS_VIDEO_PORT: '6380',
      COSMOS_VIDEO_USERNAME: 'user',
      COSMOS_VIDEO_PASSWORD: 'pass word',
      COSMOS_VIDEO_DB: '3',
      COSMOS_VIDEO_TLS: 'on',
      COSMOS_VIDEO_TLS_CA: '/ca.pem',
      COSMOS_VIDEO_TUNE: 'none',
      COSMOS_VIDEO_QUALITY: '18.5',
      COSMOS_VIDEO_BITRATE: '2.5M',
      COSMOS_VIDEO_SRT_LATENCY: '200',
      COSMOS_VIDEO_STATS_INTERVAL: '1.5',
      COSMOS_VIDEO_SERVICE_NAME: 'Nose camera',
      COSMOS_VIDEO_IDLE: 'hold',
      COSMOS_VIDEO_AUDIO: 'silent',
      COSMOS_VIDEO_RECORD: '/mnt/disk',
      COSMOS_VIDEO_RECORD_WHEN: 'outage',
      COSMOS_VIDEO_RECORD_SEGMENT: '2.5',
      COSMOS_VIDEO_RECORD_QUOTA: '20G',
    });
    expect(source.redis).toEqual({
      host: '::1',
      port: 6380,
      username: 'user',
      password: 'pass word',
      db: 3,
      tls: true,
      tlsCa: '/ca.pem',
    });
    expect(encoder).toEqual({
      ffmpeg: 'ffmpeg',
      preset: 'medium',
      crf: 18.5,
      maxBitrateBps: 2_500_000,
      keyframeIntervalS: 2,
      serviceName: 'Nose camera',
    });
    expect(pacing.idle).toBe('hold');
    expect(output.audio).toBe('silent');
    expect(output.record).toEqual({
      folder: '/mnt/disk',
      when: 'outage',
      segmentMs: 2500,
      quotaBytes: 20_000_000_000,
    });
    expect(output.destinations.map(({ url }) => url)).toEqual(['srt://video.example:9000?latency=200000']);
    expect(report).toEqual({ intervalMs: 1500 });
  });

  test('a socket stands beside host and port', () => {
    expect(config({ COSMOS_VIDEO_SOCKET: '/run/redis.sock' }).source.redis.socket).toBe('/run/redis.sock');
  });

  test('a flag wins over the variable, under each of its names', () => {
    expect(config({ COSMOS_VIDEO_PORT: '1' }, { '--port': '2' }).source.redis.port).toBe(2);
    expect(config({}, { '--vfr_scaling_method': 'skip' }).pacing.method).toBe('skip');
    expect(config({}, { '--vfr-scaling-method': 'skip' }).pacing.method).toBe('skip');
    expect(config({}, { '--codec-preset': 'fast' }).encoder.preset).toBe('fast');
  });

  test('a flag wins over a variable that is at fault', () => {
    expect(faults({ COSMOS_VIDEO_PORT: 'x' }, { '--port': '2' })).toEqual([]);
  });

  test('an empty variable counts as not set, and space around a value as nothing', () => {
    expect(
      config({ COSMOS_VIDEO_PORT: '', COSMOS_VIDEO_HOST: ' \t', COSMOS_VIDEO_STREAM: ' s\n' }),
    ).toMatchObject({
      source: { redis: { port: 6379, host: 'video-redis' }, stream: 's' },
    });
  });

  test('nothing in it can be changed', () => {
    const parsed = parseConfig({ COSMOS_VIDEO_DESTINATION: 'srt://h:1?passphrase=0123456789' }, {});
    const { source, pacing, output } = parsed.config;
    const [destination] = output.destinations;
    const parts = [parsed, parsed.warnings, parsed.config, ...Object.values(parsed.config), source.redis];
    const all = [...parts, pacing.frameRate, output.destinations, destination, destination?.secretOptions];
    expect(all.every((part) => Object.isFrozen(part))).toBe(true);
  });
});

describe('faults', () => {
  test('all are reported together, each with variable, value and what is allowed', () => {
    expect(faults({ COSMOS_VIDEO_PORT: '0', COSMOS_VIDEO_TUNE: 'fast', COSMOS_VIDEO_KEY: 'a\nb' })).toEqual([
      'COSMOS_VIDEO_KEY is "a\\nb": must be one line without control characters',
      'COSMOS_VIDEO_PORT is "0": must be a whole number from 1 to 65535',
      'COSMOS_VIDEO_TUNE is "fast": must be film, animation, grain, stillimage, psnr, ssim, fastdecode, zerolatency or none',
    ]);
  });

  test('a flag is named with its variable', () => {
    expect(faults({}, { '--port': 'x' })).toEqual([
      '--port (COSMOS_VIDEO_PORT) is "x": must be a whole number from 1 to 65535',
    ]);
    expect(faults({}, { '--stream': '' })).toEqual([
      expect.stringMatching(/^--stream \(.*\) *: needs a value/),
    ]);
  });

  test('the destination must be set', () => {
    expect(faults({ COSMOS_VIDEO_DESTINATION: ' ' })).toEqual([
      expect.stringMatching(
        /^COSMOS_VIDEO_DESTINATION \(--destination\) is not set, but must be, unless COSMOS_VIDEO_RECORD \(--record\) is: /,
      ),
    ]);
  });

  test.each([
    ['srt://h?passphrase=SECRETSECRET', '"srt://h"'],
    ['srt://h?streamid=u@x&passphrase=SECRETSECRET', '"srt://…"'],
    ['srt://h:9000&passphrase=SECRETSECRET', '"srt://h:9000"'],
    ['http://user:SECRET?SECRET@h/', '"http://…"'],
    ['user:SECRET@h:9000', '"h:9000"'],
    ['srt//h:9000?passphrase=SECRETSECRET', '"srt//h:9000"'],
    ['srt:/h:9000?passphrase=SECRETSECRET', '"srt:/h:9000"'],
  ])('of the destination %s nothing is shown but %s', (text, shown) => {
    const all = faults({ COSMOS_VIDEO_DESTINATION: text }).join('\n');
    expect(all).toStartWith(`COSMOS_VIDEO_DESTINATION is ${shown}: `);
    expect(all).not.toContain('SECRET');
  });

  test('a password is not shown, nor one that stands in the wrong place as part of an address', () => {
    expect(faults({ COSMOS_VIDEO_PASSWORD: 'SE\nCRET' })).toEqual([
      'COSMOS_VIDEO_PASSWORD: must be one line without control characters',
    ]);
    expect(faults({ COSMOS_VIDEO_HOST: 'redis://:SECRET@h:6379' }).join('')).not.toContain('SECRET');
  });

  test('a long value is cut', () => {
    expect(faults({ COSMOS_VIDEO_PORT: 'x'.repeat(10_000) }).join('').length).toBeLessThan(250);
  });

  test('a unix socket and TLS exclude each other', () => {
    expect(faults({ COSMOS_VIDEO_SOCKET: '/s', COSMOS_VIDEO_TLS: 'on' }, { '--port': 'x' })).toEqual([
      expect.stringContaining('--port'),
      'COSMOS_VIDEO_TLS is "on" while COSMOS_VIDEO_SOCKET is set: TLS is not for a unix socket; leave out one of them',
    ]);
  });
});

describe('warnings', () => {
  test('an unknown variable of ours is named, with a near one if there is one, without its value', () => {
    expect(warnings({ COSMOS_VIDEO_FRAMRATE: 'SECRET', COSMOS_VIDEO_COLOUR: 'SECRET', OTHER: 'x' })).toEqual([
      'COSMOS_VIDEO_COLOUR is not a setting and is ignored',
      'COSMOS_VIDEO_FRAMRATE is not a setting and is ignored; did you mean COSMOS_VIDEO_FRAMERATE?',
    ]);
    expect(warnings({ COSMOS_VIDEO_COLOUR: ' ', COSMOS_VIDEO_FRAMERATE_SCALE: '' })).toEqual([]);
  });

  test('the former name of a setting works, with a warning; the right one wins', () => {
    const former = { COSMOS_VIDEO_FRAMERATE_SCALE: 'skip' };
    expect(config(former).pacing.method).toBe('skip');
    expect(warnings(former)).toEqual([
      'COSMOS_VIDEO_FRAMERATE_SCALE is called COSMOS_VIDEO_FRAMERATE_SCALING now; it was taken as that',
    ]);
    const both = { ...former, COSMOS_VIDEO_FRAMERATE_SCALING: 'scale' };
    expect(config(both).pacing.method).toBe('scale');
    expect(warnings(both)).toEqual([expect.stringMatching(/^COSMOS_VIDEO_FRAMERATE_SCALE is ignored/)]);
    expect(faults({ COSMOS_VIDEO_FRAMERATE_SCALE: 'x' })).toEqual([
      'COSMOS_VIDEO_FRAMERATE_SCALE is "x": must be scale or skip',
    ]);
  });

  test.each([
    [{ COSMOS_VIDEO_TLS_CA: '/ca.pem' }, 'COSMOS_VIDEO_TLS_CA has no effect'],
    [
      { COSMOS_VIDEO_SOCKET: '/s', COSMOS_VIDEO_HOST: 'h' },
      'COSMOS_VIDEO_HOST has no effect: COSMOS_VIDEO_SOCKET is used',
    ],
  ])('%p: %s', (env, warning) => {
    expect(warnings(env)).toEqual([expect.stringContaining(warning)]);
  });
});

describe('for the command source', () => {
  test('there need be no destination, and what it does not read may be at fault', () => {
    const parsed = parseTestSourceConfig(
      { COSMOS_VIDEO_KEY: 'k', COSMOS_VIDEO_TUNE: 'x' },
      { '--framerate': '29.97' },
    );
    expect(parsed.warnings).toEqual([]);
    expect(parsed.config).toEqual({
      source: {
        redis: { host: 'video-redis', port: 6379, db: 0, tls: false },
        stream: 'imagestream',
        key: 'k',
      },
      format: { pixelFormat: 'gray16be', widthPx: 1920, heightPx: 1080 },
      pacing: { frameRate: { numerator: 2997n, denominator: 100n } },
      log: { level: 'info' },
    });
  });

  test('what it reads is checked', () => {
    expect(faultsOf(() => parseTestSourceConfig({ COSMOS_VIDEO_DB: 'x' }, { '--tls': 'yes' }))).toHaveLength(
      2,
    );
  });
});

test('any text for any setting gives a value or a fault, never another throw', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^(srt|udp|http|file):\/{0,3}[a-z:@/?&=%+0-9[\].#-]{0,30}$/),
    fc.stringMatching(/^[0-9]{0,6}[./xkM]?[0-9]{0,6}$/),
  );
  const variables = ALL_SETTINGS.map(({ variable }) => variable);
  const usualFlags = ALL_SETTINGS.flatMap(({ flags: [flag] }) => flag ?? []);
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...variables), anyText, { maxKeys: 10 }),
      fc.dictionary(fc.constantFrom(...usualFlags), anyText, { maxKeys: 5 }),
      (someVariables, someFlags) => {
        const all = faultsOf(() => parseConfig(someVariables, someFlags));
        expect(all.every((fault) => fault.includes('COSMOS_VIDEO_') && !fault.includes('\n'))).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test('any text for one setting alone gives a value or faults of that one', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ALL_SETTINGS), fc.string({ unit: 'binary' }), ({ variable }, text) => {
      for (const fault of faults({ [variable]: text })) expect(fault).toStartWith(variable);
    }),
    { numRuns: 2000 },
  );
});
