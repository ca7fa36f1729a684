import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { LevelsSettings } from '../../src/config/config.ts';
import { parseConfig, parseTestSourceConfig } from '../../src/config/parse-config.ts';
import { inSamples } from '../../src/config/sample-amount.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';
import { faultsOf } from './faults.ts';

const DESTINATION = { COSMOS_VIDEO_DESTINATION: 'srt://video.example:9000' };
const parsed = (env: Record<string, string>, flags: Record<string, string> = {}) =>
  parseConfig({ ...DESTINATION, ...env }, flags);
const faults = (env: Record<string, string>, flags: Record<string, string> = {}) =>
  faultsOf(() => parsed(env, flags));

const DEFAULTS: LevelsSettings = {
  window: { kind: 'full' },
  dampingMs: 1000,
  span: { value: 1, unit: 'percent' },
  gamma: 1,
  palette: 'gray',
  overlay: ['standstill'],
};

describe('values', () => {
  test('without any of them the defaults hold', () => {
    expect(parsed({}).config.levels).toEqual(DEFAULTS);
  });

  test('every default that is given is the same as none', () => {
    const given = ALL_SETTINGS.flatMap(({ variable, defaultText }) =>
      defaultText === undefined ? [] : [[variable, defaultText]],
    );
    expect(parsed(Object.fromEntries(given)).config).toEqual(parsed({}).config);
  });

  test('each reaches its place, by variable and by flag', () => {
    const levels: LevelsSettings = {
      window: { kind: 'auto', lowPercent: 1, highPercent: 99 },
      dampingMs: 2500,
      span: { value: 64, unit: 'samples' },
      gamma: 0.45,
      palette: 'inferno',
      overlay: ['time', 'age', 'standstill'],
    };
    const variables = {
      COSMOS_VIDEO_LEVELS: 'auto:1..99',
      COSMOS_VIDEO_LEVELS_DAMPING: '2.5',
      COSMOS_VIDEO_LEVELS_SPAN: '64',
      COSMOS_VIDEO_GAMMA: '0.45',
      COSMOS_VIDEO_PALETTE: 'inferno',
      COSMOS_VIDEO_OVERLAY: 'age,time',
    };
    const flags = {
      '--levels': 'auto:1..99',
      '--levels-damping': '2.5',
      '--levels-span': '64',
      '--gamma': '0.45',
      '--palette': 'inferno',
      '--overlay': 'age time',
    };
    expect(parsed(variables)).toMatchObject({ config: { levels }, warnings: [] });
    expect(parsed({}, flags)).toMatchObject({ config: { levels }, warnings: [] });
  });

  test('nothing in it can be changed', () => {
    const { levels } = parsed({ COSMOS_VIDEO_LEVELS: '2%..40%', COSMOS_VIDEO_OVERLAY: 'time' }).config;
    const { window, span, overlay } = levels;
    const bounds = window.kind === 'fixed' ? [window.low, window.high] : [];
    expect(bounds).toHaveLength(2);
    expect([levels, window, span, overlay, ...bounds].every((part) => Object.isFrozen(part))).toBe(true);
    expect(parsed({}).config.levels).toEqual(DEFAULTS);
  });
});

describe('faults', () => {
  test('each setting by itself', () => {
    expect(
      faults({
        COSMOS_VIDEO_LEVELS: '3800..512',
        COSMOS_VIDEO_LEVELS_DAMPING: '61',
        COSMOS_VIDEO_LEVELS_SPAN: '0%',
        COSMOS_VIDEO_GAMMA: '0.1',
        COSMOS_VIDEO_PALETTE: 'grey',
        COSMOS_VIDEO_OVERLAY: 'none,time',
      }),
    ).toEqual([
      'COSMOS_VIDEO_LEVELS is "3800..512": LOW must be below HIGH, e.g. 512..3800',
      'COSMOS_VIDEO_LEVELS_DAMPING is "61": must be seconds from 0 to 60, with at most three decimals',
      'COSMOS_VIDEO_LEVELS_SPAN is "0%": must be samples, a whole number from 1, or percent of the whole range, above 0 to 100%, e.g. 64 or 1%',
      'COSMOS_VIDEO_GAMMA is "0.1": must be a number from 0.2 to 5',
      'COSMOS_VIDEO_PALETTE is "grey": must be gray, inverted, iron, viridis or inferno',
      'COSMOS_VIDEO_OVERLAY is "none,time": must be none alone, or other words without it, e.g. time,name',
    ]);
  });

  test.each([
    ['gray16be', '512..70000', 'HIGH must be at most 65535, the largest sample of gray16be'],
    ['gray12le', '512..4096', 'HIGH must be at most 4095, the largest sample of gray12le'],
    ['gray', '256..257', 'LOW and HIGH must be at most 255, the largest sample of gray'],
    ['gray', '2%..2.1%', 'LOW and HIGH must be farther apart: both are sample 5 of gray'],
    ['gray16be', '0%..0.0001%', 'LOW and HIGH must be farther apart: both are sample 0 of gray16be'],
  ])('of %s with levels %s: %s', (format, levels, fault) => {
    expect(faults({ COSMOS_VIDEO_FORMAT: format, COSMOS_VIDEO_LEVELS: levels })).toEqual([
      `COSMOS_VIDEO_LEVELS is "${levels}": ${fault}`,
    ]);
  });

  test('a span that the format has no room for, whatever the levels, beside other faults', () => {
    expect(
      faults(
        { COSMOS_VIDEO_FORMAT: 'gray10be', COSMOS_VIDEO_LEVELS: '0..1024', COSMOS_VIDEO_PORT: 'x' },
        { '--levels-span': '1024' },
      ),
    ).toEqual([
      'COSMOS_VIDEO_PORT is "x": must be a whole number from 1 to 65535',
      'COSMOS_VIDEO_LEVELS is "0..1024": HIGH must be at most 1023, the largest sample of gray10be',
      '--levels-span (COSMOS_VIDEO_LEVELS_SPAN) is "1024": must be at most 1023, the largest sample of gray10be',
    ]);
  });

  test.each([
    ['gray', '254..255'],
    ['gray', '0%..100%'],
    ['gray', '2%..2.5%'],
    ['ya8', '0..255'],
    ['gray16be', '65534..65535'],
    ['rgb24', '512..70000'],
    ['rgb24', '2%..2.0001%'],
  ])('of %s with levels %s: none', (format, levels) => {
    expect(faults({ COSMOS_VIDEO_FORMAT: format, COSMOS_VIDEO_LEVELS: levels })).toEqual([]);
  });

  test('what the format is at fault for is not asked twice', () => {
    expect(faults({ COSMOS_VIDEO_FORMAT: 'GRAY', COSMOS_VIDEO_LEVELS: '0..70000' })).toHaveLength(1);
    expect(faults({ COSMOS_VIDEO_LEVELS: 'x', COSMOS_VIDEO_LEVELS_SPAN: 'x' })).toHaveLength(2);
  });

  test('a window is taken exactly where the format has room for it', () => {
    const bound = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(fc.constantFrom(8, 9, 10, 12), bound, bound, (bits, low, high) => {
        const env = { COSMOS_VIDEO_FORMAT: `gray${bits}`, COSMOS_VIDEO_LEVELS: `${low}..${high}` };
        expect(faults(env).length === 0).toBe(low < high && high < 2 ** bits);
      }),
    );
  });

  test('they do not stop the command source', () => {
    const env = { COSMOS_VIDEO_LEVELS: '0..70000', COSMOS_VIDEO_GAMMA: '9', COSMOS_VIDEO_PALETTE: 'iron' };
    expect(parseTestSourceConfig(env, {}).warnings).toEqual([]);
  });
});

describe('warnings', () => {
  const ALL = {
    COSMOS_VIDEO_LEVELS: 'auto',
    COSMOS_VIDEO_LEVELS_DAMPING: '1',
    COSMOS_VIDEO_LEVELS_SPAN: '1%',
    COSMOS_VIDEO_GAMMA: '2',
    COSMOS_VIDEO_PALETTE: 'iron',
  };

  test.each([
    ['rgb24', 'rgb24 has colours of its own, which ffmpeg converts'],
    ['yuv420p', 'yuv420p has colours of its own, which ffmpeg converts'],
    ['grayf32le', 'grayf32le has samples that ffmpeg converts'],
    ['monob', 'monob has samples that ffmpeg converts'],
  ])('with %s each of them that is given has no effect', (format, reason) => {
    expect(parsed({ COSMOS_VIDEO_FORMAT: format, ...ALL }).warnings).toEqual(
      Object.keys(ALL).map((variable) => `${variable} has no effect: ${reason}`),
    );
  });

  test('a flag is named with its variable', () => {
    expect(parsed({}, { '--format': 'rgb24', '--palette': 'iron' }).warnings).toEqual([
      '--palette (COSMOS_VIDEO_PALETTE) has no effect: rgb24 has colours of its own, which ffmpeg converts',
    ]);
  });

  test('colours go with what changes nothing', () => {
    const env = { COSMOS_VIDEO_LEVELS: 'full', COSMOS_VIDEO_GAMMA: '1.0', COSMOS_VIDEO_PALETTE: 'gray' };
    expect(parsed({ ...env, COSMOS_VIDEO_FORMAT: 'rgb24' }).warnings).toEqual([]);
  });

  test.each([[{}], [{ COSMOS_VIDEO_LEVELS: 'full' }], [{ COSMOS_VIDEO_LEVELS: '512..3800' }]])(
    'damping and span have no effect with %j',
    (env) => {
      const given = { ...env, COSMOS_VIDEO_LEVELS_DAMPING: '2' };
      expect(parsed(given, { '--levels-span': '64' }).warnings).toEqual([
        'COSMOS_VIDEO_LEVELS_DAMPING has no effect: COSMOS_VIDEO_LEVELS is neither auto nor equalise',
        '--levels-span (COSMOS_VIDEO_LEVELS_SPAN) has no effect: COSMOS_VIDEO_LEVELS is neither auto nor equalise',
      ]);
    },
  );

  test.each(['auto', 'auto:1..99', 'equalise', 'equalize'])('all of them go with %s', (levels) => {
    expect(parsed({ ...ALL, COSMOS_VIDEO_LEVELS: levels }).warnings).toEqual([]);
  });
});

test.each([
  [{ value: 64, unit: 'samples' }, 255, 64],
  [{ value: 0, unit: 'percent' }, 65_535, 0],
  [{ value: 100, unit: 'percent' }, 65_535, 65_535],
  [{ value: 1, unit: 'percent' }, 65_535, 655],
  [{ value: 50, unit: 'percent' }, 255, 128],
] as const)('%j of samples up to %d is %d', (amount, largest, samples) => {
  expect(inSamples(amount, largest)).toBe(samples);
});
