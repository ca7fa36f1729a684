import { expect, test } from 'bun:test';
import { COMMANDS } from '../../src/cli/commands.ts';
import { helpText, settingsTableMarkdown } from '../../src/cli/help.ts';
import { SETTING_GROUPS } from '../../src/config/setting.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';

const help = helpText('1.2.3');
const lines = help.split('\n');

test('no line is wider than 100 columns or ends in a space', () => {
  for (const line of lines) expect(line).toMatch(/^(?:.{0,99}\S)?$/u);
});

test('every setting is there with its flags, its default and its meaning', () => {
  const words = help.replaceAll(/\s+/g, ' ');
  for (const { variable, flags, defaultText, help: meaning } of ALL_SETTINGS) {
    expect(lines.some((line) => line.startsWith(`  ${variable} `) && line.endsWith(defaultText ?? ''))).toBe(
      true,
    );
    for (const flag of flags) expect(words).toContain(flag);
    expect(words).toContain(meaning);
  }
});

test('groups, commands, flags of commands, examples and exit statuses are there', () => {
  expect(lines).toEqual(expect.arrayContaining([...SETTING_GROUPS, 'Commands', 'Examples', 'Exit status']));
  for (const { flag } of COMMANDS.flatMap(({ flags }) => flags)) expect(help).toContain(`  ${flag} `);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}--connect {2}opens each destination too/));
  for (const command of ['run', 'check', 'source']) expect(help).toContain(`\n  ${command} `);
  for (const status of [' 0  ', ' 1  ', '78  '])
    expect(lines.some((line) => line.startsWith(`  ${status}`))).toBe(true);
  expect(help).toStartWith('cosmos-video-builder 1.2.3');
});

test('the table has a row of four cells for every setting', () => {
  const rows = settingsTableMarkdown().trimEnd().split('\n');
  expect(rows).toHaveLength(ALL_SETTINGS.length + 2);
  for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
  expect(rows).toContainEqual(
    expect.stringMatching(/^\| `COSMOS_VIDEO_PORT` \| `--port` \| `6379` \| port of Redis/),
  );
  expect(rows).toContainEqual(
    expect.stringMatching(
      /^\| `COSMOS_VIDEO_DESTINATION` \| .* \| none \| .*; needed unless COSMOS_VIDEO_RECORD is set \|$/,
    ),
  );
});
