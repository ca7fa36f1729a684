import { safeParse, type InferOutput } from 'valibot';
import { ConfigError } from '../base/errors.ts';
import { faultText } from '../config/fault-text.ts';
import type { TextSchema } from '../config/setting.ts';
import { faultsOfText, type Flags } from '../config/setting-reader.ts';

/** One flag that a command has for itself. */
export type CommandFlag = ValueFlag | SwitchFlag;

/** A flag that is there or not, and takes no value. */
export interface SwitchFlag {
  readonly flag: `--${string}`;
  readonly help: string;
}

/** A flag that takes a value. */
export interface ValueFlag<T = unknown> extends SwitchFlag {
  /** The default as one would write it; absent = it comes from elsewhere, as the help says. */
  readonly defaultText?: string;
  readonly placeholder: string;
  readonly schema: TextSchema<T>;
}

/** Whether a value has to follow it. */
export function takesValue(flag: CommandFlag): flag is ValueFlag {
  return 'schema' in flag;
}

/** The flag as one would type it, e.g. `--rate RATE` or `--connect`, and what it means, with its default. */
export function flagInWords(flag: CommandFlag): { readonly name: string; readonly meaning: string } {
  if (!takesValue(flag)) return { name: flag.flag, meaning: flag.help };
  const ending = flag.defaultText === undefined ? '' : ` (default: ${flag.defaultText})`;
  return { name: `${flag.flag} ${flag.placeholder}`, meaning: flag.help + ending };
}

type FlagTable = Readonly<Record<string, ValueFlag>>;
type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: InferOutput<Table[Name]['schema']>;
};

/**
 * The values of a command's flags, by their names in `table`; `texts` holds the text of each that has no default.
 * @throws ConfigError with every fault
 */
export function commandFlagValues<Table extends FlagTable>(table: Table, texts: Flags): FlagValues<Table> {
  const faults = Object.values(table).flatMap((flag) => flagFaults(flag, texts));
  if (faults.length > 0) throw new ConfigError(faults);
  const values = Object.entries(table).map(([name, flag]) => [name, flagValue(flag, texts)]);
  // Object.fromEntries forgets which value belongs to which name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(values) as FlagValues<Table>;
}

function flagFaults({ flag, schema, help }: ValueFlag, texts: Flags): string[] {
  const text = texts[flag]?.trim();
  if (text === undefined) return [];
  if (text === '') return [faultText(flag, undefined, `needs a value: ${help}`)];
  return faultsOfText(schema, text).map((allowed) => faultText(flag, text, allowed));
}

function flagValue({ flag, schema, defaultText }: ValueFlag, texts: Flags): unknown {
  const result = safeParse(schema, texts[flag]?.trim() ?? defaultText);
  if (!result.success) throw new Error(`${flag} has no value though no fault was found`);
  return result.output;
}
