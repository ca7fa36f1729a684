import { posix } from 'node:path';
import { COMMANDS } from '../src/cli/commands.ts';
import { flagInWords, type CommandFlag } from '../src/cli/command-flags.ts';
import { EXIT_STATUSES } from '../src/cli/exit-status.ts';
import { SETTING_GROUPS, type Setting, type SettingGroup } from '../src/config/setting.ts';
import { ALL_SETTINGS } from '../src/config/settings.ts';

/** One manual page, in the markdown that `roffFrom` takes: headings of the first level are its sections. */
export interface ManPage {
  readonly name: string;
  /** Its section of the manual. */
  readonly section: 1 | 5 | 7;
  /** What man(1) writes into the middle of the first line. */
  readonly volume: string;
  readonly markdown: string;
}

const FILES: Readonly<Record<string, string>> = {
  '/etc/cosmos-video.env': 'settings of the service, and of all instances of cosmos-video-builder@.service',
  '/etc/cosmos-video/NAME.env': 'what the instance cosmos-video-builder@NAME.service has otherwise',
  '/etc/cosmos-video/redis.conf': 'the frame buffer, cosmos-video-redis.service',
  '/run/cosmos-video-redis/redis.sock': 'where the service reaches the frame buffer',
  '/run/cosmos-video-redis/builder-password':
    "the password of the service's own user there, which it finds by itself; another at each start",
  '/var/lib/cosmos-video-builder':
    'where a destination that is the name of a file lies, and recordings in a folder without / before it',
  '/usr/share/doc/cosmos-video-builder': 'README.md, and what other pages call docs/NAME.md',
};

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['Follow the log of the service:', 'journalctl -fu cosmos-video-builder'],
  [
    'Say what is good and what is not, with the settings and the rights of the service:',
    'sudo systemd-run -qPG --wait --uid=cosmos-video -p EnvironmentFile=/etc/cosmos-video.env \\\n' +
      '  -p WorkingDirectory=/var/lib/cosmos-video-builder cosmos-video-builder check',
  ],
  [
    'Write a test picture into the frame buffer at a varying rate:',
    'cosmos-video-builder source --host localhost --port 6380 --rate 24 --jitter 0.4',
  ],
];

/** cosmos-video-builder(1): commands, exit status, files, examples. */
export function commandsPage(): ManPage {
  const markdown = [
    heading('NAME'),
    'cosmos-video-builder - turns raw frames from a Redis stream into an H.264 video at a constant rate',
    heading('SYNOPSIS'),
    `**cosmos-video-builder** ${escaped(`[${COMMANDS.map(({ name }) => name).join(' | ')}] [FLAG VALUE]...`)}`,
    '**cosmos-video-builder** --help | --version',
    heading('DESCRIPTION'),
    'Each setting is an environment variable and a flag; the flag wins. An empty variable counts as not set. ' +
      '**cosmos-video.env**(5) has all of them.',
    heading('COMMANDS'),
    ...COMMANDS.map(({ name, summary }) => item(bold(name), summary)),
    ...COMMANDS.filter(({ flags }) => flags.length > 0).flatMap(({ name, flags }) => [
      heading(`FLAGS OF THE COMMAND ${name.toUpperCase()}`),
      ...flags.map(flagItem),
    ]),
    heading('EXIT STATUS'),
    ...EXIT_STATUSES.map(([status, meaning]) => item(bold(`${status}`), meaning)),
    'After 78 systemd does not start the service again.',
    heading('FILES'),
    ...Object.entries(FILES).map(([path, text]) => item(italic(path), text)),
    heading('EXAMPLES'),
    ...EXAMPLES.flatMap(([text, command]) => [text, `\`\`\`\n${command}\n\`\`\``]),
    heading('SEE ALSO'),
    '**cosmos-video-builder**(7), **cosmos-video.env**(5), **ffmpeg**(1), **redis-server**(1), **systemctl**(1), ' +
      '**journalctl**(1)',
  ];
  return { name: 'cosmos-video-builder', section: 1, volume: 'User Commands', markdown: joined(markdown) };
}

/** cosmos-video.env(5): every setting. */
export function settingsPage(): ManPage {
  const markdown = [
    heading('NAME'),
    'cosmos-video.env - settings of cosmos-video-builder',
    heading('DESCRIPTION'),
    `${italic('/etc/cosmos-video.env')} has one NAME=value a line, as the EnvironmentFile= of **systemd.exec**(5). ` +
      'A line that begins with # has no effect. A value with a space, a quote or a backslash is put in single quotes. ' +
      'An empty value counts as not set.',
    `The service cosmos-video-builder@NAME.service reads it too, and then ${italic('/etc/cosmos-video/NAME.env')}, ` +
      'of which a line wins over one of the same name before it.',
    'After a change: `systemctl reload cosmos-video-builder`. Where the new settings are not good, the journal says ' +
      'why, and those from before stay in force.',
    ...SETTING_GROUPS.flatMap((group) => [heading(group.toUpperCase()), ...groupItems(group)]),
    heading('SEE ALSO'),
    '**cosmos-video-builder**(7), **cosmos-video-builder**(1), **systemd.exec**(5)',
  ];
  return { name: 'cosmos-video.env', section: 5, volume: 'File Formats', markdown: joined(markdown) };
}

/**
 * cosmos-video-builder(7), out of pages of `docs/`, in this order: one section a page. `documents` has their text by their
 * names in that folder.
 */
export function guidePage(documents: Readonly<Record<string, string>>): ManPage {
  const names = Object.keys(documents);
  const markdown = [
    heading('NAME'),
    'cosmos-video-builder - running it day by day, what its log says, and what to do about a fault',
    ...Object.values(documents).map((text) => sectionFrom(text, names)),
    heading('SEE ALSO'),
    '**cosmos-video-builder**(1), **cosmos-video.env**(5)',
    `What is called docs/NAME.md here lies in ${italic('/usr/share/doc/cosmos-video-builder')}.`,
  ];
  return { name: 'cosmos-video-builder', section: 7, volume: 'Miscellaneous', markdown: joined(markdown) };
}

/** A page of `docs/` as a section: its title in capitals, no comments, messages as headings of what they mean. */
function sectionFrom(document: string, namesInPage: readonly string[]): string {
  return document
    .trim()
    .split(/^(```[^]*?^```)$/m)
    .map((part) => (part.startsWith('```') ? part : prose(part, namesInPage)))
    .join('');
}

function prose(text: string, namesInPage: readonly string[]): string {
  return text
    .replaceAll(/<!--[^]*?-->\n?/g, '')
    .replaceAll(/^# (.+)$/gm, (_, title: string) => heading(title.toUpperCase()))
    .replaceAll(/\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)/g, (_, target: string) => {
      const isElsewhere = target !== '' && !namesInPage.includes(target);
      return `](${target})${isElsewhere ? ` (${posix.join('docs', target)})` : ''}`;
    })
    .replaceAll(
      /^- (.+(?:\n {2}.+)*?):\n((?: {2}.+(?:\n|$))+)/gm,
      (_, head: string, meaning: string) => `\n${oneLine(head)}\n: ${oneLine(meaning)}\n`,
    );
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

function groupItems(group: SettingGroup): string[] {
  return ALL_SETTINGS.filter((setting) => setting.group === group).map(settingItem);
}

function settingItem({ variable, flags, placeholder, defaultText, help }: Setting): string {
  const names = [
    bold(variable),
    ...flags.map((flag, index) => (index === 0 ? `${bold(flag)} ${italic(placeholder)}` : bold(flag))),
  ];
  const last = defaultText === undefined ? 'not set by default' : `default: ${defaultText}`;
  return item(names.join(', '), `${help} (${last})`);
}

function flagItem(flag: CommandFlag): string {
  const { name, meaning } = flagInWords(flag);
  const [spelling = '', placeholder] = name.split(' ');
  return item(bold(spelling) + (placeholder === undefined ? '' : ` ${italic(placeholder)}`), meaning);
}

function joined(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function heading(text: string): string {
  return `# ${text}`;
}

/** A term, which is in markdown already, and what it means. */
function item(term: string, meaning: string): string {
  return `${term}\n: ${escaped(meaning)}`;
}

function bold(text: string): string {
  return `**${escaped(text)}**`;
}

function italic(text: string): string {
  return `*${escaped(text)}*`;
}

/** The text as markdown shows it unchanged. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]&|]/g, String.raw`\$&`);
}
