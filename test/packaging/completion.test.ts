import { expect, test } from 'bun:test';
import { bashCompletionText } from '../../packaging/completion.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';

/** What bash would offer for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${bashCompletionText()}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cosmos_video_builder; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const bash = Bun.spawnSync(['bash', '-c', script, '-', 'cosmos-video-builder', ...words]);
  expect(bash.stderr.toString()).toBe('');
  return bash.stdout.toString().trimEnd().split('\n');
}

test('commands and flags, until a command is given', () => {
  expect(offered('')).toEqual(expect.arrayContaining(['run', 'check', 'source', '--help', '--destination']));
  expect(offered('run', '')).not.toContain('check');
});

test('every flag of a setting', () => {
  const flags = ALL_SETTINGS.flatMap((setting) => setting.flags);
  expect(offered('--')).toEqual(expect.arrayContaining([...flags]));
});

test('flags of source after source alone', () => {
  expect(offered('source', '--ji')).toEqual(['--jitter']);
  expect(offered('run', '--ji')).toEqual(['']);
});

test('what follows a flag of check, which takes no value', () => {
  expect(offered('check', '--conn')).toEqual(['--connect']);
  expect(offered('source', '--conn')).toEqual(['']);
  expect(offered('check', '--connect', '--destin')).toEqual(['--destination']);
});

test('folders, and files where they may be a value', () => {
  expect(offered('--record', 'src/conf')).toEqual(['src/config']);
  expect(offered('--record', 'package.js')).toEqual(['']);
  expect(offered('--destination', 'package.js')).toEqual(['package.json']);
});

test('values where there are few', () => {
  expect(offered('--codec-preset', 'very')).toEqual(['veryfast', 'veryslow']);
  expect(offered('--tls', '')).toEqual(['off', 'on']);
  expect(offered('--levels', '')).toEqual(['full', 'auto', 'equalise']);
  expect(offered('--palette', 'i')).toEqual(['inverted', 'iron', 'inferno']);
  expect(offered('--overlay', '')).toEqual(['none', 'time', 'name', 'age', 'standstill']);
  expect(offered('--idle', '')).toEqual(['close', 'hold']);
  expect(offered('--audio', '')).toEqual(['none', 'silent']);
  expect(offered('--record-when', '')).toEqual(['always', 'outage']);
  expect(offered('--stream', '')).toEqual(['']);
});
