import { expect, test } from 'bun:test';
import { envFileTemplate } from '../../packaging/env-file-template.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';

const text = envFileTemplate();
const lines = text.split('\n');

test('every setting has exactly one line, with its default where it has one', () => {
  for (const { variable, defaultText } of ALL_SETTINGS) {
    const own = lines.filter((line) => line.replace(/^#/, '').startsWith(`${variable}=`));
    expect(own).toHaveLength(1);
    if (defaultText !== undefined) expect(own).toEqual([`#${variable}=${defaultText}`]);
  }
});

test('the meaning of every setting is there', () => {
  const words = text.replaceAll(/\n# /g, ' ');
  for (const { help } of ALL_SETTINGS) expect(words).toContain(help);
});

test('in force are the frame buffer of the package and no destination', () => {
  const inForce = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(inForce).toEqual([
    'COSMOS_VIDEO_DESTINATION=',
    'COSMOS_VIDEO_SOCKET=/run/cosmos-video-redis/redis.sock',
  ]);
});

test('with a destination the settings are good and give no warning', () => {
  const variables: Record<string, string> = {};
  for (const line of lines.filter((one) => /^[A-Z]/.test(one))) {
    const [name = '', value = ''] = line.split('=', 2);
    variables[name] = value;
  }
  const { config, warnings } = parseConfig(
    { ...variables, COSMOS_VIDEO_DESTINATION: 'srt://video.example:9000' },
    {},
  );
  expect(warnings).toEqual([]);
  expect(config.source.redis.socket).toBe('/run/cosmos-video-redis/redis.sock');
});

test('no line is wider than 110 columns', () => {
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
});
