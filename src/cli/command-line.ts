import { parseArgs } from 'node:util';
import { ConfigError } from '../base/errors.ts';
import { shownAddressText } from '../config/address.ts';
import { quoted } from '../config/fault-text.ts';
import { nearestName } from '../config/nearest-name.ts';
import { RETIRED_FLAGS } from '../config/retired-settings.ts';
import { VARIABLE_PREFIX } from '../config/setting.ts';
import type { Flags } from '../config/setting-reader.ts';
import { ALL_SETTINGS } from '../config/settings.ts';
import type { Command } from './command.ts';
import { takesValue } from './command-flags.ts';
import { commandNamed, COMMANDS, DEFAULT_COMMAND } from './commands.ts';

/** What a command line asks for. */
export interface CommandLine {
  readonly command: Command;
  readonly help: boolean;
  readonly version: boolean;
  /** Flags of settings, for `parseConfig`. */
  readonly flags: Flags;
  /** Flags that only this command has, for the command itself; the text of one that takes no value is empty. */
  readonly commandFlags: Flags;
}

/** Each spelling of a flag of a setting or a command, with its usual spelling. */
const USUAL_SPELLINGS: ReadonlyMap<string, string> = new Map(
  [
    ...ALL_SETTINGS.map(({ flags }) => flags),
    ...COMMANDS.flatMap(({ flags }) => flags.map(({ flag }) => [flag])),
  ].flatMap((flags) => flags.map((flag): [string, string] => [flag, flags[0] ?? flag])),
);
/** With a value they are accepted, and `parseConfig` warns of them. */
const RETIRED: ReadonlySet<string> = new Set(RETIRED_FLAGS);
/** Flags without a value that every command has, by all their spellings. */
const SWITCHES = { help: ['--help', '-h'], version: ['--version'] } as const;
const SWITCH_SPELLINGS: readonly string[] = Object.values(SWITCHES).flat();
/** Flags without a value that a command has for itself. */
const COMMAND_SWITCHES: ReadonlySet<string> = new Set(
  COMMANDS.flatMap(({ flags }) => flags.flatMap((flag) => (takesValue(flag) ? [] : [flag.flag]))),
);
/** What the flags of settings that have none would be called. */
const MISSING_FLAGS: ReadonlyMap<string, string> = new Map(
  ALL_SETTINGS.filter(({ flags }) => flags.length === 0).map(({ variable }) => [
    `--${variable.replace(VARIABLE_PREFIX, '').toLowerCase().replaceAll('_', '-')}`,
    variable,
  ]),
);
const PARSE_OPTIONS = Object.fromEntries(
  [...USUAL_SPELLINGS.keys(), ...RETIRED].map((flag) => [
    flag.slice(2),
    { type: COMMAND_SWITCHES.has(flag) ? ('boolean' as const) : ('string' as const) },
  ]),
);

/** One part of the command line. */
type Word = FlagWord | { readonly kind: 'plain'; readonly text: string };
interface FlagWord {
  readonly kind: 'flag';
  /** As it was typed, with its dashes. */
  readonly flag: string;
  readonly value: string | undefined;
}

/**
 * The command line, less the program's own name. The command stands anywhere among the flags; without one it is `run`. A
 * flag that is given twice counts as given the last time.
 * @throws ConfigError with every problem, unless help or version is asked for. No value of an unknown flag stands in it.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const words = wordsOf(argv);
  const flags = words.filter((word) => word.kind === 'flag');
  const plain = plainWords(words);
  const command = plain[0] === undefined ? DEFAULT_COMMAND : commandNamed(plain[0]);
  const [help, version] = [isOn(SWITCHES.help, flags), isOn(SWITCHES.version, flags)];
  const problems = [...plainProblems(plain), ...flags.flatMap((word) => flagProblem(word, command) ?? [])];
  if (problems.length > 0 && !help && !version) throw new ConfigError([...new Set(problems)]);
  return { command: command ?? DEFAULT_COMMAND, help, version, ...flagValues(flags) };
}

/** Flags with their values, and the rest, in order. A flag that stands where a value is due is a flag all the same. */
function wordsOf(argv: readonly string[]): Word[] {
  const { tokens } = parseArgs({
    args: [...argv],
    options: PARSE_OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words = new Map<number, Word>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.set(token.index, { kind: 'plain', text: token.value });
    if (token.kind !== 'option') continue;
    const flag = argv[token.index]?.split('=', 1)[0] ?? token.rawName;
    const isValueMissing = token.inlineValue === false && token.value.startsWith('--');
    words.set(token.index, { kind: 'flag', flag, value: isValueMissing ? undefined : token.value });
    if (isValueMissing) return [...words.values(), ...wordsOf(argv.slice(token.index + 1))];
  }
  return [...words.values()];
}

/** The words that are no flags. One after an unknown flag is taken for its value, unless it is a command. */
function plainWords(words: readonly Word[]): string[] {
  return words.flatMap((word, index) => {
    const before = words[index - 1];
    const isValue = before?.kind === 'flag' && before.value === undefined && !isKnown(before.flag);
    return word.kind === 'plain' && (!isValue || commandNamed(word.text)) ? [word.text] : [];
  });
}

function isKnown(flag: string): boolean {
  return USUAL_SPELLINGS.has(flag) || RETIRED.has(flag) || SWITCH_SPELLINGS.includes(flag);
}

function isOn(spellings: readonly string[], flags: readonly FlagWord[]): boolean {
  return flags.some(({ flag }) => spellings.includes(flag));
}

function plainProblems([first, ...others]: readonly string[]): string[] {
  const names = COMMANDS.map(({ name }) => name).join(', ');
  return [
    ...(first === undefined || commandNamed(first)
      ? []
      : [`${shown(first)} is not a command: those are ${names}`]),
    ...others.map((word) => `${shown(word)} is one word too many: only one command can be given`),
  ];
}

/** A word as it may be shown: it could be an assignment, or an address with a passphrase. */
function shown(word: string): string {
  return quoted(shownAddressText(word.split('=', 1)[0] ?? ''));
}

function flagProblem({ flag, value }: FlagWord, command: Command | undefined): string | undefined {
  if (SWITCH_SPELLINGS.includes(flag)) return value === undefined ? undefined : `${flag} takes no value`;
  const isEmpty = value === undefined || value.trim() === '';
  if (RETIRED.has(flag)) return isEmpty ? `${flag} has no effect any more: leave it out` : undefined;
  const usual = USUAL_SPELLINGS.get(flag);
  if (usual === undefined) return unknownProblem(flag);
  const owners = ownersOf(flag);
  if (owners.length > 0 && command && !owners.includes(command)) {
    const names = owners.map(({ name }) => name).join(' or ');
    return `${flag} belongs to the command ${names}, not to ${command.name}`;
  }
  if (COMMAND_SWITCHES.has(flag)) return value === undefined ? undefined : `${flag} takes no value`;
  return isEmpty ? `${flag} needs a value: ${flagHelp(usual)}` : undefined;
}

/** The commands that have the flag for themselves; none where it is one of a setting. */
function ownersOf(flag: string): Command[] {
  return COMMANDS.filter(({ flags }) => flags.some((own) => own.flag === flag));
}

function unknownProblem(flag: string): string {
  const names = [...USUAL_SPELLINGS.keys(), ...SWITCH_SPELLINGS, ...MISSING_FLAGS.keys()].map(withoutDashes);
  const nearest = nearestName(withoutDashes(flag), names);
  const variable = MISSING_FLAGS.get(`--${nearest}`);
  if (variable !== undefined) return `${quoted(flag)} is not a flag: set the variable ${variable} instead`;
  return `${quoted(flag)} is not a flag${nearest === undefined ? ' (see --help)' : `; did you mean --${nearest}?`}`;
}

function withoutDashes(flag: string): string {
  return flag.replace(/^-+/, '');
}

function flagHelp(flag: string): string {
  const setting = ALL_SETTINGS.find(({ flags }) => flags.some((spelling) => spelling === flag));
  const own = COMMANDS.flatMap(({ flags }) => flags).find((option) => option.flag === flag);
  return setting?.help ?? own?.help ?? '';
}

function flagValues(words: readonly FlagWord[]): { flags: Flags; commandFlags: Flags } {
  const [flags, commandFlags]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const { flag, value } of words) {
    const usual = USUAL_SPELLINGS.get(flag) ?? (RETIRED.has(flag) ? flag : undefined);
    const text = COMMAND_SWITCHES.has(flag) ? '' : value;
    if (usual === undefined || text === undefined) continue;
    (ownersOf(usual).length > 0 ? commandFlags : flags)[usual] = text;
  }
  return { flags, commandFlags };
}
