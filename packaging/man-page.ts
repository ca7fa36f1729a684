import type { CommandFlag } from '../src/cli/command-flags.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { EXIT_STATUSES } from '../src/cli/exit-status.ts';
import { SETTING_GROUPS, type Setting, type SettingGroup } from '../src/config/setting.ts';
import { ALL_SETTINGS } from '../src/config/settings.ts';

const FILES: Readonly<Record<string, string>> = {
  '/etc/cosmos-video.env': 'settings of the service, and of all instances of cosmos-video-builder@.service',
  '/etc/cosmos-video/NAME.env': 'what the instance cosmos-video-builder@NAME.service has otherwise',
  '/etc/cosmos-video/redis.conf': 'the frame buffer, cosmos-video-redis.service',
  '/run/cosmos-video-redis/redis.sock': 'where the service reaches the frame buffer',
  '/run/cosmos-video-redis/builder-password':
    "the password of the service's own user there, which it finds by itself; another at each start",
  '/var/lib/cosmos-video-builder': 'where a destination that is the name of a file lies',
};

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['Follow the log of the service:', 'journalctl -fu cosmos-video-builder'],
  [
    'Say what is good and what is not, with the settings and the rights of the service:',
    'systemd-run -qPG --uid=cosmos-video -p EnvironmentFile=/etc/cosmos-video.env cosmos-video-builder check',
  ],
  [
    'Write a test picture into the frame buffer at a varying rate:',
    'cosmos-video-builder source --host localhost --port 6380 --rate 24 --jitter 0.4',
  ],
];

/** The manual page in roff (man(7)); `date` is that of the version, as YYYY-MM-DD. */
export function manPageText(version: string, date: string): string {
  return [
    `.TH COSMOS\\-VIDEO\\-BUILDER 1 ${quoted(date)} ${quoted(`cosmos-video-builder ${version}`)} "User Commands"`,
    '.SH NAME',
    roff(
      'cosmos-video-builder - turns raw frames from a Redis stream into an H.264 video at a constant rate',
    ),
    '.SH SYNOPSIS',
    synopsis(`[${COMMANDS.map(({ name }) => name).join(' | ')}] [FLAG VALUE]...`),
    '.br',
    synopsis('--help | --version'),
    '.SH DESCRIPTION',
    roff(
      'Each setting is an environment variable and a flag; the flag wins. An empty variable counts as not set.',
    ),
    '.SH COMMANDS',
    ...COMMANDS.flatMap(({ name, summary }) => item(bold(name), summary)),
    '.SH SETTINGS',
    ...SETTING_GROUPS.flatMap(groupLines),
    ...COMMANDS.filter(({ flags }) => flags.length > 0).flatMap(({ name, flags }) => [
      `.SH FLAGS OF THE COMMAND ${name.toUpperCase()}`,
      ...flags.flatMap(flagItem),
    ]),
    '.SH EXIT STATUS',
    ...EXIT_STATUSES.flatMap(([status, meaning]) => item(bold(`${status}`), meaning)),
    '.SH FILES',
    ...Object.entries(FILES).flatMap(([path, text]) => item(italic(path), text)),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([text, command]) => [
      '.PP',
      roff(text),
      '.PP',
      '.nf',
      `    ${roff(command)}`,
      '.fi',
    ]),
    '.SH SEE ALSO',
    '.BR ffmpeg (1),',
    '.BR redis\\-server (1),',
    '.BR systemctl (1),',
    '.BR journalctl (1)',
    '',
  ].join('\n');
}

function synopsis(rest: string): string {
  return `.B cosmos\\-video\\-builder\n${roff(rest)}`;
}

function groupLines(group: SettingGroup): string[] {
  const settings = ALL_SETTINGS.filter((setting) => setting.group === group);
  return [`.SS ${quoted(group)}`, ...settings.flatMap(settingItem)];
}

function settingItem({ variable, flags, placeholder, defaultText, isRequired, help }: Setting): string[] {
  const names = [
    bold(variable),
    ...flags.map((flag, index) => (index === 0 ? `${bold(flag)} ${italic(placeholder)}` : bold(flag))),
  ];
  const last = isRequired
    ? 'must be set'
    : defaultText === undefined
      ? 'not set by default'
      : `default: ${defaultText}`;
  return item(names.join(', '), `${help} (${last})`);
}

function flagItem({ flag, placeholder, defaultText, help }: CommandFlag): string[] {
  return item(
    `${bold(flag)} ${italic(placeholder)}`,
    defaultText === undefined ? help : `${help} (default: ${defaultText})`,
  );
}

/** A paragraph with a heading, which is in roff already. */
function item(heading: string, text: string): string[] {
  return ['.TP', heading, roff(text)];
}

function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}

/** The text as roff shows it unchanged: - stays one that can be copied, and no line begins a request. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return /^[.]/.test(escaped) ? `\\&${escaped}` : escaped;
}
