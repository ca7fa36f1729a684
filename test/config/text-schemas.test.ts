import { describe, expect, test } from 'bun:test';
import { parse } from 'valibot';
import type { TextSchema } from '../../src/config/setting.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';
import * as schemas from '../../src/config/text-schemas.ts';

const cases: Record<string, { schema: TextSchema<unknown>; good: [string, unknown][]; bad: string[] }> = {
  line: {
    schema: schemas.lineSchema,
    good: [
      ['a b', 'a b'],
      ['é…', 'é…'],
    ],
    bad: ['', 'a\nb', 'a\rb', 'a\0b', 'a\u001bb', 'a\u007fb', 'a\u0085b'],
  },
  host: {
    schema: schemas.hostSchema,
    good: [
      ['video-redis', 'video-redis'],
      ['cosmos_redis_1', 'cosmos_redis_1'],
      ['a.example.', 'a.example.'],
      ['10.0.0.1', '10.0.0.1'],
      ['::1', '::1'],
      ['[fe80::1%eth0]', 'fe80::1%eth0'],
    ],
    bad: [
      '300.1.1.1',
      '1.2.3',
      '[10.0.0.1]',
      '[::1',
      'a b',
      'a/b',
      'a:6379',
      'redis://a',
      '-a',
      'a..b',
      'a'.repeat(64),
    ],
  },
  'pixel format': {
    schema: schemas.pixelFormatSchema,
    good: [['gray16be', 'gray16be']],
    bad: ['GRAY16', 'gray,scale=1', 'gray 16'],
  },
  switch: {
    schema: schemas.switchSchema,
    good: [
      ['off', false],
      ['on', true],
    ],
    bad: ['ON', 'true', '1'],
  },
  resolution: {
    schema: schemas.resolutionSchema,
    good: [
      ['1920x1080', { widthPx: 1920, heightPx: 1080 }],
      ['17X16384', { widthPx: 17, heightPx: 16_384 }],
      ['640×480', { widthPx: 640, heightPx: 480 }],
    ],
    bad: ['15x16', '16x16385', '1920', '1920x', '1920 x 1080', '-16x16', '16x16x16', '1e2x16', '0x10x16'],
  },
  'bit rate': {
    schema: schemas.bitRateSchema,
    good: [
      ['800k', 800_000],
      ['4M', 4_000_000],
      ['2.5M', 2_500_000],
      ['1G', 1e9],
      ['10000', 10_000],
      ['10K', 10_000],
      ['64.1k', 64_100],
    ],
    bad: ['9999', '1.1G', '4m', '4MB', 'M', '0', '1e6', '.5M', '5.M', '-4M', '4 M'],
  },
  size: {
    schema: schemas.sizeSchema,
    good: [
      ['1M', 1_000_000],
      ['1000k', 1_000_000],
      ['1000K', 1_000_000],
      ['1000000', 1_000_000],
      ['500M', 500_000_000],
      ['20G', 20_000_000_000],
      ['1.5T', 1_500_000_000_000],
    ],
    bad: ['999999', '0.9M', '0', '10m', '10MB', '10GiB', '1 G', '-1G', 'G', '1e9', '9'.repeat(20), '9008T'],
  },
  folder: {
    schema: schemas.folderSchema,
    good: [
      ['recordings', 'recordings'],
      ['/mnt/my disk', '/mnt/my disk'],
      ['./a:b', './a:b'],
    ],
    bad: ['srt://h:1', 'file:/mnt', 'FILE:///mnt', 'a\nb'],
  },
  'service name': {
    schema: schemas.serviceNameSchema,
    good: [
      ['Nose camera', 'Nose camera'],
      ['é'.repeat(64), 'é'.repeat(64)],
      ['😀'.repeat(50), '😀'.repeat(50)],
    ],
    bad: ['x'.repeat(65), '😀'.repeat(51), 'a\nb'],
  },
  'whole number': {
    schema: schemas.wholeNumber(1, 65_535),
    good: [
      ['1', 1],
      ['65535', 65_535],
      ['0080', 80],
    ],
    bad: ['0', '65536', '1.0', '0x50', '1e3', '+1', '-1', 'NaN', '1_000', '9'.repeat(400)],
  },
  'decimal number': {
    schema: schemas.decimalNumber(0.1, 51),
    good: [
      ['0.1', 0.1],
      ['23', 23],
      ['22.50', 22.5],
    ],
    bad: ['0.09', '51.01', '1e1', '.5', '5.', '+5', 'Infinity', '1,5'],
  },
  seconds: {
    schema: schemas.secondsAsMs(0, 3600),
    good: [
      ['0', 0],
      ['0.001', 1],
      ['1.10', 1100],
      ['2.5000', 2500],
      ['3600', 3_600_000],
      ['0.3', 300],
    ],
    bad: ['0.0001', '3600.001', '-1', '1e1', '2s'],
  },
};

describe.each(Object.entries(cases))('%s', (_, { schema, good, bad }) => {
  test.each(good)('%p is %p', (text, value) => {
    expect(parse(schema, text)).toEqual(value);
  });
  test.each(bad.map((text) => [text]))('%p is refused in one sentence', (text) => {
    expect(faultsOfText(schema, text)).toEqual([expect.stringMatching(/^must be /)]);
  });
});

test('a choice names what can be chosen', () => {
  expect(faultsOfText(schemas.oneOf(['a', 'b', 'c']), 'd')).toEqual(['must be a, b or c']);
});
