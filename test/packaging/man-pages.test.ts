import { expect, test } from 'bun:test';
import { commandsPage, guidePage, settingsPage } from '../../packaging/man-pages.ts';
import { takesValue } from '../../src/cli/command-flags.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT_STATUSES } from '../../src/cli/exit-status.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';

/** What markdown shows of the text. */
const shown = (markdown: string) => markdown.replaceAll(/\*+(?<!\\)/g, '').replaceAll(/\\(.)/g, '$1');

test('the page of the commands has every command, its flags, and every exit status', () => {
  const page = shown(commandsPage().markdown);
  for (const { name, summary, flags } of COMMANDS) {
    expect(page).toContain(`\n${name}\n: ${summary}\n`);
    for (const flag of flags) {
      const value = takesValue(flag) ? ` ${flag.placeholder}` : '';
      expect(page).toContain(`\n${flag.flag}${value}\n: ${flag.help}`);
    }
  }
  for (const [status, meaning] of EXIT_STATUSES) expect(page).toContain(`\n${status}\n: ${meaning}\n`);
});

test('the page of the settings has every setting with its flags, meaning and default', () => {
  const page = shown(settingsPage().markdown);
  for (const { variable, flags, help, defaultText } of ALL_SETTINGS) {
    const [, item = ''] = new RegExp(`\\n(${variable}(?:,.*)?\\n: .*)\\n`).exec(page) ?? [];
    for (const flag of flags) expect(item).toContain(flag);
    expect(item).toContain(`\n: ${help} (`);
    if (defaultText !== undefined) expect(item).toEndWith(` (default: ${defaultText})`);
  }
});

test('every page begins with its name and a dash, which whatis looks for', () => {
  for (const { name, markdown } of [commandsPage(), settingsPage(), guidePage({})]) {
    expect(markdown).toStartWith(`# NAME\n\n${name} - `);
  }
});

const LOG = `# What the log says

See [faults](faults.md#redis), [the rest](#rest), [trouble](trouble.md), [us](../CONTRIBUTING.md) and [x](https://x.example/a).

<!-- settings
-->
## Messages

- \`one\` or
  \`two\`:
  It means this
  and that.
- \`three\`:
  Nothing.

- plain: no message

\`\`\`sh
# no title
- \`no\`:
  message
\`\`\`
`;

const guide = guidePage({ 'log.md': LOG, 'trouble.md': '# Trouble\n\nNone.\n' }).markdown;

test('each document of the guide is a section', () => {
  expect(guide.match(/^# .+$/gm)).toEqual([
    '# NAME',
    '# WHAT THE LOG SAYS',
    '# no title',
    '# TROUBLE',
    '# SEE ALSO',
  ]);
  expect(guide).toContain('\n## Messages\n');
  expect(guide).not.toContain('<!--');
});

test('what a message means stands under it; other lists and code stay as they are', () => {
  expect(guide).toContain('\n`one` or `two`\n: It means this and that.\n');
  expect(guide).toContain('\n`three`\n: Nothing.\n');
  expect(guide).toContain('\n- plain: no message\n');
  expect(guide).toContain('```sh\n# no title\n- `no`:\n  message\n```');
});

test('a link to another document names it, one within the page does not', () => {
  expect(guide).toContain('See [faults](faults.md) (docs/faults.md), [the rest](), [trouble](trouble.md), ');
  expect(guide).toContain('[us](../CONTRIBUTING.md) (CONTRIBUTING.md) and [x](https://x.example/a).');
});
