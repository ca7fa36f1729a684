import { wrappedLines } from '../src/cli/wrapped-lines.ts';
import { SETTING_GROUPS, type Setting, type SettingGroup } from '../src/config/setting.ts';
import { ALL_SETTINGS } from '../src/config/settings.ts';

const MAX_COLUMNS = 100;

/** What the installed file says of a setting beside its meaning. */
interface ShippedLine {
  /** The value that is in force as installed, an empty one counts as not set; absent = the default stays in force. */
  readonly value?: string;
  /** Why one would have this value, or another one than the default; a line each. */
  readonly reasons: readonly string[];
}

/** Settings that an appliance has otherwise than the program alone, or that need a word on what to set. */
const SHIPPED: ReadonlyMap<string, ShippedLine> = new Map([
  [
    'COSMOS_VIDEO_DESTINATION',
    {
      value: '',
      reasons: [
        'This one line must be set, or else COSMOS_VIDEO_RECORD. A file is best given by its name alone,',
        'e.g. camera.ts: it then lies in /var/lib/cosmos-video-builder (that of an instance in a folder of its',
        'name there). The service may write there and below /srv.',
      ],
    },
  ],
  [
    'COSMOS_VIDEO_AUDIO',
    {
      reasons: [
        'COSMOS wants silent: its transcoder, with its default of two channels, refuses a stream without',
        'sound.',
      ],
    },
  ],
  [
    'COSMOS_VIDEO_IDLE',
    {
      reasons: [
        "COSMOS wants hold: every end of the publisher's connection makes it start a second transcoder",
        'beside the first, whose viewers can be shown old segments.',
      ],
    },
  ],
  [
    'COSMOS_VIDEO_RECORD',
    {
      reasons: [
        'A name without / before it, e.g. recordings, is a folder in /var/lib/cosmos-video-builder, which',
        'the program makes. Another one must exist and belong to cosmos-video. The service may write below',
        '/srv, e.g. in /srv/cosmos-video; to any other place, e.g. /mnt/disk, it must be let write: see',
        '"Record" in docs/appliance.md, which is in /usr/share/doc/cosmos-video-builder.',
      ],
    },
  ],
  [
    'COSMOS_VIDEO_SOCKET',
    {
      value: '/run/cosmos-video-redis/redis.sock',
      reasons: [
        'This is the frame buffer that comes with the package, cosmos-video-redis.service. The program that',
        'writes the frames reaches it at 127.0.0.1, port 6380 (see /etc/cosmos-video/redis.conf).',
        'The service has a user of its own there: it needs no COSMOS_VIDEO_USERNAME and _PASSWORD.',
        'For another Redis put a # before the next line and set COSMOS_VIDEO_HOST; the frame buffer is then',
        'no longer started.',
      ],
    },
  ],
]);

const HEAD = `# Settings of cosmos-video-builder: read by cosmos-video-builder.service and, before their own file
# /etc/cosmos-video/NAME.env, by all instances cosmos-video-builder@NAME.service.
#
# One NAME=value a line. A line that begins with # has no effect: it shows the default; remove the #
# and change the value. A value with a space, a quote or a backslash is put in '...'.
# After a change: systemctl reload cosmos-video-builder. What every setting means: man cosmos-video.env
`;

/** The installed settings file: every setting with its meaning, as a comment where the default is in force. */
export function envFileTemplate(): string {
  // What must be set comes first, where one who opens the file sees it.
  const groups: SettingGroup[] = [
    'Destination',
    ...SETTING_GROUPS.filter((group) => group !== 'Destination'),
  ];
  return [HEAD, ...groups.map(groupText)].join('\n');
}

function groupText(group: SettingGroup): string {
  const settings = ALL_SETTINGS.filter((setting) => setting.group === group);
  return `# ---- ${group} ----\n\n${settings.map(settingText).join('\n')}`;
}

function settingText(setting: Setting): string {
  const { variable, defaultText, placeholder, help } = setting;
  const shipped = SHIPPED.get(variable);
  const line =
    shipped?.value === undefined
      ? `#${variable}=${defaultText ?? (placeholder.includes('|') ? '' : placeholder)}`
      : `${variable}=${shipped.value}`;
  const comments = [
    ...wrappedLines(
      `${help}${defaultText === undefined ? noDefaultText(setting) : ''}`,
      MAX_COLUMNS - '# '.length,
    ),
    ...(shipped?.reasons ?? []),
  ];
  return `${comments.map((comment) => `# ${comment}\n`).join('')}${line}\n`;
}

function noDefaultText({ requiredUnless }: Setting): string {
  return requiredUnless ? '' : '; not set by default';
}
