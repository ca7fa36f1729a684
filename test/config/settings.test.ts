import { expect, test } from 'bun:test';
import { takesValue } from '../../src/cli/command-flags.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { SETTING_GROUPS } from '../../src/config/setting.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';

test('names and flags are used once', () => {
  const variables = ALL_SETTINGS.flatMap(({ variable, formerVariables = [] }) => [
    variable,
    ...formerVariables,
  ]);
  const flags = [
    ...ALL_SETTINGS.flatMap((setting) => setting.flags),
    ...COMMANDS.flatMap(({ flags: own }) => own.map(({ flag }) => flag)),
  ];
  expect(new Set(variables).size).toBe(variables.length);
  expect(new Set(flags).size).toBe(flags.length);
});

test('every default is good', () => {
  const flags = COMMANDS.flatMap(({ flags: own }) => own.filter(takesValue));
  for (const { schema, defaultText } of [...ALL_SETTINGS, ...flags]) {
    if (defaultText !== undefined) expect(faultsOfText(schema, defaultText)).toEqual([]);
  }
});

test('every setting has a group and one line of help, and only secrets go without a flag', () => {
  for (const setting of ALL_SETTINGS) {
    expect(SETTING_GROUPS).toContain(setting.group);
    expect(setting.help).toMatch(/^[^\n]+[^.\n]$/);
    expect(setting.flags.length === 0).toBe(setting.isSecret === true);
  }
});

test('the names and defaults that are fixed', () => {
  const fixed = ALL_SETTINGS.map(
    ({ variable, flags, defaultText }) => `${variable} ${flags[0]} ${defaultText}`,
  );
  expect(fixed).toEqual(
    expect.arrayContaining([
      'COSMOS_VIDEO_HOST --host video-redis',
      'COSMOS_VIDEO_STREAM --stream imagestream',
      'COSMOS_VIDEO_KEY --key pixels',
      'COSMOS_VIDEO_FORMAT --format gray16be',
      'COSMOS_VIDEO_RESOLUTION --resolution 1920x1080',
      'COSMOS_VIDEO_FRAMERATE --framerate 24',
      'COSMOS_VIDEO_FRAMERATE_SCALING --vfr_scaling_method scale',
      'COSMOS_VIDEO_LEVELS --levels full',
      'COSMOS_VIDEO_LEVELS_DAMPING --levels-damping 1',
      'COSMOS_VIDEO_LEVELS_SPAN --levels-span 1%',
      'COSMOS_VIDEO_GAMMA --gamma 1',
      'COSMOS_VIDEO_PALETTE --palette gray',
      'COSMOS_VIDEO_OVERLAY --overlay standstill',
      'COSMOS_VIDEO_CODEC_PRESET --codec_preset medium',
      'COSMOS_VIDEO_DESTINATION --destination undefined',
      'COSMOS_VIDEO_IDLE --idle close',
      'COSMOS_VIDEO_IDLE_TIMEOUT --idle-timeout 5',
      'COSMOS_VIDEO_AUDIO --audio none',
      'COSMOS_VIDEO_SERVICE_NAME --service-name undefined',
      'COSMOS_VIDEO_RECORD --record undefined',
      'COSMOS_VIDEO_RECORD_WHEN --record-when always',
      'COSMOS_VIDEO_RECORD_SEGMENT --record-segment 60',
      'COSMOS_VIDEO_RECORD_QUOTA --record-quota undefined',
    ]),
  );
});
