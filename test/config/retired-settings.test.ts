import { expect, test } from 'bun:test';
import { parseConfig, parseTestSourceConfig } from '../../src/config/parse-config.ts';
import { refusalOf } from './faults.ts';

const DESTINATION = { COSMOS_VIDEO_DESTINATION: 'srt://video.example:9000' };

test.each([
  [{ COSMOS_VIDEO_READER: 'SECRET' }, {}, 'COSMOS_VIDEO_READER'],
  [{}, { '--reader': 'SECRET' }, '--reader (COSMOS_VIDEO_READER)'],
  [{ COSMOS_VIDEO_READER: 'auto' }, { '--reader': 'x' }, '--reader (COSMOS_VIDEO_READER)'],
])('%j and %j change nothing, with one warning', (variables, flags, label) => {
  const parsed = parseConfig({ ...DESTINATION, ...variables }, flags);
  expect(parsed.warnings).toEqual([`${label} has no effect any more: frames are read in one way`]);
  expect(parsed.config).toEqual(parseConfig(DESTINATION, {}).config);
  expect(parseTestSourceConfig(variables, flags).warnings).toEqual(parsed.warnings);
});

test('with TLS, too', () => {
  const tls = { ...DESTINATION, COSMOS_VIDEO_READER: 'direct', COSMOS_VIDEO_TLS: 'on' };
  expect(parseConfig(tls, {}).config.source.redis.tls).toBe(true);
});

test('an empty variable is none', () => {
  expect(parseConfig({ ...DESTINATION, COSMOS_VIDEO_READER: ' ' }, {}).warnings).toEqual([]);
});

test('the warning stands beside faults and other warnings', () => {
  const refusal = refusalOf(() =>
    parseConfig(
      { COSMOS_VIDEO_READER: 'auto', COSMOS_VIDEO_COLOUR: 'x', COSMOS_VIDEO_PORT: 'x' },
      DESTINATION,
    ),
  );
  expect(refusal?.warnings).toEqual([
    'COSMOS_VIDEO_COLOUR is not a setting and is ignored',
    'COSMOS_VIDEO_READER has no effect any more: frames are read in one way',
  ]);
});
