import { SETTING_GROUPS, type Setting, type SettingGroup } from '../config/setting.ts';
import { ALL_SETTINGS } from '../config/settings.ts';
import type { Command } from './command.ts';
import { flagInWords } from './command-flags.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_STATUSES } from './exit-status.ts';
import { wrappedLines } from './wrapped-lines.ts';

const MAX_COLUMNS = 100;
const EXPLANATION_INDENT = 6;
const GAP = '  ';

const EXAMPLES = `Examples
  The service, to an SRT server; SRT's passphrase is better set in COSMOS_VIDEO_DESTINATION:
    cosmos-video-builder run --host localhost --resolution 1280x720 --framerate 30000/1001 \\
      --destination 'srt://video.example:9000?streamid=publish/camera1'
  A test picture at a varying rate, with 3 seconds of silence every 10:
    cosmos-video-builder source --host localhost --rate 24 --jitter 0.4 --gap-every 10 --gap 3`;

/** What --help prints: commands, settings by group, flags of each command, examples, exit statuses. At most 100 columns. */
export function helpText(version: string): string {
  const sections = [
    `cosmos-video-builder ${version}: frames from a Redis stream become an H.264 video at a constant rate`,
    `Usage\n  cosmos-video-builder [${COMMANDS.map(({ name }) => name).join('|')}] [FLAG VALUE]...\n  cosmos-video-builder --help | --version`,
    ['Commands', ...table(COMMANDS.map(({ name, summary }) => [name, summary]))].join('\n'),
    'Settings\n  Each is a variable and a flag; the flag wins. An empty variable counts as not set.',
    ...SETTING_GROUPS.map(groupText),
    ...COMMANDS.filter(({ flags }) => flags.length > 0).map(flagsText),
    EXAMPLES,
    [
      'Exit status',
      ...EXIT_STATUSES.map(([status, meaning]) => `${status}`.padStart(4) + GAP + meaning),
    ].join('\n'),
  ];
  return sections.join('\n\n');
}

/** The table of all settings in docs/settings.md. */
export function settingsTableMarkdown(): string {
  const rows = SETTING_GROUPS.flatMap(settingsOf).map((setting) => {
    const flags = setting.flags.map((flag) => code(flag)).join(', ') || 'none';
    return [code(setting.variable), flags, defaultMarkdown(setting), setting.help.replaceAll('|', '\\|')];
  });
  const lines = [['variable', 'flag', 'default', 'meaning'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function settingsOf(group: SettingGroup): Setting[] {
  return ALL_SETTINGS.filter((setting) => setting.group === group);
}

function code(text: string): string {
  return `\`${text}\``;
}

function defaultMarkdown({ defaultText }: Setting): string {
  return defaultText === undefined ? 'none' : code(defaultText);
}

/** Variable, flag and default in columns, and under each line what it means. */
function groupText(group: SettingGroup): string {
  const rows = ALL_SETTINGS.map(headCells);
  const widths = [0, 1].map((column) => widest(rows, column));
  const lines = settingsOf(group).flatMap((setting) => [
    `${GAP}${aligned(headCells(setting), widths)}`,
    ...wrapped(explanation(setting), EXPLANATION_INDENT),
  ]);
  return [group, ...lines].join('\n');
}

function headCells({ variable, flags, placeholder, defaultText }: Setting): string[] {
  const [flag] = flags;
  const last = defaultText === undefined ? 'no default' : `default ${defaultText}`;
  return [variable, flag === undefined ? '(no flag)' : `${flag} ${placeholder}`, last];
}

function explanation({ flags, help }: Setting): string {
  const others = flags.slice(1);
  return others.length === 0 ? help : `${help} (also ${others.join(', ')})`;
}

function flagsText({ name, flags }: Command): string {
  const rows = flags.map(flagInWords).map((flag) => [flag.name, flag.meaning]);
  return [`Flags of the command ${name}`, ...table(rows)].join('\n');
}

/** Two columns, the second wrapped. */
function table(rows: readonly (readonly string[])[]): string[] {
  const indent = GAP.length + widest(rows, 0) + GAP.length;
  return rows.flatMap(([name = '', text = '']) => {
    const [first = '', ...rest] = wrapped(text, indent);
    return [`${GAP}${name}`.padEnd(indent) + first.trimStart(), ...rest];
  });
}

function widest(rows: readonly (readonly string[])[], column: number): number {
  return Math.max(...rows.map((cells) => cells[column]?.length ?? 0));
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP);
}

/** The text in lines of at most the width of the page, each behind the indent. */
function wrapped(text: string, indent: number): string[] {
  return wrappedLines(text, MAX_COLUMNS - indent).map((line) => ' '.repeat(indent) + line);
}
