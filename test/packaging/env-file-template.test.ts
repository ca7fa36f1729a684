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

test('what COSMOS wants, and where recordings lie, is said where it is set, and the defaults stay in force', () => {
  expect(commentOf('#COSMOS_VIDEO_IDLE=close')).toContain('COSMOS wants hold: ');
  expect(commentOf('#COSMOS_VIDEO_IDLE=close')).toContain('a second transcoder beside the first');
  expect(commentOf('#COSMOS_VIDEO_AUDIO=none')).toContain('COSMOS wants silent: ');
  expect(commentOf('#COSMOS_VIDEO_AUDIO=none')).toContain('two channels, refuses a stream without sound');
  expect(commentOf('#COSMOS_VIDEO_RECORD=FOLDER')).toContain('/var/lib/cosmos-video-builder');
  expect(commentOf('#COSMOS_VIDEO_RECORD=FOLDER')).toContain('The service may write below /srv,');
  expect(commentOf('#COSMOS_VIDEO_RECORD=FOLDER')).toContain('docs/appliance.md');
});

test('with a destination, or a folder for recordings, the settings are good and give no warning', () => {
  const variables: Record<string, string> = {};
  for (const line of lines.filter((one) => /^[A-Z]/.test(one))) {
    const [name = '', value = ''] = line.split('=', 2);
    variables[name] = value;
  }
  for (const goal of [
    { COSMOS_VIDEO_DESTINATION: 'srt://video.example:9000' },
    { COSMOS_VIDEO_RECORD: 'recordings' },
  ]) {
    const { config, warnings } = parseConfig({ ...variables, ...goal }, {});
    expect(warnings).toEqual([]);
    expect(config.source.redis.socket).toBe('/run/cosmos-video-redis/redis.sock');
  }
});

test('no line is wider than 110 columns', () => {
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
});

/** What stands above this line, as one line; settings have an empty line between them. */
function commentOf(line: string): string {
  const block = text.split('\n\n').find((one) => one.endsWith(`\n${line}`)) ?? '';
  return block.slice('# '.length).replaceAll('\n# ', ' ');
}
