import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Folder } from '../support/folder.ts';
import { SettingsFile } from './settings-file.ts';

const DESTINATIONS = {
  'first link': 'srt://127.0.0.1:1001',
  'second link': 'srt://127.0.0.1:1002',
  datagrams: 'udp://127.0.0.1:1003',
} as const;

/** A file of settings, and the value of one of them as it stands there. */
function stage(folder: Folder) {
  const places = { redisPort: 6_379, destinations: DESTINATIONS, recordings: '/recordings' };
  const file = new SettingsFile(folder.file('settings.env'), places);
  const value = (name: string) =>
    new RegExp(`^COSMOS_VIDEO_${name}="(.*)"$`, 'm').exec(readFileSync(file.path, 'utf8'))?.[1];
  return { file, value };
}

test('it has all outputs at the start, and the program is started with what is in it', () => {
  using folder = new Folder();
  const { file, value } = stage(folder);
  expect(value('DESTINATION')).toBe(Object.values(DESTINATIONS).join(' '));
  expect(file.variables).toMatchObject({
    COSMOS_VIDEO_RECORD: '/recordings',
    COSMOS_VIDEO_ENV_FILE: file.path,
  });
  expect(file.changedMs.size).toBe(0);
  expect(file.quotas.map(({ quotaBytes }) => quotaBytes)).toEqual([8_000_000]);
});

test('a change is in the file until the next one', () => {
  using folder = new Folder();
  const { file, value } = stage(folder);
  file.change({ kind: 'values', values: { QUALITY: '20' } });
  expect(value('QUALITY')).toBe('20');
  file.change();
  expect(value('QUALITY')).toBeUndefined();
  expect(file.changedMs.size).toBe(0);
});

test('an output that is taken out is noted, and so is one that comes back', () => {
  using folder = new Folder();
  const { file, value } = stage(folder);
  file.change({ kind: 'without', output: 'second link' });
  expect(value('DESTINATION')).toBe('srt://127.0.0.1:1001 udp://127.0.0.1:1003');
  expect([...file.changedMs.keys()]).toEqual([DESTINATIONS['second link']]);
  file.changedMs.clear();
  file.change();
  expect([...file.changedMs.keys()]).toEqual([DESTINATIONS['second link']]);
});

test('another quota is known, and that the recorder begins to count again', () => {
  using folder = new Folder();
  const { file } = stage(folder);
  file.change({ kind: 'values', values: { RECORD_QUOTA: '3M' } });
  expect(file.quotas.at(-1)?.quotaBytes).toBe(3_000_000);
  expect([...file.changedMs.keys()]).toEqual(['/recordings']);
});
